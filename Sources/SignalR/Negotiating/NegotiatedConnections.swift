import DequeModule

/// Connections that were negotiated and not made yet, found by their secret token. Bounded, and forgotten in time.
struct NegotiatedConnections {
    private let maximumCount: Int
    private let timeout: Duration
    private var connectionIDs: [String: String] = [:]
    /// The tokens of those whose clients asked to go on over other sockets.
    private var stateful: Set<String> = []
    /// In the order of their deadlines; those that were made meanwhile are passed over.
    private var deadlines: Deque<(token: String, deadline: LoopInstant)> = []

    init(maximumCount: Int, timeout: Duration) {
        self.maximumCount = maximumCount
        self.timeout = timeout
    }

    /// How many there are.
    var count: Int { self.connectionIDs.count }

    /// Adds one; `false` if there is no room.
    mutating func add(_ connectionID: String, token: String, isStateful: Bool = false, now: LoopInstant) -> Bool {
        self.reap(now: now)
        guard self.connectionIDs.count < self.maximumCount else { return false }
        self.connectionIDs[token] = connectionID
        if isStateful { self.stateful.insert(token) }
        self.deadlines.append((token, now.advanced(by: self.timeout)))
        return true
    }

    /// The connection of this token, which is not found again; `nil` if there is none, or its time is over.
    mutating func take(_ token: String, now: LoopInstant) -> String? {
        self.reap(now: now)
        return self.connectionIDs.removeValue(forKey: token)
    }

    /// Whether the client of this token asked to go on over other sockets. It is forgotten.
    mutating func takeStateful(_ token: String) -> Bool { self.stateful.remove(token) != nil }

    private mutating func reap(now: LoopInstant) {
        // Those that were made are dropped with their deadline, so what is kept is bounded by the rate of negotiations.
        while let first = self.deadlines.first, first.deadline <= now || self.connectionIDs[first.token] == nil {
            self.deadlines.removeFirst()
            self.connectionIDs[first.token] = nil
            self.stateful.remove(first.token)
        }
    }
}
