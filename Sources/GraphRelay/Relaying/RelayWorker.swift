import GraphNotifications
import Logging
import Metrics
import Synchronization

/// The relay at work: asks ``NotificationSorter`` and ``BatchCommit`` what to do, and does it.
struct RelayWorker {
    let queue: any NotificationQueue
    let log: any UpdateLog
    let directory: SubscriptionDirectory
    let configuration: RelayConfiguration
    let opener: NotificationOpener?
    let fetcher: ResourceFetcher?
    let onVagueChange: @Sendable (_ subscription: String) -> Void
    let onLifecycle: @Sendable (LifecycleNotification) async throws -> Void
    let metrics: RelayMetrics
    let now: @Sendable () -> Int64
    let logger: Logger
    let condition: RelayCondition

    /// No entry has this id. Settling it changes nothing, but it is a write.
    private static let nobody: Int64 = 0

    /// Works until the task is cancelled.
    func run() async {
        var sorter = NotificationSorter(configuration: self.configuration, startedAt: self.now())
        var position: Int64 = 0
        var failures = 0
        // How many times in a row there was something to relay.
        var busy = 0
        // When what is held was looked at last; `nil` when that is due whatever the time.
        var checkedAt: Int64?
        while !Task.isCancelled {
            let began = ContinuousClock.now
            let now = self.now()
            if checkedAt.map({ abs(now - $0) >= self.configuration.holdCheckInterval.milliseconds }) ?? true {
                sorter.release(now: now, known: self.directory.subscription(id:))
                checkedAt = now
            }
            do throws(GraphError) {
                let entries = try await self.queue.entries(
                    after: position, limit: self.configuration.maximumBatchEntries
                )
                if failures > 0 { self.recovered() }
                failures = 0
                guard let opened = await self.open(entries) else { return }
                for (entry, opened) in zip(entries, opened) {
                    position = entry.id
                    guard await self.sort(entry, opened: opened, with: &sorter) else { return }
                }
                guard await self.commitBatch(of: &sorter) else { return }
                if entries.isEmpty {
                    busy = 0
                    await self.waitForWork(after: position, isHolding: sorter.heldCount > 0)
                    checkedAt = nil
                } else {
                    busy += 1
                    if busy > 1 { await self.rest(since: began) }
                }
            } catch {
                // A read that is cut short because the program shuts down is no failure.
                guard !Task.isCancelled else { return }
                failures += 1
                self.metrics.failures.increment()
                await self.pause(afterFailures: failures, of: error)
                guard await self.commitBatch(of: &sorter) else { return }
            }
        }
    }

    // MARK: - One entry

    /// Verifies and opens what is encrypted.
    ///
    /// Where the keys for that cannot be had it waits, and all that came later with it; but not for ever.
    ///
    /// - Returns: What is in each entry, `nil` for one that cannot be read; nothing at all when the relay must stop.
    private func open(_ entries: [QueuedNotification]) async -> [OpenedNotifications?]? {
        guard let opener = self.opener else { return Array(repeating: nil, count: entries.count) }
        let contents = entries.map { try? NotificationBatch.contents(of: $0.body) }
        var attempts = 0
        while true {
            attempts += 1
            do throws(ContentError) {
                var opened = try await opener.open(
                    contents.compactMap { $0 }, isLastAttempt: attempts >= self.configuration.maximumAttempts,
                    applicationID: { self.directory.subscription(id: $0)?.applicationID }
                ).makeIterator()
                return contents.map { $0 == nil ? nil : opened.next() }
            } catch {
                self.logger.debug("Encrypted notifications wait to be verified", metadata: [.error: "\(error)"])
                // Cancelled when the relay must stop.
                try? await Task.sleep(for: self.configuration.backoff.delay(afterFailures: attempts, random: 1))
                guard !Task.isCancelled else { return nil }
            }
        }
    }

    /// - Returns: `false` when the relay must stop.
    private func sort(
        _ entry: QueuedNotification, opened: OpenedNotifications?, with sorter: inout NotificationSorter
    ) async -> Bool {
        sorter.open(entry, opened: opened)
        let now = self.now()
        while !sorter.sort(now: now, known: self.directory.subscription(id:)) {
            guard await self.commitBatch(of: &sorter) else { return false }
        }
        return sorter.isFull ? await self.commitBatch(of: &sorter) : true
    }

    /// Leaves the machine to whoever answers Graph, for as long as the last batch took.
    private func rest(since began: ContinuousClock.Instant) async {
        let spent = began.duration(to: .now)
        // Cancelled when the relay must stop, which its loop sees.
        try? await Task.sleep(for: min(spent, self.configuration.maximumRest))
    }

