public import Logging
import Metrics
import NIOCore
import NIOHTTP1
import Synchronization

/// Fetches the objects that notifications tell of, many in one request.
///
/// It never takes longer than it may: what has not come by then is left out. A subscription whose objects Graph did not give in
/// time is not asked for during a while, so that those of the others are not held up again and again.
public final class ResourceFetcher: Sendable {
    /// One object to be fetched.
    public struct Request: Sendable, Hashable {
        /// The name of the subscription that told of it.
        public var subscription: String
        /// What it is, as Graph called it.
        public var resource: String

        public init(subscription: String, resource: String) {
            self.subscription = subscription
            self.resource = resource
        }
    }

    private static let batchSize = GraphBatch.maximumSize

    private struct Item: Sendable {
        var request: Request
        var path: String
        var account: String
    }

    /// By account.
    private let clients: [String: GraphClient]
    private let rules: [String: FetchRule]
    private let maximumDelay: Duration
    private let pause: Duration
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let metrics: FetchMetrics
    private let logger: Logger
    /// Until when nothing is fetched for a subscription.
    private let paused = Mutex<[String: Duration]>([:])

    /// - Parameters:
    ///   - accounts: Who asks Graph, with unique names; of two with the same name the first counts.
    ///   - rules: What is fetched, by the names of subscriptions; nothing for those without one.
    ///   - maximumDelay: How long fetching may take. 10 seconds.
    ///   - pause: How long a subscription is left alone whose objects did not come in time. 30 seconds.
    ///   - clock: What it waits by.
    ///   - metrics: What is counted.
    ///   - logger: For what cannot be thrown.
    public init(
        accounts: [SubscriptionAccount], rules: [String: FetchRule], maximumDelay: Duration = .seconds(10),
        pause: Duration = .seconds(30), clock: any Clock<Duration> = ContinuousClock(), metrics: FetchMetrics = .init(),
        logger: Logger = Logger(label: "GraphNotifications")
    ) {
        let failures = FailurePolicy(
            attempts: 3, backoff: Backoff(base: .milliseconds(500), maximum: .seconds(5)), longestPause: maximumDelay
        )
        self.clients = Dictionary(accounts.map { ($0.name, $0.graph.with(failures: failures)) }) { first, _ in first }
        self.rules = rules
        self.maximumDelay = maximumDelay
        self.pause = pause
        self.clock = clock
        self.elapsed = Self.stopwatch(clock)
        self.metrics = metrics
        self.logger = logger
    }

    /// For a single account.
    ///
    /// - Parameter graph: How Graph is asked. The other parameters are those of
    ///   ``init(accounts:rules:maximumDelay:pause:clock:metrics:logger:)``.
    public convenience init(
        graph: GraphClient, rules: [String: FetchRule], maximumDelay: Duration = .seconds(10),
        pause: Duration = .seconds(30), clock: any Clock<Duration> = ContinuousClock(), metrics: FetchMetrics = .init(),
        logger: Logger = Logger(label: "GraphNotifications")
    ) {
        self.init(
            accounts: [SubscriptionAccount(graph: graph)], rules: rules, maximumDelay: maximumDelay, pause: pause,
            clock: clock, metrics: metrics, logger: logger
        )
    }

    private static func stopwatch<C: Clock>(_ clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    /// Whether the objects of a subscription are fetched.
    ///
    /// - Parameter isRecovered: Whether the change was found by catching up.
    public func fetches(for subscription: String, isRecovered: Bool) -> Bool {
        guard let rule = self.rules[subscription] else { return false }
        return isRecovered || !rule.isForRecoveredOnly
    }

    /// Fetches objects; the same one is fetched once. It returns within ``init(accounts:rules:maximumDelay:pause:clock:metrics:logger:)``'s
    /// delay.
    ///
    /// - Returns: What came of each, in the same order.
    public func fetch(_ requests: [Request]) async -> [FetchOutcome] {
        let started = self.elapsed()
        var outcomes: [Request: FetchOutcome] = [:]
        var items: [Item] = []
        for request in Set(requests) {
            outcomes[request] = .unavailable
            if let rule = self.rules[request.subscription], let path = rule.path(of: request.resource) {
                if !self.isPaused(request.subscription) {
                    items.append(Item(request: request, path: path, account: rule.account))
                }
            } else {
                outcomes[request] = .notFound
            }
        }
        for (request, outcome) in await self.fetch(items) { outcomes[request] = outcome }
        self.metrics.duration.recordNanoseconds((self.elapsed() - started).nanoseconds)
        self.rest(after: items.map { ($0.request.subscription, outcomes[$0.request] ?? .unavailable) })
        return requests.map { request in
            let outcome = outcomes[request] ?? .unavailable
            self.metrics.count(outcome)
            return outcome
        }
    }

    /// Asks for all of them until there is no more time.
    private func fetch(_ items: [Item]) async -> [Request: FetchOutcome] {
        let batches = Dictionary(grouping: items, by: \.account).flatMap { account, items in
            stride(from: 0, to: items.count, by: Self.batchSize).map { start in
                (account, Array(items[start..<min(start + Self.batchSize, items.count)]))
            }
        }
        guard !batches.isEmpty else { return [:] }
        return await withTaskGroup(of: [Request: FetchOutcome]?.self) { group in
            for (account, batch) in batches { group.addTask { await self.fetch(batch: batch, of: account) } }
            group.addTask {
                // Cancelled when all have come.
                try? await self.clock.sleep(for: self.maximumDelay)
                return nil
            }
            var outcomes: [Request: FetchOutcome] = [:]
            var missing = batches.count
            for await some in group {
                if let some {
                    outcomes.merge(some) { $1 }
                    missing -= 1
                }
                // Those that are under way end, with what they have by now.
                if some == nil || missing == 0 { group.cancelAll() }
            }
            return outcomes
        }
    }

    private func fetch(batch: [Item], of account: String) async -> [Request: FetchOutcome] {
        guard let graph = self.clients[account] else { return [:] }
        let results = await graph.batch(batch.map { GraphBatchRequest(.GET, $0.path) })
        var outcomes: [Request: FetchOutcome] = [:]
        for (item, result) in zip(batch, results) {
            switch result {
            case .success(let response): outcomes[item.request] = .found(response.body)
            case .failure(let error): outcomes[item.request] = Self.outcome(of: error)
            }
        }
        return outcomes
    }

    private static func outcome(of error: GraphError) -> FetchOutcome {
        switch error.failureClass {
        case .throttled: .throttled
        case .retryable: .unavailable
        case .auth, .poison: .refused
        case .permanent: error.code == .notFound ? .notFound : .refused
        }
    }

    // MARK: - Those that are left alone

    private func isPaused(_ subscription: String) -> Bool {
        let now = self.elapsed()
        return self.paused.withLock { paused in
            guard let end = paused[subscription] else { return false }
            if end > now { return true }
            paused[subscription] = nil
            return false
        }
    }

    private func rest(after outcomes: [(subscription: String, outcome: FetchOutcome)]) {
        let late = Set(outcomes.filter { $0.outcome == .throttled || $0.outcome == .unavailable }.map(\.subscription))
        guard !late.isEmpty else { return }
        let end = self.elapsed() + self.pause
        self.paused.withLock { paused in
            for subscription in late { paused[subscription] = end }
        }
        self.metrics.pauses.increment(by: late.count)
        for subscription in late.sorted() {
            self.logger.notice(
                "Objects of a subscription did not come in time; its updates go without them for a while",
                metadata: [.subscriptionName: "\(subscription)", .pause: "\(self.pause.milliseconds)"]
            )
        }
    }
}
