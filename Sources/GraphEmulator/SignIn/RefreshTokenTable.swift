import DequeModule

/// What applications may go on with when a user's token ends.
struct RefreshTokenTable: Sendable {
    /// For whom a token was given.
    struct Entry: Sendable, Equatable {
        var tenantID: String
        var applicationID: String
        var userID: String
        var scope: RequestedScope
    }

    private let maximumCount: Int
    private var entries: [String: Entry] = [:]
    /// Oldest first.
    private var order = Deque<String>()

    /// - Parameter maximumCount: How many are remembered; beyond that the oldest stop working.
    init(maximumCount: Int) {
        self.maximumCount = max(1, maximumCount)
    }

    mutating func issue(_ entry: Entry, random: inout EmulatorRandom) -> String {
        while self.order.count >= self.maximumCount, let oldest = self.order.popFirst() { self.entries[oldest] = nil }
        let token = "1.\(random.text(64))"
        self.entries[token] = entry
        self.order.append(token)
        return token
    }

    func entry(_ token: String) -> Entry? { self.entries[token] }
}
