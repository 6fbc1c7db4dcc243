import Synchronization

/// What one application sends to Graph: paced under Graph's limits in each tenant and in all, held back where Graph asks to
/// wait, and left alone in a tenant where nothing works.
///
/// Clients of the same application in several tenants share one, and thereby its limits; clients of different applications
/// do not. What fails or waits in one tenant delays nothing in another.
public final class GraphTraffic: Sendable {
    private struct State {
        var gate: ThrottleGate
        var breakers: [String: CircuitBreaker] = [:]
    }

    private let state: Mutex<State>
    private let maximumWait: Duration
    private let failuresUntilPause: Int
    private let pause: Backoff
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let random: @Sendable () -> Double

    /// - Parameters:
    ///   - share: What part of Graph's limits this process may use: less where others work for the same application.
    ///   - maximumWait: How long a request waits for its turn. Whoever would wait longer is refused at once with
    ///     ``GraphError/Code/throttled``, so that what waits is bounded.
    ///   - failuresUntilPause: How many different things must fail in a tenant, with none that works between, until Graph is
    ///     left alone there.
    ///   - pause: For how long; longer each time that it still fails.
    ///   - clock: What it waits by.
    ///   - random: Numbers from 0 up to 1.
    public init(
        share: Double = 0.9, maximumWait: Duration = .seconds(60), failuresUntilPause: Int = 5,
        pause: Backoff = .init(base: .seconds(10), maximum: .seconds(300)), clock: any Clock<Duration> = ContinuousClock(),
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.state = Mutex(State(gate: ThrottleGate(share: share)))
        self.maximumWait = maximumWait
        self.failuresUntilPause = failuresUntilPause
        self.pause = pause
        self.clock = clock
        self.elapsed = Self.stopwatch(clock)
        self.random = random
    }

    private static func stopwatch<C: Clock>(_ clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    /// Waits until it is a request's turn.
    ///
    /// - Returns: How long it waited.
    /// - Throws: ``GraphError/Code/throttled`` if that would take too long, ``GraphError/Code/suspended`` if Graph is left alone.
    func admit(_ operation: GraphOperation, count: Int = 1, tenant: String) async throws(GraphError) -> Duration {
        let start = self.elapsed()
        var ticket = ThrottleGate.Ticket(operation, tenant: tenant, count: count, deadline: start + self.maximumWait)
        while true {
            let now = self.elapsed()
            switch self.state.withLock({ $0.gate.next(&ticket, now: now) }) {
            case .go: return now - start
            case .wait(let moment):
                do {
                    try await self.clock.sleep(for: moment - now)
                } catch {
                    throw GraphError(.unreachable, "Waiting for Graph's limits was cancelled.", cause: error)
                }
            case .refuse(let moment):
                throw GraphError(
                    .throttled, "Graph's limits leave no room for another request soon enough.", retryAfter: moment - now
                )
            }
        }
    }

    /// Makes sure that Graph is not left alone in a tenant.
    ///
    /// One of the three calls below must follow when it returns.
    func enter(tenant: String) throws(GraphError) {
        let now = self.elapsed()
        let moment = self.state.withLock { state -> Duration? in
            // Without a breaker nothing has failed.
            guard var breaker = state.breakers[tenant] else { return nil }
            let moment = breaker.ask(now: now)
            state.breakers[tenant] = breaker
            return moment
        }
        guard let moment else { return }
        throw GraphError(
            .suspended, "Graph failed again and again; it is left alone for a while before the next try.",
            retryAfter: moment - now
        )
    }

    /// Graph answered, whatever it was.
    func worked(tenant: String) -> Bool {
        self.state.withLock { state in
            guard var breaker = state.breakers[tenant] else { return false }
            let change = breaker.worked()
            state.breakers[tenant] = breaker.isIdle ? nil : breaker
            return change == .closed
        }
    }

    /// Graph failed, or was not there.
    ///
    /// - Returns: How long it is left alone now, if it is that which decided it.
    func failed(_ subject: String, tenant: String) -> Duration? {
        let now = self.elapsed()
        let random = self.random()
        let change = self.state.withLock { state in
            var breaker = state.breakers[tenant] ?? CircuitBreaker(threshold: self.failuresUntilPause, pause: self.pause)
            defer { state.breakers[tenant] = breaker }
            return breaker.failed(subject, now: now, random: random)
        }
        guard case .opened(let moment) = change else { return nil }
        return moment - now
    }

    /// A request ended without saying anything about Graph.
    func abandoned(tenant: String) {
        let now = self.elapsed()
        self.state.withLock { $0.breakers[tenant]?.abandoned(now: now) }
    }

    /// Graph asked to wait.
    func hold(_ operation: GraphOperation, tenant: String, for pause: Duration) {
        let now = self.elapsed()
        self.state.withLock { $0.gate.hold(operation, tenant: tenant, until: now + pause) }
    }
}
