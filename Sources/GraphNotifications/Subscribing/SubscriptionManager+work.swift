import Logging
import Metrics
import Synchronization

/// One step for some subscriptions, and what follows from it.
extension SubscriptionManager {
    /// Does what one request is for: one job, or several of the same kind.
    func perform(_ jobs: [SubscriptionTable.Job]) async {
        guard let work = self.works[jobs[0].account] else {
            for job in jobs {
                self.fail(
                    job,
                    GraphError(
                        .invalidDeclaration,
                        "The subscription “\(job.record.name)” belongs to the account “\(job.account)”, which is not there any more."
                    )
                )
            }
            return
        }
        switch jobs[0].action {
        case .check:
            let ids = jobs.compactMap { job in if case .check(let id) = job.action { (job.record, id) } else { nil } }
            for (job, result) in zip(jobs, await work.check(ids.map { (record: $0.0, id: $0.1) })) {
                self.settle(job, result, isLast: false)
            }
        case .renew:
            let renewals = jobs.compactMap { job in
                if case .renew(let id) = job.action { (request: job.declared, record: job.record, id: id) } else { nil }
            }
            if jobs.count > 1 { self.metrics.renewalBatches.increment() }
            for (job, result) in zip(jobs, await work.renew(renewals)) {
                if case .success = result { self.metrics.renewals.increment() }
                self.settle(job, result, isLast: true)
            }
        default:
            await self.perform(jobs[0], work)
        }
    }

    private func perform(_ job: SubscriptionTable.Job, _ work: SubscriptionWork) async {
        do throws(GraphError) {
            switch job.action {
            case .create(let clearing, let replacing, let afterLoss):
                try await self.create(job, work, clearing: clearing, replacing: replacing, afterLoss: afterLoss)
            case .tell(let afterLoss):
                try await self.tell(afterLoss ? .removed : .created, of: job.declared)
                await work.keep(job.record)
                self.confirm(job.record, of: job, isLast: true)
            case .reauthorize(let id):
                let record = try await work.reauthorize(job.record, id: id)
                self.metrics.reauthorizations.increment()
                self.settle(job, error: nil, isLast: true) { entry, now in
                    entry.record = record
                    entry.machine.reauthorized(now: now)
                }
                self.logger.debug("Authorized a subscription anew", metadata: self.metadata(job))
            case .discard(let id):
                let record = try await work.discard(job.record, id: id)
                self.metrics.deletions.increment()
                self.settle(job, error: nil, isLast: false) { entry, now in
                    entry.record = record
                    entry.machine.discarded(now: now)
                }
                self.logger.debug("Removed what a subscription took the place of", metadata: self.metadata(job, id: id))
            case .remove(let ids, let forget):
                try await work.remove(name: job.record.name, ids: ids, forget: forget)
                self.metrics.deletions.increment(by: ids.count)
                self.settle(job, error: nil, isLast: forget) { $0.machine.wasRemoved(forgotten: forget, now: $1) }
                self.logger.debug("Removed a subscription", metadata: self.metadata(job))
            case .check, .renew, .wait, .nothing: return
            }
        } catch {
            self.fail(job, error)
        }
    }

    private func create(
        _ job: SubscriptionTable.Job, _ work: SubscriptionWork, clearing: Int64?, replacing: String?, afterLoss: Bool
    ) async throws(GraphError) {
        let request = job.declared
        // The record that shows it is overwritten next.
        if afterLoss { try await self.tell(.removed, of: request) }
        let draft = try await work.draft(request, previous: job.record, replacing: replacing)
        try await self.desk.store.save(draft)
        self.state.withLock { $0.table.note(draft) }
        let record = try await work.create(request, draft, previous: job.record, clearing: clearing) { id in
            self.state.withLock { $0.table.isKnown(id: id) }
        }
        self.metrics.creations.increment()
        do throws(GraphError) {
            // Once more after a loss: until now nothing was delivered.
            try await self.tell(afterLoss ? .removed : .created, of: request)
        } catch {
            let delay = self.backoff.delay(afterFailures: 1, random: self.random())
            self.settle(job, error: error, isLast: false) { entry, now in
                entry.record = record
                guard let id = record.id, let expiresAt = record.expiresAt else { return }
                entry.machine.createdUntold(id: id, expiresAt: expiresAt, now: now, delay: delay.milliseconds)
            }
            return
        }
        await work.keep(record)
        self.confirm(record, of: job, isLast: true)
    }

    private func settle(
        _ job: SubscriptionTable.Job, _ result: Result<SubscriptionRecord, GraphError>, isLast: Bool
    ) {
        switch result {
        case .success(let record): self.confirm(record, of: job, isLast: isLast)
        case .failure(let error): self.fail(job, error)
        }
    }

