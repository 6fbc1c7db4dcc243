/// The calls and streams that wait for the server, by their ids.
struct CallTable<Call, Stream> {
    private enum Entry {
        case call(Call)
        case stream(Stream)
    }

    private let limit: Int
    private var entries: [String: Entry] = [:]
    private var nextID: UInt64 = 0
    /// How many calls, not counting streams, wait for their answer.
    private(set) var callCount = 0

    /// - Parameter limit: How many may be under way at a time.
    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: The id of the call; `nil` if too many wait.
    mutating func begin(_ call: Call) -> String? {
        guard let id = self.newID() else { return nil }
        self.entries[id] = .call(call)
        self.callCount += 1
        return id
    }

    /// - Returns: The id of the stream; `nil` if too many wait.
    mutating func begin(stream: Stream) -> String? {
        guard let id = self.newID() else { return nil }
        self.entries[id] = .stream(stream)
        return id
    }

    /// Whose a message is.
    enum Owner {
        case call(Call)
        case stream(Stream)
        /// Nobody's: it was given up, or never was.
        case nobody
    }

    /// The call or stream with this id has ended.
    mutating func end(_ id: String) -> Owner {
        switch self.entries.removeValue(forKey: id) {
        case .call(let call):
            self.callCount -= 1
            return .call(call)
        case .stream(let stream): return .stream(stream)
        case nil: return .nobody
        }
    }

    /// The stream with this id; `nil` if there is none.
    func stream(_ id: String) -> Stream? {
        if case .stream(let stream) = self.entries[id] { stream } else { nil }
    }

    /// Takes everything out: no answer will come.
    mutating func endAll() -> [Owner] {
        defer {
            self.entries = [:]
            self.callCount = 0
        }
        return self.entries.values.map { entry in
            switch entry {
            case .call(let call): .call(call)
            case .stream(let stream): .stream(stream)
            }
        }
    }

    private mutating func newID() -> String? {
        guard self.entries.count < self.limit else { return nil }
        defer { self.nextID += 1 }
        return String(self.nextID)
    }
}
