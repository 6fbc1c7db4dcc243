import DequeModule

/// Which URLs have answered a handshake not long ago.
struct ValidatedURLs: Sendable {
    /// More are not remembered; the oldest is forgotten first.
    static let maximumCount = 1000

    private var entries = Deque<(url: String, until: Int64)>()

    mutating func add(_ url: String, until: Int64) {
        self.entries.removeAll { $0.url == url }
        self.entries.append((url, until))
        if self.entries.count > Self.maximumCount { self.entries.removeFirst() }
    }

    func contains(_ url: String, now: Int64) -> Bool {
        self.entries.contains { $0.url == url && $0.until > now }
    }
}
