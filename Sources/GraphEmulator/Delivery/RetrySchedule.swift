/// When a notification that was not accepted is sent again.
///
/// Graph documents only that the waits grow, and that it gives up after four hours; the steps are our guess.
public struct RetrySchedule: Sendable, Equatable {
    /// The first wait; each following one is twice as long. 10 s.
    public var first: Duration
    /// No wait is longer. 30 min.
    public var longest: Duration
    /// How long after the first attempt the last one may be; then the notification is lost. 4 h.
    public var window: Duration
    /// By which part of itself a wait is made longer or shorter at random, 0 to 1. 0.2.
    public var jitter: Double

    public init(
        first: Duration = .seconds(10), longest: Duration = .seconds(1800), window: Duration = .seconds(4 * 3600),
        jitter: Double = 0.2
    ) {
        self.first = first
        self.longest = longest
        self.window = window
        self.jitter = jitter
    }

    /// How long to wait after this many failed attempts, in milliseconds.
    func delay(afterAttempts attempts: Int, random: inout some RandomNumberGenerator) -> Int64 {
        let doublings = min(max(attempts - 1, 0), 20)
        let wait = min(self.first.milliseconds << doublings, self.longest.milliseconds)
        let spread = Int64(Double(wait) * min(max(self.jitter, 0), 1))
        return max(0, wait + (spread > 0 ? Int64.random(in: -spread...spread, using: &random) : 0))
    }
}
