import DequeModule

/// Which of the last ids were seen before.
struct SeenIDs: Sendable {
    /// More are not remembered; the oldest is forgotten first.
    static let maximumCount = 1000

    private var ids: Set<String> = []
    private var order = Deque<String>()

    /// Remembers `id`, and says whether it is seen for the first time.
    mutating func isNew(_ id: String) -> Bool {
        guard self.ids.insert(id).inserted else { return false }
        self.order.append(id)
        if self.order.count > Self.maximumCount, let oldest = self.order.popFirst() { self.ids.remove(oldest) }
        return true
    }
}
