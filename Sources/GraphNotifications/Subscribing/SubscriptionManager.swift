public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// Keeps subscriptions at Graph as they are declared: creates, renews, re-creates, moves and deletes them.
///
/// A subscription is renewed around half of its life, never all at once. When Graph has lost it, it is created anew; when what
/// is declared changed, it is changed or replaced. What fails and may pass is tried again with growing pauses, what does not
/// pass by itself every five minutes. The failures of one do not delay another, and those of one account no other account.
///
/// Where notifications may have been lost, `losses` is told before anything that shows it is overwritten.
public final class SubscriptionManager: Service {
    /// How many requests are in flight at most, in each account.
    static let maximumRequests = 8
    /// How long to wait after a failure that does not pass by itself.
    static let permanentPause = Duration.seconds(300)
    /// The wall clock may jump, so it is looked at this often.
    static let longestSleep = Duration.seconds(60)
    /// After so many failures in a row that may pass, somebody should know.
    static let failuresUntilWarning = 5
    /// How often it is written down that the program runs.
    static let signOfLifeInterval = Duration.seconds(300)

    let works: [String: SubscriptionWork]
    let desk: SubscriptionWork.Desk
    let losses: (any LossObserver)?
    let policy: SubscriptionPolicy
    let backoff: Backoff
    let clock: any Clock<Duration>
    let now: @Sendable () -> Int64
    let random: @Sendable () -> Double
    let metrics: GraphMetrics
    let logger: Logger
    let state: Mutex<State>
    let bell = Doorbell()

    struct State {
        var table: SubscriptionTable
        var chores = Chores()
        /// What was left behind, by account, as of the last list.
        var orphans: [String: [GraphSubscription]] = [:]
        /// Those who may have lost something while the program was away, and have not been told.
        var untold: [SubscriptionRecord] = []
        var failedNotes = 0
    }

    /// - Parameters:
    ///   - accounts: Who asks Graph, with unique names; of two with the same name the first counts.
    ///   - store: What is known across restarts.
    ///   - directory: What the webhook knows; kept up to date.
    ///   - notificationURL: Where Graph sends notifications: `https`, reachable from the internet.
    ///   - lifecycleNotificationURL: Where Graph sends lifecycle notifications; may be the same. Some resources need it.
    ///   - certificates: What Graph encrypts for, where a subscription asks for objects. The current one is used when a
    ///     subscription is created, and made known to Graph when it is renewed.
    ///   - requests: What should be there, with unique names; of two with the same name the first counts. What the store
    ///     knows and this list does not is deleted.
    ///   - losses: Who is told where notifications may have been lost.
    ///   - policy: How they are looked after.
    ///   - backoff: How long to wait after failures that may pass.
    ///   - clock: What it sleeps by.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    ///   - random: Numbers from 0 up to 1.
    ///   - newClientState: Makes secrets.
    ///   - metrics: What is counted.
    ///   - logger: For what cannot be thrown.
    public init(
        accounts: [SubscriptionAccount], store: any SubscriptionStore, directory: SubscriptionDirectory,
        notificationURL: String, lifecycleNotificationURL: String? = nil, certificates: DecryptionKeys? = nil,
        requests: [SubscriptionRequest], losses: (any LossObserver)? = nil, policy: SubscriptionPolicy = .init(),
        backoff: Backoff = .init(), clock: any Clock<Duration> = ContinuousClock(), now: (@Sendable () -> Int64)? = nil,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        newClientState: @escaping @Sendable () -> String = { ClientState.random() }, metrics: GraphMetrics = .init(),
        logger: Logger = Logger(label: "GraphNotifications")
    ) {
        let now = now ?? WallClock.now
        let urls = [notificationURL] + (lifecycleNotificationURL.map { $0 == notificationURL ? [] : [$0] } ?? [])
        let desk = SubscriptionWork.Desk(
            store: store, directory: directory, notificationURL: notificationURL,
            lifecycleNotificationURL: lifecycleNotificationURL, certificates: certificates,
            gate: policy.probe.map { EndpointGate($0, urls: urls) }, now: now, newClientState: newClientState,
            metrics: metrics, logger: logger
        )
        let works = accounts.map { account in
            var account = account
            // When to try again is decided here.
            account.graph = account.graph.with(failures: .once)
            return (account.name, SubscriptionWork(account: account, desk: desk))
        }
        self.works = Dictionary(works) { first, _ in first }
        self.desk = desk
        self.losses = losses
        self.policy = policy
        self.backoff = backoff
        self.clock = clock
        self.now = now
        self.random = random
        self.metrics = metrics
        self.logger = logger
        self.state = Mutex(
            State(
                table: SubscriptionTable(
                    requests, accounts: Set(self.works.keys), notificationURL: notificationURL,
                    lifecycleNotificationURL: lifecycleNotificationURL, now: now()
                )
            )
        )
    }