    private func confirm(_ record: SubscriptionRecord, of job: SubscriptionTable.Job, isLast: Bool) {
        let jitter = self.jitter()
        self.settle(job, error: nil, isLast: isLast) { entry, now in
            // What Graph said meanwhile is not in the record that the job began with.
            let wanted = entry.record.authorizationWantedAt
            entry.record = record
            guard let id = record.id, let expiresAt = record.expiresAt else { return }
            entry.machine.confirmed(
                id: id, expiresAt: expiresAt, confirmedAt: record.confirmedAt ?? now, now: now, jitter: jitter
            )
            if !isLast { entry.record.authorizationWantedAt = wanted }
            // It is there; whoever wants it renewed still does.
            if !isLast, !entry.renewalWaiters.isEmpty { entry.machine.hurry(now: now) }
        }
        self.logger.debug("A subscription is alive", metadata: self.metadata(job, id: record.id))
    }

    /// From -1 to 1.
    func jitter() -> Double { self.random() * 2 - 1 }

    private func fail(_ job: SubscriptionTable.Job, _ error: GraphError) {
        // The program shuts down, and a request that was cut off says nothing about the subscription.
        guard !Task.isCancelled else { return }
        let isLost =
            switch job.action {
            case .check, .renew, .reauthorize: error.code == .notFound
            default: false
            }
        if isLost {
            self.metrics.disappearances.increment()
            self.settle(job, error: nil, isLast: false) { entry, now in
                entry.machine.lost(now: now)
            }
            self.logger.notice("Graph does not know a subscription any more; it is created again", metadata: self.metadata(job))
            return
        }
        self.metrics.failures.increment()
        let random = self.random()
        let failures = self.settle(job, error: error, isLast: false) { entry, now in
            var delay = Self.permanentPause * (0.9 + 0.2 * random)
            if error.isRetryable {
                delay = self.backoff.delay(afterFailures: entry.machine.failures + 1, random: random)
            }
            delay = max(delay, error.retryAfter ?? .zero)
            entry.machine.failed(
                now: now, delay: delay.milliseconds, isPermanent: !error.isRetryable, isUncertain: error.isUncertain
            )
            self.reconsider(&entry, job, error, now: now)
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

    /// Another way, where Graph does not go along with the one that loses nothing.
    private func reconsider(
        _ entry: inout SubscriptionTable.Entry, _ job: SubscriptionTable.Job, _ error: GraphError, now: Int64
    ) {
        switch job.action {
        case .create(_, .some, _) where error.code == .alreadyExists:
            entry.machine.replace(now: now, createsFirst: false)
        case .renew where error.code == .requestRefused && job.record.notificationURL != self.desk.notificationURL:
            entry.machine.replace(now: now, createsFirst: false)
        default: break
        }
    }

    /// Says once, in one sentence, why a subscription is not as declared.
    func report(_ error: GraphError, of name: String) {
        guard self.state.withLock({ $0.table.isNews(error, of: name) }) else { return }
        self.logger.error(
            "A subscription is not as declared",
            metadata: [.subscriptionName: "\(name)"].merging(error.logMetadata) { $1 }
        )
    }

    /// Changes an entry after its job, and tells those who waited for it.
    @discardableResult
    private func settle<Value: Sendable>(
        _ job: SubscriptionTable.Job, error: GraphError?, isLast: Bool,
        _ change: (inout SubscriptionTable.Entry, Int64) -> Value
    ) -> Value {
        let now = self.now()
        let (value, waiters) = self.state.withLock { state in
            state.table.settle(job, error: error, isLast: isLast, now: now) { change(&$0, now) }
        }
        for (waiter, result) in waiters { waiter.resume(returning: result) }
        return value
    }

    private func metadata(_ job: SubscriptionTable.Job, id: String? = nil) -> Logger.Metadata {
        [
            .subscriptionName: "\(job.record.name)", .subscriptionID: "\(id ?? job.record.id ?? "none")",
            .account: "\(job.account)",
        ]
    }

    /// Tells who looks for losses.
    func tell(_ reason: PossibleLoss.Reason, of request: SubscriptionRequest) async throws(GraphError) {
        guard let losses = self.losses else { return }
        try await losses.mayHaveLost(
            PossibleLoss(
                subscription: request.name, account: request.account, resource: request.resource,
                changeTypes: request.changeTypes, reason: reason
            )
        )
        self.metrics.losses[reason]?.increment()
        self.logger.debug(
            "Notifications of a subscription may have been lost",
            metadata: [.subscriptionName: "\(request.name)", .lossReason: "\(reason.rawValue)"]
        )
    }
}