    private func waitForWork(after position: Int64, isHolding: Bool) async {
        guard isHolding else { return await self.queue.waitForEntry(after: position) }
        await withTaskGroup { group in
            group.addTask { await self.queue.waitForEntry(after: position) }
            group.addTask { try? await Task.sleep(for: self.configuration.holdCheckInterval) }
            await group.next()
            group.cancelAll()
        }
    }

    private func pause(afterFailures failures: Int, of error: any Error) async {
        self.failed(error)
        // Cancelled when the relay must stop, which its loop sees.
        try? await Task.sleep(for: self.configuration.backoff.delay(afterFailures: failures, random: 1))
    }

    // MARK: - One batch

    /// Brings what was decided into the log.
    ///
    /// - Returns: `false` when the relay must stop before it is in; the queue still has it.
    private func commitBatch(of sorter: inout NotificationSorter) async -> Bool {
        guard sorter.hasBatch else { return true }
        var batch = sorter.takeBatch()
        // First: what the entry they came in has to say is in no other place once it is settled.
        for notification in batch.lifecycle { guard await self.handOver(notification) else { return false } }
        if let fetcher = self.fetcher, batch.decisions.contains(where: { $0.fetches(with: fetcher) }) {
            let ready = batch.takeReady(fetches: fetcher.fetches(for:))
            if !ready.isEmpty {
                guard await self.commit(ready) else { return false }
                self.tell(ofVagueChangesIn: ready)
            }
            await batch.change { await fetcher.fill(&$0) }
            // Cut short: what is without its object would have got it. The queue still has it.
            guard !Task.isCancelled else { return false }
        }
        let isCommitted = await self.metrics.batches.measure { () async in await self.commit(batch) }
        self.metrics.held.record(sorter.heldCount)
        guard isCommitted else { return false }
        self.tell(ofVagueChangesIn: batch)
        return true
    }

    /// Tries until it is taken.
    ///
    /// - Returns: `false` when the relay must stop before that; the queue still has it.
    private func handOver(_ notification: LifecycleNotification) async -> Bool {
        var failures = 0
        while true {
            do {
                try await self.onLifecycle(notification)
                return true
            } catch {
                guard !Task.isCancelled else { return false }
                failures += 1
                self.metrics.failures.increment()
                await self.pause(afterFailures: failures, of: error)
                guard !Task.isCancelled else { return false }
            }
        }
    }

    private func tell(ofVagueChangesIn batch: RelayBatch) {
        var told: Set<String> = []
        for decision in batch.decisions {
            guard case .update(let draft) = decision.fate, draft.update.resourceID == nil,
                let subscription = draft.update.subscription, told.insert(subscription).inserted
            else { continue }
            self.onVagueChange(subscription)
        }
    }

    private func commit(_ batch: RelayBatch) async -> Bool {
        var commit = BatchCommit(batch, maximumAttempts: self.configuration.maximumAttempts)
        var action = commit.start()
        var failure: RelayError?
        while true {
            switch action {
            case .append(let outcome):
                failure = await self.append(outcome)
                action = failure.map { commit.failed(isRetryable: $0.isRetryable) } ?? commit.appended()
            case .probe:
                failure = await self.append(RelayOutcome(settled: [Self.nobody]))
                action = commit.probed(failure == nil)
            case .wait(let failures):
                if let failure { await self.pause(afterFailures: failures, of: failure) }
                guard !Task.isCancelled else { return false }
                action = commit.waited()
            case .finished:
                self.recovered()
                return true
            }
        }
    }

    /// - Returns: What failed.
    private func append(_ outcome: RelayOutcome) async -> RelayError? {
        do throws(RelayError) {
            let updates = try await self.log.append(outcome)
            self.metrics.updates.increment(by: updates.count)
            self.metrics.duplicates.increment(by: outcome.drafts.count - updates.count)
            self.metrics.count(outcome.deadLetters)
            for letter in outcome.deadLetters where letter.reason == .attemptsExhausted {
                self.logger.warning(
                    "The store does not take a notification; it is a dead letter now",
                    metadata: [.entryID: "\(letter.entryID)", .reason: "\(letter.reason.rawValue)"]
                )
            }
            return nil
        } catch {
            self.metrics.failures.increment()
            return error
        }
    }

    // MARK: - Outages

    private func failed(_ error: any Error) {
        guard !self.condition.isFailing.exchange(true, ordering: .relaxed) else { return }
        self.logger.error(
            "The store failed; notifications wait in the queue until it works again", metadata: [.error: "\(error)"]
        )
    }

    private func recovered() {
        guard self.condition.isFailing.exchange(false, ordering: .relaxed) else { return }
        self.logger.notice("The store works again")
    }
}
