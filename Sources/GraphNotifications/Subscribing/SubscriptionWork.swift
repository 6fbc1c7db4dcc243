import Logging
import Metrics

/// What is done for one subscription at a time in one account: Graph is asked, and record and directory are kept in step.
struct SubscriptionWork: Sendable {
    private static let maximumSaves = 3

    /// What all accounts share.
    struct Desk: Sendable {
        let store: any SubscriptionStore
        let directory: SubscriptionDirectory
        let notificationURL: String
        let lifecycleNotificationURL: String?
        let certificates: DecryptionKeys?
        /// Asked before something is created, until it has said yes once.
        let gate: EndpointGate?
        let now: @Sendable () -> Int64
        let newClientState: @Sendable () -> String
        let metrics: GraphMetrics
        let logger: Logger
    }

    let account: SubscriptionAccount
    let desk: Desk
    private let looks: SubscriptionLooks

    init(account: SubscriptionAccount, desk: Desk) {
        self.account = account
        self.desk = desk
        self.looks = SubscriptionLooks(notificationURL: desk.notificationURL, now: desk.now) { () async throws(GraphError) in
            try await account.graph.subscriptions()
        }
    }

    private var graph: GraphClient { self.account.graph }

    // MARK: - Creating

    /// The record that has to be written before Graph is asked: it calls the webhook, and may deliver, before it answers.
    ///
    /// - Parameters:
    ///   - request: What is declared.
    ///   - previous: What is known. The secret of an attempt that was interrupted is used again, so that what it may have made
    ///     is recognized.
    ///   - replacing: What is deleted afterwards.
    func draft(
        _ request: SubscriptionRequest, previous: SubscriptionRecord, replacing: String?
    ) async throws(GraphError) -> SubscriptionRecord {
        let certificateID = try self.encryption(of: request)?.certificateID
        try await self.desk.gate?.pass()
        return SubscriptionRecord(
            name: request.name, account: self.account.name, resource: request.resource, changeTypes: request.changeTypes,
            notificationURL: self.desk.notificationURL, lifecycleNotificationURL: self.desk.lifecycleNotificationURL,
            clientState: request.clientState ?? Self.interruptedState(of: previous) ?? self.desk.newClientState(),
            tenantID: self.account.tenantID, applicationID: self.account.applicationID, certificateID: certificateID,
            replacedID: replacing ?? previous.replacedID
        )
    }

    private static func interruptedState(of record: SubscriptionRecord) -> String? {
        record.id == nil && !record.clientState.isEmpty ? record.clientState : nil
    }

    /// Creates a subscription, and lets the webhook know it. Its record is for the caller to write.
    ///
    /// - Parameters:
    ///   - request: What is declared.
    ///   - draft: Its record.
    ///   - previous: The record before that.
    ///   - clearing: When an earlier attempt may have left one behind, at the latest; `nil` if none may have.
    ///   - isOurs: Whether an id belongs to another declaration, so that it must not be touched.
    func create(
        _ request: SubscriptionRequest, _ draft: SubscriptionRecord, previous: SubscriptionRecord, clearing: Int64?,
        isOurs: (String) -> Bool
    ) async throws(GraphError) -> SubscriptionRecord {
        // Only what was asked for with this secret before can have it.
        let mayAdopt = draft.clientState == previous.clientState || request.clientState != nil
        var subscription: GraphSubscription?
        if let clearing {
            let strays = try await self.settleStrays(of: draft, since: clearing, mayAdopt: mayAdopt, isOurs: isOurs)
            subscription = strays.adopted
        }
        if subscription == nil {
            let proposal = SubscriptionDraft(
                resource: draft.resource, changeTypes: draft.changeTypes, notificationURL: draft.notificationURL,
                lifecycleNotificationURL: draft.lifecycleNotificationURL, expiresAt: self.expiry(of: request),
                clientState: draft.clientState, encryption: try self.encryption(of: request)
            )
            do throws(GraphError) {
                subscription = try await self.graph.createSubscription(proposal)
            } catch {
                guard error.code == .alreadyExists else { throw error }
                let strays = try await self.settleStrays(
                    of: draft, since: self.desk.now(), mayAdopt: mayAdopt, isOurs: isOurs
                )
                subscription = strays.adopted
                if subscription == nil {
                    guard strays.count > 0 else { throw error }
                    subscription = try await self.graph.createSubscription(proposal)
                }
            }
        }
        var record = draft
        record.id = subscription?.id
        record.expiresAt = subscription?.expiresAt
        record.createdAt = self.desk.now()
        record.confirmedAt = record.createdAt
        self.publish(record, beside: draft.replacedID != nil)
        return record
    }

