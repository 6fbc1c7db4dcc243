/// Whether a client takes nothing of what waits for it, decided without a clock of its own.
struct SendWatch {
    /// In nanoseconds.
    private let timeout: Int64
    private var waiting = 0
    /// Since when nothing has left; `nil` while nothing waits.
    private var since: LoopInstant?

    /// - Parameter timeout: How long nothing may leave while something waits.
    init(timeout: Duration) {
        self.timeout = timeout.nanoseconds
    }

    /// Time has passed.
    ///
    /// - Parameter waiting: How many bytes the socket was given and has not taken. Less of them is progress.
    /// - Returns: Whether nothing has left for too long.
    mutating func isStuck(waiting: Int, now: LoopInstant) -> Bool {
        guard waiting > 0 else {
            self.since = nil
            return false
        }
        guard let since = self.since, waiting == self.waiting else {
            self.since = now
            self.waiting = waiting
            return false
        }
        return now.nanoseconds - since.nanoseconds >= self.timeout
    }

    /// Everything that waited has left.
    mutating func written() {
        self.since = nil
    }
}
