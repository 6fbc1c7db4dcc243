import Logging

/// What is done for one subscription at a time: Graph is asked, and record and directory are kept in step.
struct SubscriptionWork: Sendable {
    private static let maximumSaves = 3

    let graph: GraphClient
    let store: any SubscriptionStore
    let directory: SubscriptionDirectory
    let notificationURL: String
    let lifecycleNotificationURL: String?
    let certificates: DecryptionKeys?
    let now: @Sendable () -> Int64
    let newClientState: @Sendable () -> String
    let logger: Logger

    /// Creates a subscription.
    ///
    /// The record is written first: Graph calls the webhook, and may deliver, before it answers.
    ///
    /// - Parameters:
    ///   - request: What is declared.
    ///   - clearing: Whether an earlier attempt may have left one behind.
    ///   - isOurs: Whether an id belongs to another declaration, so that it must not be cleared away.
    func create(
        _ request: SubscriptionRequest, clearing: Bool, isOurs: (String) -> Bool
    ) async throws(GraphError) -> SubscriptionRecord {
        let draft = SubscriptionDraft(
            resource: request.resource, changeTypes: request.changeTypes, notificationURL: self.notificationURL,
            lifecycleNotificationURL: self.lifecycleNotificationURL, expiresAt: self.expiry(of: request),
            clientState: request.clientState ?? self.newClientState(), encryption: try self.encryption(of: request)
        )
        var record = SubscriptionRecord(
            name: request.name, resource: draft.resource, changeTypes: draft.changeTypes,
            notificationURL: draft.notificationURL, clientState: draft.clientState,
            certificateID: draft.encryption?.certificateID
        )
        try await self.store.save(record)
        if clearing { _ = try await self.clear(draft, isOurs: isOurs) }
        let subscription: GraphSubscription
        do throws(GraphError) {
            subscription = try await self.graph.createSubscription(draft)
        } catch {
            // The secret of the other one is not known, and Graph does not tell or change it: it cannot be adopted.
            guard error.code == .alreadyExists, try await self.clear(draft, isOurs: isOurs) else { throw error }
            subscription = try await self.graph.createSubscription(draft)
        }
        record.id = subscription.id
        record.expiresAt = subscription.expiresAt
        record.confirmedAt = self.now()
        self.publish(record)
        await self.keep(record)
        return record
    }

    /// Asks whether Graph still has a subscription.
    func check(_ record: SubscriptionRecord, id: String) async throws(GraphError) -> SubscriptionRecord {
        let subscription = try await self.graph.subscription(id: id)
        var checked = record
        checked.expiresAt = subscription.expiresAt
        if checked != record { await self.keep(checked) }
        return checked
    }

    /// Lets a subscription live on.
    func renew(
        _ request: SubscriptionRequest, _ record: SubscriptionRecord, id: String
    ) async throws(GraphError) -> SubscriptionRecord {
        var renewed = record
        var change = SubscriptionChange(expiresAt: self.expiry(of: request))
        // A certificate that took the place of another is made known with the renewal.
        if let encryption = try self.encryption(of: request), encryption.certificateID != record.certificateID {
            change.encryption = encryption
            renewed.certificateID = encryption.certificateID
        }
        let subscription = try await self.graph.updateSubscription(id: id, change)
        renewed.expiresAt = subscription.expiresAt
        renewed.confirmedAt = self.now()
        await self.keep(renewed)
        return renewed
    }

    /// Deletes a subscription at Graph, if it has an id there, and its record, if it shall be forgotten.
    func remove(name: String, id: String?, forget: Bool) async throws(GraphError) {
        if let id { try await self.graph.deleteSubscription(id: id) }
        guard forget else { return }
        try await self.store.remove(name: name)
        self.directory.remove(name: name)
    }

    /// Lets the webhook know a subscription.
    func publish(_ record: SubscriptionRecord) {
        guard let id = record.id else { return }
        self.directory.set(
            KnownSubscription(name: record.name, id: id, clientState: record.clientState, tenantID: record.tenantID)
        )
    }

    /// What Graph is to encrypt for; `nil` if it sends no objects.
    private func encryption(of request: SubscriptionRequest) throws(GraphError) -> SubscriptionEncryption? {
        guard request.includesResourceData else { return nil }
        guard let key = self.certificates?.current else {
            throw GraphError(
                .invalidDeclaration,
                "The subscription “\(request.name)” needs a certificate for Graph to encrypt for; make one with tidings certificate new."
            )
        }
        return SubscriptionEncryption(certificate: key.certificate, certificateID: key.id)
    }

    private func expiry(of request: SubscriptionRequest) -> Int64 {
        let lifetime = request.lifetime(hasLifecycleNotificationURL: self.lifecycleNotificationURL != nil)
        return self.now() + lifetime.milliseconds
    }

    /// Deletes what nobody here knows but Graph would deliver to us: the same resource, changes and URL.
    ///
    /// - Returns: Whether there was any.
    private func clear(_ draft: SubscriptionDraft, isOurs: (String) -> Bool) async throws(GraphError) -> Bool {
        let strays = try await self.graph.subscriptions().filter { subscription in
            subscription.notificationURL == draft.notificationURL && subscription.changeTypes == draft.changeTypes
                && Self.normalized(subscription.resource) == Self.normalized(draft.resource)
                && !isOurs(subscription.id)
        }
        for stray in strays { try await self.graph.deleteSubscription(id: stray.id) }
        return !strays.isEmpty
    }

    /// Graph does not care about case or a slash at the beginning.
    private static func normalized(_ resource: String) -> String {
        (resource.hasPrefix("/") ? resource.dropFirst() : resource[...]).lowercased()
    }

    /// Writes down what Graph has already decided. It cannot be undone, so failing is not an option; after a restart a
    /// record that was not written costs one subscription that is created again.
    private func keep(_ record: SubscriptionRecord) async {
        for attempt in 1...Self.maximumSaves {
            do throws(GraphError) {
                return try await self.store.save(record)
            } catch {
                guard attempt == Self.maximumSaves else { continue }
                self.logger.error(
                    "The record of a subscription could not be written",
                    metadata: [.subscriptionName: "\(record.name)", .error: "\(error)"]
                )
            }
        }
    }
}
