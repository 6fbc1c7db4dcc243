/// How long to wait before trying again: longer after each failure, up to a limit, and never the same for two that failed
/// together.
public struct Backoff: Sendable {
    /// What the first wait is at most.
    public var base: Duration
    /// What no wait exceeds.
    public var maximum: Duration

    public init(base: Duration = .seconds(2), maximum: Duration = .seconds(300)) {
        self.base = base
        self.maximum = maximum
    }

    /// The wait after this many failures in a row: between a half and the whole of `base` doubled with each failure.
    ///
    /// - Parameters:
    ///   - failures: 1 after the first.
    ///   - random: Where in that span: from 0 up to 1.
    public func delay(afterFailures failures: Int, random: Double) -> Duration {
        var delay = self.base
        for _ in 1..<max(failures, 1) where delay < self.maximum { delay *= 2 }
        return min(delay, self.maximum) * (0.5 + 0.5 * min(max(random, 0), 1))
    }
}
