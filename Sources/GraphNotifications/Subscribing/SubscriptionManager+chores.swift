import Logging
import Metrics
import Synchronization

/// What is done from time to time for all subscriptions.
extension SubscriptionManager {
    func perform(_ chore: Chores.Chore) async {
        switch chore {
        case .signOfLife: await self.noteLife()
        case .list(let account): await self.compare(account)
        }
    }

    /// Writes down that the program runs; before that, what may have been lost while it did not.
    private func noteLife() async {
        let untold = self.state.withLock { $0.untold }
        var isDone = false
        do throws(GraphError) {
            for record in untold {
                guard let request = self.state.withLock({ $0.table.declared(record.name) }) else { continue }
                try await self.tell(.downtime, of: request)
            }
            self.state.withLock { $0.untold = [] }
            try await self.desk.store.noteSignOfLife(self.now())
            isDone = true
        } catch {
            self.logger.debug("A sign of life could not be noted; it is tried again", metadata: [.error: "\(error)"])
        }
        let random = self.random()
        self.state.withLock { [isDone] state in
            state.failedNotes = isDone ? 0 : state.failedNotes + 1
            let pause =
                isDone ? Self.signOfLifeInterval : self.backoff.delay(afterFailures: state.failedNotes, random: random)
            state.chores.plan(.signOfLife, at: self.now() + pause.milliseconds)
        }
    }

    /// Compares Graph's list with what is known.
    private func compare(_ account: String) async {
        guard let work = self.works[account], let interval = self.policy.listInterval else { return }
        let pause: Duration
        do throws(GraphError) {
            let listedAt = self.now()
            let listed = try await work.list()
            let orphans = self.take(listed, of: work, listedAt: listedAt)
            pause = interval * (0.9 + 0.2 * self.random())
            if self.policy.deletesOrphans, !orphans.isEmpty { await self.delete(orphans, work) }
        } catch {
            pause = max(Self.permanentPause, error.retryAfter ?? .zero)
            self.logger.debug(
                "Graph's list of subscriptions could not be read; it is tried again",
                metadata: [.account: "\(account)"].merging(error.logMetadata) { $1 }
            )
        }
        let next = self.now() + pause.milliseconds
        self.state.withLock { $0.chores.plan(.list(account: account), at: next) }
    }

    private func take(
        _ listed: [GraphSubscription], of work: SubscriptionWork, listedAt: Int64
    ) -> [GraphSubscription] {
        let account = work.account.name
        let reconciler = SubscriptionReconciler(
            applicationID: work.account.applicationID, listedAt: listedAt, notificationURL: self.desk.notificationURL
        ) { self.desk.directory.subscription(id: $0) != nil }
        let now = self.now()
        let (report, news) = self.state.withLock { state in
            let report = reconciler.compare(listed, with: state.table.known(in: account))
            state.table.apply(report, now: now, jitter: self.jitter)
            let before = Set((state.orphans[account] ?? []).map(\.id))
            state.orphans[account] = report.orphans
            return (report, report.orphans.filter { !before.contains($0.id) })
        }
        self.metrics.drifts.increment(by: report.drifted.count)
        self.metrics.orphans.record(self.state.withLock { $0.orphans.values.reduce(0) { $0 + $1.count } })
        for record in report.drifted {
            self.logger.notice(
                "A subscription at Graph differs from what was known of it",
                metadata: [
                    .subscriptionName: "\(record.name)", .subscriptionID: "\(record.id ?? "none")", .account: "\(account)",
                ]
            )
        }
        for orphan in news {
            self.logger.notice(
                "There is a subscription at Graph that sends here and that nobody declared",
                metadata: [.subscriptionID: "\(orphan.id)", .account: "\(account)"]
            )
        }
        return report.orphans
    }

    private func delete(_ orphans: [GraphSubscription], _ work: SubscriptionWork) async {
        let results = await work.delete(orphans)
        let left = zip(orphans, results).compactMap { orphan, result in
            if case .failure = result { orphan } else { nil }
        }
        self.state.withLock { $0.orphans[work.account.name] = left }
        self.metrics.deletions.increment(by: orphans.count - left.count)
        self.logger.notice(
            "Deleted subscriptions that nobody declared",
            metadata: [.count: "\(orphans.count - left.count)", .account: "\(work.account.name)"]
        )
    }
}
