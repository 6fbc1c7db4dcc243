public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// Keeps subscriptions at Graph as they are declared: creates, renews, re-creates and deletes them.
///
/// A subscription is renewed at half of its life. When Graph has lost it, it is created anew; what fails and may pass is
/// tried again with growing pauses, what does not pass by itself every five minutes. The failures of one do not delay another.
public final class SubscriptionManager: Service {
    /// How many requests are in flight at most.
    static let maximumRequests = 8
    /// How long to wait after a failure that does not pass by itself.
    static let permanentPause = Duration.seconds(300)
    /// The wall clock may jump, so it is looked at this often.
    static let longestSleep = Duration.seconds(60)
    /// After so many failures in a row that may pass, somebody should know.
    static let failuresUntilWarning = 5

    private let work: SubscriptionWork
    private let backoff: Backoff
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Int64
    private let random: @Sendable () -> Double
    private let metrics: GraphMetrics
    private let logger: Logger
    private let state: Mutex<SubscriptionTable>
    private let bell = Doorbell()

    /// - Parameters:
    ///   - graph: How Graph is asked.
    ///   - store: What is known across restarts.
    ///   - directory: What the webhook knows; kept up to date.
    ///   - notificationURL: Where Graph sends notifications: `https`, reachable from the internet.
    ///   - lifecycleNotificationURL: Where Graph sends lifecycle notifications; may be the same. Some resources need it.
    ///   - certificates: What Graph encrypts for, where a subscription asks for objects. The current one is used when a
    ///     subscription is created, and made known to Graph when it is renewed.
    ///   - requests: What should be there, with unique names; of two with the same name the first counts. What the store
    ///     knows and this list does not is deleted.
    ///   - backoff: How long to wait after failures that may pass.
    ///   - clock: What it sleeps by.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    ///   - random: Numbers from 0 up to 1.
    ///   - newClientState: Makes secrets.
    ///   - metrics: What is counted.
    ///   - logger: For what cannot be thrown.
    public init(
        graph: GraphClient, store: any SubscriptionStore, directory: SubscriptionDirectory, notificationURL: String,
        lifecycleNotificationURL: String? = nil, certificates: DecryptionKeys? = nil, requests: [SubscriptionRequest],
        backoff: Backoff = .init(),
        clock: any Clock<Duration> = ContinuousClock(), now: (@Sendable () -> Int64)? = nil,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        newClientState: @escaping @Sendable () -> String = { ClientState.random() }, metrics: GraphMetrics = .init(),
        logger: Logger = Logger(label: "GraphNotifications")
    ) {
        let now = now ?? WallClock.now
        self.work = SubscriptionWork(
            graph: graph.with(failures: .once), store: store, directory: directory, notificationURL: notificationURL,
            lifecycleNotificationURL: lifecycleNotificationURL, certificates: certificates, now: now,
            newClientState: newClientState, logger: logger
        )
        self.backoff = backoff
        self.clock = clock
        self.now = now
        self.random = random
        self.metrics = metrics
        self.logger = logger
        self.state = Mutex(SubscriptionTable(requests, now: now()))
    }

