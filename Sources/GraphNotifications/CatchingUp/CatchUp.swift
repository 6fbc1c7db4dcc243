public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// Finds out what changed while notifications may have been lost, by asking Graph (`delta`).
///
/// Of each subscription it keeps where its changes have been read to, from the moment on at which it is first watched. When it
/// is told that something may have been lost, everything that changed since then is handed over, at least once: those who
/// take it compare it with what they know. What was told is durable, and survives a restart.
public final class CatchUp: Service, LossObserver {
    /// The wall clock may jump, so it is looked at this often.
    private static let longestSleep = Duration.seconds(60)
    /// For how long after the start no link is replaced unread.
    private static let timeToTell = Duration.seconds(900)

    private struct Watched {
        var subject: DeltaReader.Subject
        /// Whether it was asked who the user is.
        var hasOwner = false
    }

    private struct State {
        var schedule: CatchUpSchedule
        var watched: [String: Watched] = [:]
        var unavailable: [String: String] = [:]
    }

    /// One for each account.
    private let readers: [String: DeltaReader]
    private let store: any DeltaStore
    private let configuration: CatchUpConfiguration
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Int64
    private let random: @Sendable () -> Double
    private let metrics: CatchUpMetrics
    private let logger: Logger
    private let state: Mutex<State>
    private let bell = Doorbell()

    /// - Parameters:
    ///   - accounts: Who asks Graph, with unique names; of two with the same name the first counts.
    ///   - store: What is known across restarts.
    ///   - watched: What is subscribed to. Resources of which Graph lists no changes are passed over.
    ///   - configuration: Its times and limits.
    ///   - clock: What it sleeps by.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    ///   - random: Numbers from 0 up to 1.
    ///   - metrics: What is counted.
    ///   - logger: For what cannot be thrown.
    ///   - take: Takes what was found, durably before it returns, and says how much of it was not known already. It is given
    ///     the same again after a failure or a crash.
    public init(
        accounts: [SubscriptionAccount], store: any DeltaStore, watched: [SubscriptionRequest],
        configuration: CatchUpConfiguration = .init(), clock: any Clock<Duration> = ContinuousClock(),
        now: (@Sendable () -> Int64)? = nil, random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        metrics: CatchUpMetrics = .init(), logger: Logger = Logger(label: "GraphNotifications"),
        take: @escaping @Sendable ([RecoveredChange]) async throws(GraphError) -> Int
    ) {
        let now = now ?? WallClock.now
        self.store = store
        self.configuration = configuration
        self.clock = clock
        self.now = now
        self.random = random
        self.metrics = metrics
        self.logger = logger
        let readers = accounts.map { account in
            let reader = DeltaReader(
                graph: account.graph.with(failures: .once), store: store, configuration: configuration, take: take, now: now,
                metrics: metrics, logger: logger
            )
            return (account.name, reader)
        }
        self.readers = Dictionary(readers) { first, _ in first }
        self.state = Mutex(State(schedule: CatchUpSchedule(configuration: configuration)))
        self.state.withLock { state in
            for request in watched {
                self.watch(request.name, of: request.account, request.resource, request.changeTypes, in: &state)
            }
        }
    }

    /// For a single account.
    ///
    /// - Parameter graph: How Graph is asked. The other parameters are those of
    ///   ``init(accounts:store:watched:configuration:clock:now:random:metrics:logger:take:)``.
    public convenience init(
        graph: GraphClient, store: any DeltaStore, watched: [SubscriptionRequest],
        configuration: CatchUpConfiguration = .init(), clock: any Clock<Duration> = ContinuousClock(),
        now: (@Sendable () -> Int64)? = nil, random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        metrics: CatchUpMetrics = .init(), logger: Logger = Logger(label: "GraphNotifications"),
        take: @escaping @Sendable ([RecoveredChange]) async throws(GraphError) -> Int
    ) {
        self.init(
            accounts: [SubscriptionAccount(graph: graph)], store: store, watched: watched, configuration: configuration,
            clock: clock, now: now, random: random, metrics: metrics, logger: logger, take: take
        )
    }

    private func watch(
        _ name: String, of account: String, _ resource: String, _ types: ChangeTypes, in state: inout State
    ) {
        guard self.readers[account] != nil else {
            state.unavailable[name] = "there is no account \(account)"
            return
        }
        do throws(DeltaQuery.Unavailable) {
            let query = try DeltaQuery.query(for: resource)
            state.watched[name] = Watched(
                subject: DeltaReader.Subject(
                    name: name, resource: resource, changeTypes: types, query: query, account: account
                )
            )
            state.unavailable[name] = nil
        } catch {
            state.watched[name] = nil
            state.unavailable[name] = error.reason
        }
    }

    // MARK: - From outside