    /// One with a single account.
    ///
    /// - Parameter graph: How Graph is asked. The other parameters are those of
    ///   ``init(accounts:store:directory:notificationURL:lifecycleNotificationURL:certificates:requests:losses:policy:backoff:clock:now:random:newClientState:metrics:logger:)``.
    public convenience init(
        graph: GraphClient, store: any SubscriptionStore, directory: SubscriptionDirectory, notificationURL: String,
        lifecycleNotificationURL: String? = nil, certificates: DecryptionKeys? = nil, requests: [SubscriptionRequest],
        losses: (any LossObserver)? = nil, policy: SubscriptionPolicy = .init(), backoff: Backoff = .init(),
        clock: any Clock<Duration> = ContinuousClock(), now: (@Sendable () -> Int64)? = nil,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        newClientState: @escaping @Sendable () -> String = { ClientState.random() }, metrics: GraphMetrics = .init(),
        logger: Logger = Logger(label: "GraphNotifications")
    ) {
        self.init(
            accounts: [SubscriptionAccount(graph: graph)], store: store, directory: directory,
            notificationURL: notificationURL, lifecycleNotificationURL: lifecycleNotificationURL, certificates: certificates,
            requests: requests, losses: losses, policy: policy, backoff: backoff, clock: clock, now: now, random: random,
            newClientState: newClientState, metrics: metrics, logger: logger
        )
    }

    /// Keeps the subscriptions until the program shuts down. They stay at Graph, to be found again after a restart.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.reconcile() }
        for waiter in self.state.withLock({ $0.table.end() }) {
            waiter.resume(returning: .failure(Self.stopped))
        }
    }

    static let stopped = GraphError(.unreachable, "The subscription manager has stopped.")

    private func reconcile() async {
        await self.load()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let now = self.now()
                let (requests, chores, wake, active) = self.state.withLock { state in
                    let (requests, wake) = state.table.takeDue(now: now, limit: Self.maximumRequests)
                    let chores = state.chores.takeDue(now: now)
                    return (requests, chores, [wake, state.chores.next].compactMap(\.self).min(), state.table.activeCount)
                }
                self.metrics.subscriptions.record(active)
                for jobs in requests {
                    group.addTask {
                        await self.perform(jobs)
                        self.state.withLock { $0.table.finished(account: jobs[0].account) }
                        self.bell.ring()
                    }
                }
                for chore in chores {
                    group.addTask {
                        await self.perform(chore)
                        self.bell.ring()
                    }
                }
                let pause = wake.map { Duration.milliseconds(max(0, $0 - now)) } ?? Self.longestSleep
                await self.bell.wait(atMost: min(pause, Self.longestSleep), clock: self.clock)
            }
        }
    }

    /// Reads the store and lets the webhook know what is in it, before Graph is asked anything.
    private func load() async {
        var failures = 0
        while !Task.isCancelled {
            do throws(GraphError) {
                let records = try await self.desk.store.all()
                let lastSign = try await self.desk.store.lastSignOfLife() ?? records.compactMap(\.confirmedAt).max()
                let now = self.now()
                let (refused, declared) = self.state.withLock { state in
                    let refused = state.table.install(records, now: now)
                    let declared = state.table.declaredRecords
                    if let lastSign, now - lastSign > self.policy.longestDowntime.milliseconds { state.untold = declared }
                    state.chores.plan(.signOfLife, at: now)
                    if self.policy.listInterval != nil {
                        for account in self.works.keys { state.chores.plan(.list(account: account), at: now) }
                    }
                    return (refused, declared)
                }
                for record in declared { self.works[record.account]?.publish(record) }
                for (name, error) in refused { self.report(error, of: name) }
                return
            } catch {
                failures += 1
                if failures == Self.failuresUntilWarning {
                    self.logger.warning("The subscriptions cannot be read", metadata: [.error: "\(error)"])
                }
            }
            try? await self.clock.sleep(for: self.backoff.delay(afterFailures: failures, random: self.random()))
        }
    }
}
