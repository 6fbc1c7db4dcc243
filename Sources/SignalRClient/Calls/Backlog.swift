/// What has arrived and waits to be handled, in bytes, and whether more may be read.
struct Backlog {
    /// What an item takes beside its bytes.
    static let overhead = 128

    private let limit: Int
    private(set) var bytes = 0

    /// - Parameter limit: How many bytes may wait before nothing more is read.
    init(limit: Int) {
        self.limit = limit
    }

    /// An item of so many bytes waits.
    mutating func add(_ size: Int) { self.bytes += size + Self.overhead }

    /// An item of so many bytes was taken.
    mutating func remove(_ size: Int) { self.bytes -= size + Self.overhead }

    /// Whether to read on. Who waits for an answer, perhaps in order to handle what is here, must get it.
    func mayRead(callsWaiting: Bool) -> Bool { self.bytes < self.limit || callsWaiting }

    /// Whether too much waits, for whatever reason.
    var isOverflowing: Bool { self.bytes > 4 * self.limit }
}
