/// When to try again after a connection was lost.
public struct RetryPolicy: Sendable {
    /// One attempt to come.
    public struct Attempt: Sendable {
        /// How many attempts have failed since the connection was lost: 0 before the first.
        public var failures: Int
        /// How long ago the connection was lost.
        public var elapsed: Duration
        /// Why it was lost, or why the last attempt failed.
        public var error: SignalRClientError
        /// A random number from 0 up to 1, so that clients that were lost together do not come back together.
        public var random: Double

        public init(failures: Int, elapsed: Duration, error: SignalRClientError, random: Double) {
            self.failures = failures
            self.elapsed = elapsed
            self.error = error
            self.random = random
        }
    }

    private let decide: @Sendable (Attempt) -> Duration?

    /// A policy of your own.
    ///
    /// - Parameter delay: How long to wait before an attempt; `nil` to give up.
    public init(_ delay: @escaping @Sendable (Attempt) -> Duration?) {
        self.decide = delay
    }

    /// At once, then after 2, 10 and 30 seconds; then it gives up.
    public static let standard = RetryPolicy.delays([.zero, .seconds(2), .seconds(10), .seconds(30)])

    /// Never: the first loss is the end.
    public static let never = RetryPolicy { _ in nil }

    /// These waits, one after another; then it gives up.
    public static func delays(_ delays: [Duration]) -> RetryPolicy {
        RetryPolicy { attempt in attempt.failures < delays.count ? delays[attempt.failures] : nil }
    }

    /// Without end: each wait is between a half and the whole of `base`, doubled with each failure, up to `maximum`.
    public static func backoff(base: Duration = .seconds(1), maximum: Duration = .seconds(30)) -> RetryPolicy {
        RetryPolicy { attempt in
            var delay = base
            for _ in 0..<attempt.failures where delay < maximum { delay *= 2 }
            return min(delay, maximum) * (0.5 + 0.5 * min(max(attempt.random, 0), 1))
        }
    }

    /// How long to wait before an attempt; `nil` to give up.
    public func delay(before attempt: Attempt) -> Duration? { self.decide(attempt) }
}
