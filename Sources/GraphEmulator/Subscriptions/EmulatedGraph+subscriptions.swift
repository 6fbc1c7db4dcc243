/// The life of subscriptions. Between ``propose(_:from:now:)`` and ``admit(_:now:)`` somebody calls their URLs.
extension EmulatedGraph {
    /// Says whether a subscription may be created, as far as can be said before the handshake.
    mutating func propose(
        _ draft: SubscriptionDraft, from caller: Caller, now: Int64
    ) throws(GraphRefusal) -> SubscriptionProposal {
        var proposal = try SubscriptionProposal(draft, from: caller, settings: self.settings, now: now)
        let segments = proposal.path.segments
        if segments.count > 1, segments[0].lowercased() == "users" {
            proposal.ownerID = self.data(of: caller.tenantID).user(segments[1])?.id
        }
        try self.refuseDuplicate(of: proposal, now: now)
        return proposal
    }

    /// Creates the subscription whose URLs have answered, unless what is behind Graph refuses it.
    mutating func admit(_ proposal: SubscriptionProposal, now: Int64) throws(GraphRefusal) -> EmulatedSubscription {
        // Another request may have been quicker.
        try self.refuseDuplicate(of: proposal, now: now)
        try Self.checkPermission(to: proposal.family, of: proposal.ownerID, for: proposal.caller, operation: "Create")
        let rule = proposal.rule
        guard proposal.expiresAt <= proposal.requestedAt + proposal.maximumMinutes * 60_000 else {
            throw .expiresTooLate(
                proposal.expiresAt, workload: rule.workload, maximumMinutes: proposal.maximumMinutes, operation: "Create",
                now: proposal.requestedAt
            )
        }
        let watch = try self.watch(for: proposal)
        try self.checkQuotas(for: proposal, now: now)
        let subscription = EmulatedSubscription(
            id: self.random.guid(), number: self.subscriptions.nextNumber(), applicationID: proposal.caller.applicationID,
            tenantID: proposal.caller.tenantID, creatorID: proposal.caller.principalID,
            isForUser: !proposal.caller.isAppOnly, resource: proposal.draft.resource ?? "",
            canonicalResource: proposal.path.canonical, resourcePath: proposal.path.resource, family: proposal.family,
            ownerID: proposal.ownerID, watch: watch, usesImmutableIDs: proposal.draft.usesImmutableIDs,
            workload: rule.workload, maximumMinutes: proposal.maximumMinutes, needsLifecycleURL: rule.needsLifecycleURL,
            changeTypes: proposal.changeTypes, changeType: proposal.changeType, clientState: proposal.draft.clientState,
            notificationURL: proposal.notificationURL, lifecycleNotificationURL: proposal.lifecycleNotificationURL,
            notificationQueryOptions: proposal.draft.notificationQueryOptions,
            notificationURLAppID: proposal.draft.notificationURLAppID,
            latestSupportedTLSVersion: proposal.draft.latestSupportedTLSVersion ?? "v1_2",
            includeResourceData: proposal.draft.includeResourceData, encryption: proposal.encryption,
            expiresAt: proposal.expiresAt
        )
        self.subscriptions.insert(subscription)
        for url in proposal.urls { self.greet(url, now: now) }
        self.authorizations.authorize(subscription, until: proposal.caller.tokenExpiresAt, isNew: true, now: now)
        return subscription
    }

    /// A subscription that the caller may see.
    mutating func subscription(
        _ id: String, of caller: Caller, now: Int64
    ) throws(GraphRefusal) -> EmulatedSubscription {
        guard let found = self.subscriptions.subscription(id: id, now: now), found.isVisible(to: caller) else {
            throw .unknownSubscription
        }
        return found
    }

    /// A subscription that the caller may change.
    private mutating func owned(
        _ id: String, by caller: Caller, now: Int64, operation: String
    ) throws(GraphRefusal) -> EmulatedSubscription {
        guard let found = self.subscriptions.subscription(id: id, now: now), found.isOwned(by: caller) else {
            throw .unknownSubscription
        }
        try Self.checkPermission(to: found.family, of: found.ownerID, for: caller, operation: operation)
        return found
    }

    /// One page of the caller's subscriptions, oldest first.
    ///
    /// - Parameter number: Of the last one on the page before.
    mutating func subscriptions(
        of caller: Caller, after number: Int, now: Int64
    ) -> (page: [EmulatedSubscription], hasMore: Bool) {
        let rest = self.subscriptions.live(at: now).filter {
            $0.number > number && $0.isVisible(to: caller)
        }
        return (Array(rest.prefix(self.settings.pageSize)), rest.count > self.settings.pageSize)
    }

