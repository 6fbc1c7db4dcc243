/// The life of subscriptions. Between ``propose(_:from:now:)`` and ``admit(_:now:)`` somebody calls their URLs.
extension EmulatedGraph {
    /// Says whether a subscription may be created, as far as can be said before the handshake.
    mutating func propose(
        _ draft: SubscriptionDraft, from caller: Caller, now: Int64
    ) throws(GraphRefusal) -> SubscriptionProposal {
        let proposal = try SubscriptionProposal(draft, from: caller, settings: self.settings, now: now)
        try self.refuseDuplicate(of: proposal, now: now)
        return proposal
    }

    /// Creates the subscription whose URLs have answered, unless what is behind Graph refuses it.
    mutating func admit(_ proposal: SubscriptionProposal, now: Int64) throws(GraphRefusal) -> EmulatedSubscription {
        // Another request may have been quicker.
        try self.refuseDuplicate(of: proposal, now: now)
        let rule = proposal.rule
        guard proposal.expiresAt <= proposal.requestedAt + proposal.maximumMinutes * 60_000 else {
            throw .expiresTooLate(
                proposal.expiresAt, workload: rule.workload, maximumMinutes: proposal.maximumMinutes, operation: "Create",
                now: proposal.requestedAt
            )
        }
        let watch = try self.watch(for: proposal)
        try self.checkQuota(for: watch, proposal, now: now)
        let subscription = EmulatedSubscription(
            id: self.random.guid(), number: self.subscriptions.nextNumber(), applicationID: proposal.caller.applicationID,
            tenantID: proposal.caller.tenantID, creatorID: proposal.caller.userID ?? self.company.servicePrincipalID,
            userID: proposal.caller.userID,
            resource: proposal.draft.resource ?? "", canonicalResource: proposal.path.canonical, watch: watch,
            usesImmutableIDs: proposal.draft.usesImmutableIDs, workload: rule.workload,
            maximumMinutes: proposal.maximumMinutes, needsLifecycleURL: rule.needsLifecycleURL,
            changeTypes: proposal.changeTypes, changeType: proposal.changeType, clientState: proposal.draft.clientState,
            notificationURL: proposal.notificationURL, lifecycleNotificationURL: proposal.lifecycleNotificationURL,
            notificationQueryOptions: proposal.draft.notificationQueryOptions,
            notificationURLAppID: proposal.draft.notificationURLAppID,
            latestSupportedTLSVersion: proposal.draft.latestSupportedTLSVersion ?? "v1_2",
            includeResourceData: proposal.draft.includeResourceData, expiresAt: proposal.expiresAt
        )
        self.subscriptions.insert(subscription)
        return subscription
    }

    mutating func subscription(
        _ id: String, of caller: Caller, now: Int64
    ) throws(GraphRefusal) -> EmulatedSubscription {
        guard let found = self.subscriptions.subscription(id: id, of: caller, now: now) else { throw .unknownSubscription }
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

    /// Says whether a subscription may be changed like this; a new URL has yet to be called.
    mutating func proposeUpdate(
        of id: String, with draft: SubscriptionDraft, from caller: Caller, now: Int64
    ) throws(GraphRefusal) {
        let subscription = try self.subscription(id, of: caller, now: now)
        guard draft.expiresAt != nil || draft.notificationURL != nil else { throw .nothingToUpdate }
        if let url = draft.notificationURL { try NotificationURL.check(url, settings: self.settings) }
        guard let asked = draft.expiresAt else { return }
        guard asked <= now + subscription.maximumMinutes * 60_000 else {
            throw .expiresTooLate(
                asked, workload: subscription.workload, maximumMinutes: subscription.maximumMinutes, operation: "Update",
                now: now
            )
        }
        guard !subscription.needsLifecycleURL || asked - now <= 3_600_000 || subscription.lifecycleNotificationURL != nil
        else { throw .lifecycleURLRequired }
    }

    /// Changes a subscription, if it still lives.
    ///
    /// - Parameter requestedAt: When the request came, in milliseconds since 1970.
    mutating func update(
        _ id: String, with draft: SubscriptionDraft, from caller: Caller, requestedAt: Int64, now: Int64
    ) throws(GraphRefusal) -> EmulatedSubscription {
        var subscription = try self.subscription(id, of: caller, now: now)
        subscription.notificationURL = draft.notificationURL ?? subscription.notificationURL
        if let asked = draft.expiresAt {
            subscription.expiresAt = SubscriptionProposal.raised(asked, now: requestedAt)
        }
        self.subscriptions.replace(subscription)
        return subscription
    }

    /// Deletes a subscription. What is being sent for it, or sent again, may still arrive.
    mutating func deleteSubscription(_ id: String, of caller: Caller, now: Int64) throws(GraphRefusal) {
        let subscription = try self.subscription(id, of: caller, now: now)
        self.subscriptions.remove(id: subscription.id)
        self.deliveries.withdraw(subscription: subscription.id, url: subscription.notificationURL)
    }

    private mutating func refuseDuplicate(of proposal: SubscriptionProposal, now: Int64) throws(GraphRefusal) {
        guard !self.settings.allowsDuplicates, let other = self.subscriptions.duplicate(of: proposal, now: now) else { return }
        throw .alreadyExists(other.id)
    }

    private mutating func checkQuota(
        for watch: ResourceWatch, _ proposal: SubscriptionProposal, now: Int64
    ) throws(GraphRefusal) {
        let limits = self.settings.limits
        if let mailbox = watch.mailboxID,
            self.subscriptions.count(ofMailbox: mailbox, at: now) >= limits.subscriptionsPerMailbox
        {
            throw .tooManyForMailbox(limit: limits.subscriptionsPerMailbox)
        }
        let caller = proposal.caller
        if proposal.rule.workload == .presence,
            self.subscriptions.presences(at: now).contains(where: { $0.belongs(to: caller) })
        {
            throw .presenceExists
        }
        guard self.subscriptions.count(at: now) < limits.subscriptions else { throw .tooMany }
    }
}

extension EmulatedSubscription {
    /// Whether this application made it, in the name of the same user or of nobody.
    fileprivate func belongs(to caller: Caller) -> Bool {
        self.isVisible(to: caller) && self.userID == caller.userID
    }
}
