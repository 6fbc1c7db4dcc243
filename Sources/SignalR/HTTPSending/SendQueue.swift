import DequeModule

/// What a client has sent in requests and what is not taken yet, in the order of arrival, decided without a channel.
///
/// While the inbox of the connection is full its requests wait for their answers, which is how the client learns of it.
struct SendQueue<Send> {
    private static var maximumCount: Int { 64 }

    private let limit: Int
    private var waiting: Deque<(send: Send, size: Int)> = []
    private var waitingSize = 0
    private var isReading = true
    private var hasEnded = false

    /// - Parameter limit: How many bytes may wait. A single request may be larger when nothing else waits.
    init(limit: Int) {
        self.limit = limit
    }

    enum Verdict: Equatable {
        case take
        case wait
        /// More would wait than may.
        case full
        /// The connection has ended.
        case ended
    }

    /// A request arrived.
    mutating func add(_ send: Send, size: Int) -> Verdict {
        guard !self.hasEnded else { return .ended }
        guard !self.isReading || !self.waiting.isEmpty else { return .take }
        guard self.waiting.count < Self.maximumCount, self.waiting.isEmpty || self.waitingSize + size <= self.limit else {
            return .full
        }
        self.waiting.append((send, size))
        self.waitingSize += size
        return .wait
    }

    /// Whether bytes of the client are wanted.
    mutating func setReading(_ isReading: Bool) {
        self.isReading = isReading
    }

    /// The next one that may be taken now.
    mutating func next() -> Send? {
        guard self.isReading, let first = self.waiting.popFirst() else { return nil }
        self.waitingSize -= first.size
        return first.send
    }

    /// Nothing is taken any more.
    ///
    /// - Returns: Those that waited.
    mutating func end() -> [Send] {
        self.hasEnded = true
        defer { self.waiting.removeAll() }
        return self.waiting.map(\.send)
    }
}