    public func mayHaveLost(_ loss: PossibleLoss) async throws(GraphError) {
        let now = self.now()
        let (mark, reason) = self.state.withLock { state -> (Int64?, String?) in
            // Declared since the start, or declared otherwise.
            if state.watched[loss.subscription]?.subject.resource != loss.resource {
                self.watch(loss.subscription, of: loss.account, loss.resource, loss.changeTypes, in: &state)
            }
            guard state.watched[loss.subscription] != nil else { return (nil, state.unavailable[loss.subscription]) }
            // Before it is in the store, so that a round which ends meanwhile does not take it for dealt with.
            return (state.schedule.lost(loss.subscription, isCertain: loss.reason == .missed, now: now), nil)
        }
        let metadata: Logger.Metadata = [
            .subscriptionName: "\(loss.subscription)", .lossReason: "\(loss.reason.rawValue)",
        ]
        guard let mark else {
            self.metrics.unavailable.increment()
            self.logger.warning(
                "Notifications of a subscription may be lost, and it cannot be caught up",
                metadata: metadata.merging([.error: "\(reason ?? "")"]) { $1 }
            )
            return
        }
        defer { self.bell.ring() }
        self.logger.debug("Notifications of a subscription may be lost", metadata: metadata)
        try await self.store.note(PendingLoss(loss: loss, mark: mark))
    }

    /// Looks for what changed of a subscription since the last time, because somebody wants it. What is found comes later.
    ///
    /// - Throws: ``GraphError/Code/notFound`` if nothing of this name is watched, ``GraphError/Code/invalidDeclaration`` if
    ///   Graph lists no changes of its resource, ``GraphError/Code/storageFailed``.
    public func request(subscription name: String) async throws(GraphError) {
        let (subject, reason) = self.state.withLock { state in
            (state.watched[name]?.subject, state.unavailable[name])
        }
        if let reason {
            throw GraphError(.invalidDeclaration, "The subscription “\(name)” cannot be caught up, because \(reason).")
        }
        guard let subject else { throw GraphError(.notFound, "There is no subscription “\(name)”.") }
        try await self.mayHaveLost(
            PossibleLoss(subscription: name, account: subject.account, resource: subject.resource, reason: .requested)
        )
    }

    /// A notification came that does not say what has changed, of a drive or a list: Graph is asked, a moment later.
    ///
    /// It does nothing for other resources. It need not be durable: what Graph tells is everything since the last time, and
    /// such resources are read whenever the program starts.
    public func wasNotified(subscription name: String) {
        let now = self.now()
        let isOfInterest = self.state.withLock { state in
            guard state.watched[name]?.subject.query.isTriggeredByNotifications == true else { return false }
            state.schedule.notified(name, now: now)
            return true
        }
        if isOfInterest { self.bell.ring() }
    }

    /// Why a subscription cannot be caught up: the end of a sentence; `nil` if it can, or is not watched.
    public func reasonNotToCatchUp(subscription name: String) -> String? {
        self.state.withLock { $0.unavailable[name] }
    }

    /// The subscriptions of which changes have to be looked for, by name.
    public var pending: [String] { self.state.withLock { $0.schedule.pending } }

    /// Whether nothing is being read, and nothing is due: nothing happens until time goes on or somebody comes.
    package var isAtRest: Bool {
        let now = self.now()
        return self.state.withLock { $0.schedule.isAtRest(now: now) }
    }

    // MARK: - Running

