/// Leaves Graph alone for a while when nothing works any more in a tenant, instead of trying everything there is.
///
/// It counts different things that failed since anything worked: one mailbox that always fails stops nobody else. After the
/// pause one request may try; the pause grows each time that fails.
struct CircuitBreaker {
    private enum State {
        case closed
        case open(until: Duration)
        /// One request is on its way to try.
        case trying
    }

    enum Change: Equatable {
        case opened(until: Duration)
        case closed
    }

    private let threshold: Int
    private let pause: Backoff
    private var state = State.closed
    /// What has failed since anything worked, up to the threshold.
    private var failed: Set<String> = []
    /// How often it was opened since anything worked.
    private var openings = 0

    /// - Parameters:
    ///   - threshold: How many different things must have failed.
    ///   - pause: How long Graph is left alone.
    init(threshold: Int, pause: Backoff) {
        self.threshold = max(threshold, 1)
        self.pause = pause
    }

    /// Whether it says anything that a new one would not.
    var isIdle: Bool {
        if case .closed = self.state { return self.failed.isEmpty }
        return false
    }

    /// Asks whether a request may go.
    ///
    /// - Returns: `nil` if it may, and then must be followed by one of the other calls; else when to come back.
    mutating func ask(now: Duration) -> Duration? {
        switch self.state {
        case .closed: return nil
        case .open(let moment):
            guard moment <= now else { return moment }
            self.state = .trying
            return nil
        case .trying: return now + self.pause.base
        }
    }

    /// Graph answered, whatever it was.
    mutating func worked() -> Change? {
        self.failed = []
        self.openings = 0
        if case .closed = self.state { return nil }
        self.state = .closed
        return .closed
    }

    /// Graph failed, or was not there.
    ///
    /// - Parameters:
    ///   - subject: What the request was about.
    ///   - now: When.
    ///   - random: From 0 up to 1.
    mutating func failed(_ subject: String, now: Duration, random: Double) -> Change? {
        switch self.state {
        case .open: return nil
        case .closed:
            self.failed.insert(subject)
            guard self.failed.count >= self.threshold else { return nil }
        case .trying: break
        }
        self.openings += 1
        let moment = now + self.pause.delay(afterFailures: self.openings, random: random)
        self.state = .open(until: moment)
        return .opened(until: moment)
    }

    /// A request ended without saying anything about Graph.
    mutating func abandoned(now: Duration) {
        if case .trying = self.state { self.state = .open(until: now) }
    }
}
