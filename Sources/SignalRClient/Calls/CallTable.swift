/// The calls and streams that wait for the server, and the streams that go to it, by their ids.
struct CallTable<Call, Stream, Upload> {
    private enum Entry {
        case call(Call)
        case stream(Stream)
        case upload(Upload)
    }

    private let limit: Int
    private var entries: [String: Entry] = [:]
    private var nextID: UInt64 = 0
    /// How many there are.
    var count: Int { self.entries.count }
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

    /// - Returns: What `make` makes of the id of a stream to the server; `nil` if too many are under way.
    mutating func begin(upload make: (String) -> Upload) -> Upload? {
        guard let id = self.newID() else { return nil }
        let upload = make(id)
        self.entries[id] = .upload(upload)
        return upload
    }

    /// Whose a message is.
    enum Owner {
        case call(Call)
        case stream(Stream)
        case upload(Upload)
        /// Nobody's: it was given up, or never was.
        case nobody
    }

    /// The server has ended the call or the stream with this id.
    mutating func answered(_ id: String) -> Owner {
        // A stream to the server is not the server's to end.
        if case .upload = self.entries[id] { .nobody } else { self.end(id) }
    }

    /// The call or stream with this id has ended.
    @discardableResult
    mutating func end(_ id: String) -> Owner {
        guard let entry = self.entries.removeValue(forKey: id) else { return .nobody }
        if case .call = entry { self.callCount -= 1 }
        return Self.owner(of: entry)
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
        return self.entries.values.map(Self.owner)
    }

    private static func owner(of entry: Entry) -> Owner {
        switch entry {
        case .call(let call): .call(call)
        case .stream(let stream): .stream(stream)
        case .upload(let upload): .upload(upload)
        }
    }

    private mutating func newID() -> String? {
        guard self.entries.count < self.limit else { return nil }
        defer { self.nextID += 1 }
        return String(self.nextID)
    }
}