    /// Reads what has to be read until the program shuts down.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.work() }
    }

    private func work() async {
        await self.load()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let now = self.now()
                let (jobs, wake, pending) = self.state.withLock { state in
                    let (jobs, wake) = state.schedule.takeDue(now: now)
                    return (jobs, wake, state.schedule.pendingCount)
                }
                self.metrics.pending.record(pending)
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

    /// Goes on where the last process stopped.
    private func load() async {
        let subjects = self.state.withLock { $0.watched.values.map(\.subject) }
        var failures = 0
        while !Task.isCancelled {
            do throws(GraphError) {
                let pending = try await self.store.pending()
                var since: [String: Int64] = [:]
                for subject in subjects {
                    let positions = try await self.store.positions(of: subject.name)
                    since[subject.name] = positions.filter { $0.resource == subject.resource }.map(\.since).min()
                }
                let now = self.now()
                self.state.withLock { state in
                    for subject in subjects {
                        // Without a position there is nothing to compare with; a drive may have been notified of before.
                        let isDue = since[subject.name] == nil || subject.query.isTriggeredByNotifications
                        var moment = isDue ? now : self.aged(subject, since: since[subject.name] ?? now)
                        // Who finds out that something was lost meanwhile must have told before the link is replaced.
                        if !isDue, !Self.looksWithoutReason(subject) { moment = max(moment, now + Self.timeToTell.milliseconds) }
                        state.schedule.expect(subject.name, at: moment)
                    }
                    for pending in pending where state.watched[pending.loss.subscription] != nil {
                        _ = state.schedule.lost(
                            pending.loss.subscription, isCertain: pending.loss.reason == .missed, now: now, mark: pending.mark
                        )
                    }
                }
                return
            } catch {
                failures += 1
                self.logger.warning("What has to be caught up cannot be read", metadata: [.error: "\(error)"])
            }
            try? await self.clock.sleep(for: self.configuration.backoff.delay(afterFailures: failures, random: self.random()))
        }
    }

    /// When a link will be so old that it is followed without a reason.
    private func aged(_ subject: DeltaReader.Subject, since: Int64) -> Int64 {
        let age = Self.looksWithoutReason(subject) ? self.configuration.interval : self.configuration.longestLinkAge
        // Not all on the same moment.
        return since + (age * (0.8 + 0.2 * self.random())).milliseconds
    }

    /// Whether what is found without a reason is handed over: not where nobody could tell that it had been notified.
    private static func looksWithoutReason(_ subject: DeltaReader.Subject) -> Bool {
        subject.query.isRecognizable || subject.query.isTriggeredByNotifications
    }

    private func perform(_ job: CatchUpSchedule.Job) async {
        guard var watched = self.state.withLock({ $0.watched[job.subscription] }),
            let reader = self.readers[watched.subject.account]
        else { return }
        do throws(GraphError) {
            await self.findOwner(of: &watched, asking: reader.graph)
            let isAnew = job.cause == .age && !Self.looksWithoutReason(watched.subject)
            let outcome = try await reader.read(watched.subject, isAnew: isAnew)
            let now = self.now()
            let aged = self.aged(watched.subject, since: outcome.since ?? now)
            // A first time finds nothing, and asking again would find what the subscription tells by itself.
            let found = outcome.isBaseline || outcome.hasRestarted ? max(outcome.found, 1) : outcome.found
            let isDone = self.state.withLock { $0.schedule.finished(job, found: found, now: now, aged: aged) }
            if isDone { try? await self.store.settle(subscription: job.subscription, through: job.mark) }
            self.report(outcome, of: job)
        } catch {
            self.fail(job, error)
        }
    }

    /// Finds out the id of a user who was declared by name, because notifications and topics have the id.
    private func findOwner(of watched: inout Watched, asking graph: GraphClient) async {
        guard !watched.hasOwner, let owner = watched.subject.query.owner else { return }
        if owner.contains("@") {
            do throws(GraphError) {
                let response = try await graph.get("users/\(owner.percentEncoded)", query: [("$select", "id")])
                watched.subject.owner = DeltaItem(response.body, kind: .user)?.id
            } catch {
                self.logger.debug(
                    "The id of a user cannot be found out; the name is used",
                    metadata: [.subscriptionName: "\(watched.subject.name)"].merging(error.logMetadata) { $1 }
                )
                // It may pass, and what is found must not wait for it.
                guard !error.isRetryable else { return }
            }
        }
        watched.hasOwner = true
        let known = watched
        self.state.withLock { $0.watched[known.subject.name] = known }
    }

    private func report(_ outcome: DeltaReader.Outcome, of job: CatchUpSchedule.Job) {
        let metadata: Logger.Metadata = [
            .subscriptionName: "\(job.subscription)", .found: "\(outcome.found)", .recovered: "\(outcome.recovered)",
        ]
        if outcome.isBaseline {
            self.logger.debug("The changes of a subscription can be caught up from now on", metadata: metadata)
        } else if outcome.recovered > 0 {
            self.logger.notice("Found changes that no notification told of", metadata: metadata)
        } else {
            self.logger.debug("Read the changes of a subscription", metadata: metadata)
        }
    }

    private func fail(_ job: CatchUpSchedule.Job, _ error: GraphError) {
        // The program shuts down.
        guard !Task.isCancelled else { return }
        self.metrics.failures.increment()
        let (now, random) = (self.now(), self.random())
        let failures = self.state.withLock { state in
            state.schedule.failed(
                job, isPermanent: !error.isRetryable, retryAfter: error.retryAfter, random: random, now: now
            )
        }
        let metadata = ([.subscriptionName: "\(job.subscription)"] as Logger.Metadata).merging(error.logMetadata) { $1 }
        // Once is enough for what does not pass, and a few failures are nothing for what does.
        if failures == (error.isRetryable ? 5 : 1) {
            self.logger.error("The changes of a subscription cannot be read; it is tried again", metadata: metadata)
        } else {
            self.logger.debug("The changes of a subscription could not be read; it is tried again", metadata: metadata)
        }
    }
}