    /// Keeps the subscriptions until the program shuts down. They stay at Graph, to be found again after a restart.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.reconcile() }
        for waiter in self.state.withLock({ $0.end() }) {
            waiter.resume(returning: .failure(Self.stopped))
        }
    }

    private static let stopped = GraphError(.unreachable, "The subscription manager has stopped.")

    private func reconcile() async {
        await self.load()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let now = self.now()
                let (jobs, wake) = self.state.withLock { $0.takeDue(now: now, limit: Self.maximumRequests) }
                for job in jobs {
                    group.addTask {
                        await self.perform(job)
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
                let records = try await self.work.store.all()
                let lifecycleURL = self.work.lifecycleNotificationURL
                let refused = self.state.withLock { table in
                    table.install(
                        records, notificationURL: self.work.notificationURL, lifecycleNotificationURL: lifecycleURL,
                        now: self.now()
                    )
                }
                for record in self.state.withLock({ $0.declaredRecords }) { self.work.publish(record) }
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

    // MARK: - One step

    private func perform(_ job: SubscriptionTable.Job) async {
        do throws(GraphError) {
            switch job.action {
            case .create(let clearing):
                let record = try await self.work.create(job.declared, clearing: clearing) { id in
                    self.state.withLock { $0.isKnown(id: id) }
                }
                self.metrics.creations.increment()
                self.confirm(record, of: job)
            case .check(let id):
                self.confirm(try await self.work.check(job.record, id: id), of: job)
            case .renew(let id):
                let record = try await self.work.renew(job.declared, job.record, id: id)
                self.metrics.renewals.increment()
                self.confirm(record, of: job)
            case .remove(let id, let forget):
                try await self.work.remove(name: job.record.name, id: id, forget: forget)
                let now = self.now()
                self.settle(job, error: nil, isLast: forget) { $0.machine.wasRemoved(forgotten: forget, now: now) }
                self.logger.debug("Removed a subscription", metadata: self.metadata(job))
            case .wait, .nothing: return
            }
        } catch {
            self.fail(job, error)
        }
    }

    private func confirm(_ record: SubscriptionRecord, of job: SubscriptionTable.Job) {
        let now = self.now()
        let jitter = self.random() * 2 - 1
        var isLast = true
        if case .check = job.action { isLast = false }
        self.settle(job, error: nil, isLast: isLast) { [isLast] entry in
            entry.record = record
            guard let id = record.id, let expiresAt = record.expiresAt else { return }
            entry.machine.confirmed(
                id: id, expiresAt: expiresAt, confirmedAt: record.confirmedAt ?? now, now: now, jitter: jitter
            )
            // It is there; whoever wants it renewed still does.
            if !isLast, !entry.renewalWaiters.isEmpty { entry.machine.hurry(now: now) }
        }
        self.logger.debug("A subscription is alive", metadata: self.metadata(job, id: record.id))
    }

    private func fail(_ job: SubscriptionTable.Job, _ error: GraphError) {
        // The program shuts down, and a request that was cut off says nothing about the subscription.
        guard !Task.isCancelled else { return }
        let now = self.now()
        let isLost =
            switch job.action {
            case .check, .renew: error.code == .notFound
            default: false
            }
        if isLost {
            self.settle(job, error: nil, isLast: false) { $0.machine.lost(now: now) }
            self.logger.debug("Graph does not know a subscription any more", metadata: self.metadata(job))
            return
        }
        self.metrics.failures.increment()
        let random = self.random()
        let failures = self.settle(job, error: error, isLast: false) { entry in
            var delay = Self.permanentPause * (0.9 + 0.2 * random)
            if error.isRetryable {
                delay = self.backoff.delay(afterFailures: entry.machine.failures + 1, random: random)
            }
            delay = max(delay, error.retryAfter ?? .zero)
            entry.machine.failed(
                now: now, delay: delay.milliseconds, isPermanent: !error.isRetryable, isUncertain: error.isUncertain
            )
            return entry.machine.failures
        }
        if error.isRetryable, failures != Self.failuresUntilWarning {
            self.logger.debug(
                "A subscription could not be kept; it is tried again",
                metadata: self.metadata(job).merging(error.logMetadata) { $1 }
            )
        } else {
            self.report(error, of: job.record.name)
        }
    }

    /// Says once, in one sentence, why a subscription is not as declared.
    private func report(_ error: GraphError, of name: String) {
        guard self.state.withLock({ $0.isNews(error, of: name) }) else { return }
        self.logger.error(
            "A subscription is not as declared",
            metadata: [.subscriptionName: "\(name)"].merging(error.logMetadata) { $1 }
        )
    }

    /// Changes an entry after its job, and tells those who waited for it.
    @discardableResult
    private func settle<Value: Sendable>(
        _ job: SubscriptionTable.Job, error: GraphError?, isLast: Bool,
        _ change: (inout SubscriptionTable.Entry) -> Value
    ) -> Value {
        let (value, waiters, active) = self.state.withLock { table in
            let (value, waiters) = table.settle(job, error: error, isLast: isLast, change)
            return (value, waiters, table.activeCount)
        }
        self.metrics.subscriptions.record(active)
        for (waiter, result) in waiters { waiter.resume(returning: result) }
        return value
    }

    private func metadata(_ job: SubscriptionTable.Job, id: String? = nil) -> Logger.Metadata {
        [.subscriptionName: "\(job.record.name)", .subscriptionID: "\(id ?? job.record.id ?? "none")"]
    }

    // MARK: - From outside

    /// Deletes a subscription at Graph and its record. It stays away until the next start, if it is still declared then.
    ///
    /// - Throws: ``GraphError/Code/notFound`` if nothing of this name is declared; why Graph did not delete it, in which case
    ///   it is tried again in the background.
    public func delete(name: String) async throws(GraphError) {
        try await self.order(.delete, name: name)
    }

    /// Renews a subscription now, or creates it if Graph does not know it.
    ///
    /// - Throws: ``GraphError/Code/notFound`` if nothing of this name is declared; why Graph did not renew it, in which case it
    ///   is tried again in the background.
    public func renew(name: String) async throws(GraphError) {
        try await self.order(.renew, name: name)
    }

    private func order(_ order: SubscriptionTable.Order, name: String) async throws(GraphError) {
        let result = await withCheckedContinuation { (continuation: SubscriptionTable.Waiter) in
            let refusal: GraphError? = self.state.withLock { table in
                table.hasEnded ? Self.stopped : table.accept(order, name: name, now: self.now(), waiter: continuation)
            }
            if let refusal {
                continuation.resume(returning: .failure(refusal))
            } else {
                self.bell.ring()
            }
        }
        try result.get()
    }

    /// How each declared subscription is doing, by name.
    public func status() -> [SubscriptionStatus] {
        self.state.withLock { $0.status }
    }

    /// Reacts to what Graph tells about a subscription; one that is not known, or whose client state is wrong, is ignored.
    ///
    /// `reauthorizationRequired` renews it, unless that was done within ten minutes; `subscriptionRemoved` creates it anew;
    /// `missed` is counted and logged.
    public func handle(_ lifecycle: LifecycleNotification) {
        let now = self.now()
        guard let name = self.state.withLock({ $0.apply(lifecycle, now: now) }) else {
            self.logger.debug("Ignored a lifecycle notification of an unknown subscription")
            return
        }
        self.metrics.lifecycleEvents.increment()
        let metadata: Logger.Metadata = [.subscriptionName: "\(name)", .subscriptionID: "\(lifecycle.subscriptionID)"]
        switch lifecycle.event {
        case .missed:
            self.metrics.missed.increment()
            self.logger.warning("Graph lost notifications of a subscription", metadata: metadata)
        case .subscriptionRemoved:
            self.logger.notice("Graph removed a subscription; it is created again", metadata: metadata)
        default:
            self.logger.debug("Graph told something about a subscription", metadata: metadata)
        }
        self.bell.ring()
    }
}