    /// Deals with what Graph would deliver to us without our knowing it: the same resource, changes and URL. What has our secret
    /// is adopted; the secret of another is not known, and Graph does not change it, so it is deleted.
    ///
    /// - Parameter since: When they came into being, at the latest.
    private func settleStrays(
        of draft: SubscriptionRecord, since: Int64, mayAdopt: Bool, isOurs: (String) -> Bool
    ) async throws(GraphError) -> (adopted: GraphSubscription?, count: Int) {
        let strays = try await self.looks.twins(of: draft, since: since).filter { $0 != draft.replacedID && !isOurs($0) }
        var adopted: GraphSubscription?
        for stray in strays {
            if mayAdopt, adopted == nil, let found = try await self.ours(stray, draft) {
                adopted = found
                self.desk.metrics.adoptions.increment()
                self.log("Adopted a subscription that an interrupted attempt had made", draft, id: stray, .notice)
            } else {
                try await self.graph.deleteSubscription(id: stray)
                self.log("Deleted a subscription that nobody knows the secret of", draft, id: stray, .notice)
            }
        }
        return (adopted, strays.count)
    }

    /// The subscription with this id, if it has the draft's secret and is what it asks for.
    private func ours(_ id: String, _ draft: SubscriptionRecord) async throws(GraphError) -> GraphSubscription? {
        do throws(GraphError) {
            let subscription = try await self.graph.subscription(id: id)
            let isOurs =
                ClientState.matches(subscription.clientState, draft.clientState)
                && subscription.lifecycleNotificationURL == draft.lifecycleNotificationURL
                && subscription.includesResourceData == (draft.certificateID != nil)
                && subscription.expiresAt > self.desk.now()
            return isOurs ? subscription : nil
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    // MARK: - Looking after

    /// Asks whether Graph still has subscriptions. Each has its own result, in the same order.
    func check(_ records: [(record: SubscriptionRecord, id: String)]) async -> [Result<SubscriptionRecord, GraphError>] {
        let found: [Result<GraphSubscription, GraphError>]
        if records.count == 1 {
            found = [await self.result { () async throws(GraphError) in try await self.graph.subscription(id: records[0].id) }]
        } else {
            found = await self.graph.subscriptions(ids: records.map(\.id))
        }
        var results: [Result<SubscriptionRecord, GraphError>] = []
        for (subscription, asked) in zip(found, records) {
            let checked = subscription.map { asked.record.corrected(by: $0) }
            if case .success(let checked) = checked, checked != asked.record { await self.keep(checked) }
            results.append(checked)
        }
        return results
    }

    /// Lets subscriptions live on, and send to where they shall send. Each has its own result, in the same order.
    func renew(
        _ jobs: [(request: SubscriptionRequest, record: SubscriptionRecord, id: String)]
    ) async -> [Result<SubscriptionRecord, GraphError>] {
        var plans: [Result<(change: SubscriptionChange, record: SubscriptionRecord), GraphError>] = []
        for job in jobs {
            plans.append(Result { () throws(GraphError) in try self.renewal(of: job.request, job.record) })
        }
        let changes = zip(jobs, plans).compactMap { job, plan in (try? plan.get()).map { (job.id, $0.change) } }
        let answers: [Result<GraphSubscription, GraphError>]
        if changes.count == 1 {
            answers = [
                await self.result { () async throws(GraphError) in
                    try await self.graph.updateSubscription(id: changes[0].0, changes[0].1)
                }
            ]
        } else {
            answers = await self.graph.updateSubscriptions(changes.map { (id: $0.0, change: $0.1) })
        }
        var next = answers.makeIterator()
        var results: [Result<SubscriptionRecord, GraphError>] = []
        for plan in plans {
            switch plan {
            case .failure(let error): results.append(.failure(error))
            case .success(let plan):
                guard let answer = next.next() else { continue }
                switch answer {
                case .failure(let error): results.append(.failure(error))
                case .success(let subscription):
                    var renewed = plan.record
                    renewed.expiresAt = subscription.expiresAt
                    renewed.confirmedAt = self.desk.now()
                    renewed.authorizationWantedAt = nil
                    await self.keep(renewed)
                    results.append(.success(renewed))
                }
            }
        }
        return results
    }

    private func renewal(
        of request: SubscriptionRequest, _ record: SubscriptionRecord
    ) throws(GraphError) -> (change: SubscriptionChange, record: SubscriptionRecord) {
        var renewed = record
        var change = SubscriptionChange(expiresAt: self.expiry(of: request))
        // A certificate that took the place of another is made known with the renewal.
        if let encryption = try self.encryption(of: request), encryption.certificateID != record.certificateID {
            change.encryption = encryption
            renewed.certificateID = encryption.certificateID
        }
        if record.notificationURL != self.desk.notificationURL {
            change.notificationURL = self.desk.notificationURL
            renewed.notificationURL = self.desk.notificationURL
        }
        return (change, renewed)
    }

    /// Authorizes a subscription anew.
    func reauthorize(_ record: SubscriptionRecord, id: String) async throws(GraphError) -> SubscriptionRecord {
        try await self.graph.reauthorizeSubscription(id: id)
        var authorized = record
        authorized.authorizationWantedAt = nil
        if authorized != record { await self.keep(authorized) }
        return authorized
    }

    /// Deletes what another took the place of.
    func discard(_ record: SubscriptionRecord, id: String) async throws(GraphError) -> SubscriptionRecord {
        try await self.graph.deleteSubscription(id: id)
        self.desk.directory.remove(id: id, of: record.name)
        var record = record
        record.replacedID = nil
        await self.keep(record)
        return record
    }

    /// Deletes subscriptions at Graph, and their record, if it shall be forgotten.
    func remove(name: String, ids: [String], forget: Bool) async throws(GraphError) {
        for id in ids { try await self.graph.deleteSubscription(id: id) }
        guard forget else { return }
        try await self.desk.store.remove(name: name)
        self.desk.directory.remove(name: name)
    }

    /// All that Graph has of this account.
    func list() async throws(GraphError) -> [GraphSubscription] {
        try await self.looks.look()
    }

    /// Deletes what was left behind.
    func delete(_ orphans: [GraphSubscription]) async -> [Result<Void, GraphError>] {
        await self.graph.deleteSubscriptions(ids: orphans.map(\.id))
    }

    // MARK: - Record and directory

    /// Lets the webhook know a subscription.
    ///
    /// - Parameter beside: Whether the one before is still there.
    func publish(_ record: SubscriptionRecord, beside: Bool = false) {
        guard let id = record.id else { return }
        let known = KnownSubscription(
            name: record.name, id: id, clientState: record.clientState, tenantID: record.tenantID ?? self.account.tenantID,
            applicationID: record.applicationID ?? self.account.applicationID
        )
        if beside { self.desk.directory.add(known) } else { self.desk.directory.set(known) }
    }

    /// Writes down what Graph has already decided. It cannot be undone, so failing is not an option; after a restart a
    /// record that was not written costs one subscription that is created again.
    func keep(_ record: SubscriptionRecord) async {
        for attempt in 1...Self.maximumSaves {
            do throws(GraphError) {
                return try await self.desk.store.save(record)
            } catch {
                guard attempt == Self.maximumSaves else { continue }
                self.desk.logger.error(
                    "The record of a subscription could not be written",
                    metadata: [.subscriptionName: "\(record.name)", .error: "\(error)"]
                )
            }
        }
    }

    /// What Graph is to encrypt for; `nil` if it sends no objects.
    private func encryption(of request: SubscriptionRequest) throws(GraphError) -> SubscriptionEncryption? {
        guard request.includesResourceData else { return nil }
        guard let key = self.desk.certificates?.current else {
            throw GraphError(
                .invalidDeclaration,
                "The subscription “\(request.name)” needs a certificate for Graph to encrypt for; make one with tidings certificate new."
            )
        }
        return SubscriptionEncryption(certificate: key.certificate, certificateID: key.id)
    }

    private func expiry(of request: SubscriptionRequest) -> Int64 {
        let lifetime = request.lifetime(hasLifecycleNotificationURL: self.desk.lifecycleNotificationURL != nil)
        return self.desk.now() + lifetime.milliseconds
    }

    private func result<Value>(
        _ body: () async throws(GraphError) -> Value
    ) async -> Result<Value, GraphError> {
        do throws(GraphError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    private func log(_ message: Logger.Message, _ record: SubscriptionRecord, id: String, _ level: Logger.Level) {
        self.desk.logger.log(
            level: level, message,
            metadata: [.subscriptionName: "\(record.name)", .subscriptionID: "\(id)", .account: "\(self.account.name)"]
        )
    }
}