    /// Says whether a subscription may be changed like this.
    ///
    /// - Returns: The URLs that have to be called before.
    mutating func proposeUpdate(
        of id: String, with draft: SubscriptionDraft, from caller: Caller, now: Int64
    ) throws(GraphRefusal) -> [String] {
        let subscription = try self.owned(id, by: caller, now: now, operation: "Update")
        guard draft.expiresAt != nil || draft.notificationURL != nil else { throw .nothingToUpdate }
        if let url = draft.notificationURL { try NotificationURL.check(url, settings: self.settings) }
        _ = try subscription.encryption(changedBy: draft)
        if let asked = draft.expiresAt {
            guard asked <= now + subscription.maximumMinutes * 60_000 else {
                throw .expiresTooLate(
                    asked, workload: subscription.workload, maximumMinutes: subscription.maximumMinutes, operation: "Update",
                    now: now
                )
            }
            guard !subscription.needsLifecycleURL || asked - now <= 3_600_000 || subscription.lifecycleNotificationURL != nil
            else { throw .lifecycleURLRequired }
        }
        if let url = draft.notificationURL { return [url] }
        return self.settings.quirks.validatesOnRenewal ? subscription.urls : []
    }

    /// Changes a subscription, if it still lives. What may not be changed is passed over.
    ///
    /// - Parameter requestedAt: When the request came, in milliseconds since 1970.
    /// - Returns: The subscription, and whether it was reauthorized only minutes before, which Graph advises against.
    mutating func update(
        _ id: String, with draft: SubscriptionDraft, from caller: Caller, requestedAt: Int64, now: Int64
    ) throws(GraphRefusal) -> (subscription: EmulatedSubscription, isTooSoon: Bool) {
        let subscription = try self.owned(id, by: caller, now: now, operation: "Update")
        let isTooSoon = Self.isTooSoon(after: subscription.reauthorizedAt, now: now)
        if isTooSoon, try self.isForgotten() { return (subscription, true) }
        var updated = subscription
        updated.notificationURL = draft.notificationURL ?? subscription.notificationURL
        updated.encryption = try subscription.encryption(changedBy: draft)
        if let asked = draft.expiresAt { updated.expiresAt = SubscriptionProposal.raised(asked, now: requestedAt) }
        updated.renewedAt = now
        self.subscriptions.replace(updated)
        if let url = draft.notificationURL { self.greet(url, now: now) }
        self.authorize(updated, by: caller, now: now)
        return (updated, isTooSoon)
    }

    /// Says whether a subscription may be reauthorized.
    ///
    /// - Returns: The URLs that have to be called before.
    mutating func proposeReauthorization(of id: String, from caller: Caller, now: Int64) throws(GraphRefusal) -> [String] {
        let subscription = try self.owned(id, by: caller, now: now, operation: "Update")
        return self.settings.quirks.validatesOnReauthorization ? subscription.urls : []
    }

    /// From now on the subscription lives by the caller's token; its expiry stays.
    ///
    /// - Returns: Whether it was renewed only minutes before, which Graph advises against.
    @discardableResult
    mutating func reauthorize(_ id: String, from caller: Caller, now: Int64) throws(GraphRefusal) -> Bool {
        var subscription = try self.owned(id, by: caller, now: now, operation: "Update")
        let isTooSoon = Self.isTooSoon(after: subscription.renewedAt, now: now)
        if isTooSoon, try self.isForgotten() { return true }
        subscription.reauthorizedAt = now
        self.subscriptions.replace(subscription)
        self.authorize(subscription, by: caller, now: now)
        return isTooSoon
    }

    /// Deletes a subscription. What is being sent for it, or sent again, may still arrive.
    mutating func deleteSubscription(_ id: String, of caller: Caller, now: Int64) throws(GraphRefusal) {
        self.forget(try self.owned(id, by: caller, now: now, operation: "Delete"), now: now)
    }

    /// Renewal and reauthorization should be this far apart, in milliseconds.
    private static let advisedPause: Int64 = 600_000

    private static func isTooSoon(after moment: Int64?, now: Int64) -> Bool {
        moment.map { now - $0 < Self.advisedPause } ?? false
    }

    /// What is done too soon is not found, or forgotten, or done after all, if the configuration says so.
    private mutating func isForgotten() throws(GraphRefusal) -> Bool {
        guard self.settings.quirks.confusesReauthorizationWithRenewal else { return false }
        switch Int.random(in: 0..<3, using: &self.random) {
        case 0: throw .unknownSubscription
        case 1: return true
        default: return false
        }
    }

    private static func checkPermission(
        to family: ResourceFamily?, of ownerID: String?, for caller: Caller, operation: String
    ) throws(GraphRefusal) {
        guard let family else { return }
        guard caller.permits(.read, to: family) else {
            throw family.isDirectory ? .insufficientPrivileges : .forbidden(operation)
        }
        guard let userID = caller.userID, family.isMailbox, let ownerID, ownerID != userID else { return }
        throw .forbidden(operation, "Access is denied. Check credentials and try again.")
    }

    private mutating func refuseDuplicate(of proposal: SubscriptionProposal, now: Int64) throws(GraphRefusal) {
        guard !self.settings.allowsDuplicates, let other = self.subscriptions.duplicate(of: proposal, now: now) else { return }
        throw .alreadyExists(other.id)
    }
}
