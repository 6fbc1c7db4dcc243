/// What is done after a failure, by its class: tried again after a while, given up, or set aside.
///
/// | Class | Recovery |
/// |---|---|
/// | retryable | tried again with growing pauses, unless it may have worked and must not happen twice |
/// | throttled | tried again when it was asked to, if that is soon enough |
/// | auth | given up; a refused token was already replaced once |
/// | permanent | given up |
/// | poison | set aside: it would fail each time |
public struct FailurePolicy: Sendable {
    /// What is done after a failure.
    public enum Recovery: Sendable, Hashable {
        /// The same again, after this pause.
        case retry(after: Duration)
        /// Whoever asked gets the error.
        case giveUp
        /// What was received goes to the dead letters.
        case setAside
    }

    /// How often one thing is tried in all, within one call.
    public var attempts: Int
    /// How long to wait where nobody said.
    public var backoff: Backoff
    /// The longest pause within one call. Whoever is asked to wait for longer gets the error instead, which says how long.
    public var longestPause: Duration

    /// - Parameters:
    ///   - attempts: How often one thing is tried in all.
    ///   - backoff: How long to wait where nobody said.
    ///   - longestPause: The longest pause within one call.
    public init(
        attempts: Int = 3, backoff: Backoff = .init(base: .seconds(2), maximum: .seconds(60)),
        longestPause: Duration = .seconds(60)
    ) {
        self.attempts = attempts
        self.backoff = backoff
        self.longestPause = longestPause
    }

    /// Nothing is tried twice; whoever asked decides.
    public static let once = FailurePolicy(attempts: 1)

    /// What to do after a failure.
    ///
    /// - Parameters:
    ///   - error: What went wrong.
    ///   - attempt: How often it has been tried: 1 after the first.
    ///   - mayRepeat: Whether it does no harm if it happens twice.
    ///   - random: From 0 up to 1.
    public func recovery(from error: GraphError, attempt: Int, mayRepeat: Bool, random: Double) -> Recovery {
        switch error.failureClass {
        case .poison: return .setAside
        case .auth, .permanent: return .giveUp
        case .retryable where error.isUncertain && !mayRepeat: return .giveUp
        case .retryable, .throttled: break
        }
        guard attempt < self.attempts else { return .giveUp }
        let pause = max(error.retryAfter ?? .zero, self.backoff.delay(afterFailures: attempt, random: random))
        return pause <= self.longestPause ? .retry(after: pause) : .giveUp
    }
}
