import Logging
import Metrics
import Synchronization

/// What the program asks for.
extension SubscriptionManager {
    /// Takes another list of what should be there: what is new is created, what changed is changed or replaced, and what is not in
    /// it any more is deleted.
    ///
    /// - Parameter requests: With unique names; of two with the same name the first counts.
    public func declare(_ requests: [SubscriptionRequest]) {
        let refused = self.state.withLock { $0.table.declare(requests, now: self.now()) }
        for (name, error) in refused { self.report(error, of: name) }
        self.bell.ring()
    }

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

    /// Deletes a subscription at Graph, and creates it anew. What happens between the two is looked for afterwards.
    ///
    /// - Throws: ``GraphError/Code/notFound`` if nothing of this name is declared; why Graph did not do it, in which case it is
    ///   tried again in the background.
    public func recreate(name: String) async throws(GraphError) {
        try await self.order(.recreate, name: name)
    }

    /// Authorizes a subscription anew. Within ten minutes after a renewal, which did the same, nothing is done.
    ///
    /// - Throws: ``GraphError/Code/notFound`` if nothing of this name is declared, or Graph does not have it; why Graph did not do
    ///   it, in which case it is tried again in the background.
    public func reauthorize(name: String) async throws(GraphError) {
        try await self.order(.reauthorize, name: name)
    }

    private func order(_ order: SubscriptionTable.Order, name: String) async throws(GraphError) {
        let result = await withCheckedContinuation { (continuation: SubscriptionTable.Waiter) in
            let answer: Result<Void, GraphError>? = self.state.withLock { state in
                state.table.hasEnded
                    ? .failure(Self.stopped)
                    : state.table.accept(order, name: name, now: self.now(), waiter: continuation)
            }
            if let answer {
                continuation.resume(returning: answer)
            } else {
                self.bell.ring()
            }
        }
        try result.get()
    }

    /// Lets what may have been missed of a subscription be looked for.
    ///
    /// - Throws: ``GraphError/Code/notFound`` if nothing of this name is declared; why it could not be noted.
    public func requestCatchUp(name: String) async throws(GraphError) {
        guard let request = self.state.withLock({ $0.table.declared(name) }) else {
            throw GraphError(.notFound, "There is no subscription “\(name)”.")
        }
        try await self.tell(.requested, of: request)
    }

    /// How each declared subscription is doing, by name.
    public func status() -> [SubscriptionStatus] {
        let directory = self.desk.directory.table
        let keys = self.desk.certificates?.all ?? []
        let now = self.now()
        return self.state.withLock { state in
            state.table.status(
                now: now, rhythm: { directory.activity(name: $0)?.learned },
                certificateExpiry: { id in keys.first { $0.id == id }?.expiresAt }
            )
        }
    }

    /// Whether no subscription is being worked on, and nothing is due: nothing happens until time goes on or somebody comes.
    package var isAtRest: Bool {
        let now = self.now()
        return self.state.withLock { $0.table.isAtRest(now: now) }
    }

    /// What Graph has and nobody declared, as of the last list; see ``SubscriptionPolicy``.
    public func orphans() -> [OrphanedSubscription] {
        self.state.withLock { state in
            state.orphans.sorted { $0.key < $1.key }.flatMap { account, subscriptions in
                subscriptions.map { OrphanedSubscription(account: account, subscription: $0) }
            }
        }
    }

    // MARK: - What Graph tells

    /// Reacts to what Graph tells about a subscription; one that is not known, or whose client state is wrong, is ignored.
    ///
    /// `reauthorizationRequired` authorizes or renews it, but not within ten minutes of the last time; `subscriptionRemoved`
    /// creates it anew; `missed` lets what was missed be looked for. It may be told the same twice. When it returns, nothing
    /// of it is lost if the process ends.
    ///
    /// - Throws: Why it could not be noted. It must be told again then.
    public func handle(_ lifecycle: LifecycleNotification) async throws(GraphError) {
        guard let known = self.desk.directory.subscription(id: lifecycle.subscriptionID),
            ClientState.matches(lifecycle.clientState, known.clientState),
            let request = self.state.withLock({ $0.table.declared(known.name) })
        else {
            self.logger.debug("Ignored a lifecycle notification of an unknown subscription")
            return
        }
        self.metrics.lifecycleEvents.increment()
        let metadata: Logger.Metadata = [
            .subscriptionName: "\(known.name)", .subscriptionID: "\(known.id)",
            .lifecycleEvent: "\(lifecycle.event.rawValue.prefix(64))",
        ]
        switch lifecycle.event {
        case .missed:
            self.metrics.missed.increment()
            self.logger.warning("Graph lost notifications of a subscription", metadata: metadata)
            try await self.tell(.missed, of: request)
        case .subscriptionRemoved:
            self.logger.notice("Graph removed a subscription; it is created again", metadata: metadata)
            try await self.tell(.removed, of: request)
        default:
            self.logger.debug("Graph told something about a subscription", metadata: metadata)
        }
        let now = self.now()
        let record = self.state.withLock { state -> SubscriptionRecord? in
            guard state.table.apply(lifecycle.event, to: known.name, id: known.id, now: now) else { return nil }
            // While a request is in flight, that writes the record.
            return state.table.entry(known.name).flatMap { $0.machine.dueAt == nil ? nil : $0.record }
        }
        if lifecycle.event == .reauthorizationRequired, let record, record.id != nil { try await self.desk.store.save(record) }
        self.bell.ring()
    }
}
