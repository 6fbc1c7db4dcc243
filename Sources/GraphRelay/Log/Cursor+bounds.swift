extension UpdateLogBounds {
    /// The offset that comes just before the oldest update still held.
    var beforeOldest: Int64 { self.oldest - 1 }

    /// Whether everything behind `offset` is still held.
    func reaches(backTo offset: Int64) -> Bool {
        offset >= self.beforeOldest && offset <= self.latest
    }
}
