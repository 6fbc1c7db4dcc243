import NIOCore

/// What happens to subscriptions themselves, and who is told.
extension EmulatedGraph {
    /// The token of `caller` is the subscription's authorization from now on.
    mutating func authorize(_ subscription: EmulatedSubscription, by caller: Caller, now: Int64) {
        self.authorize(subscription, until: caller.tokenExpiresAt, now: now)
    }

    /// The subscription has an authorization until `moment`; what waited for one is sent.
    mutating func authorize(_ subscription: EmulatedSubscription, until moment: Int64, now: Int64) {
        self.authorizations.authorize(subscription, until: moment, isNew: false, now: now)
        guard self.authorizations.isAuthorized(subscription.id, at: now) else { return }
        for item in self.withheld.release(subscription.id) { self.send(item, for: subscription, now: now) }
    }

    /// Sends a lifecycle notification, if the subscription's kind has it and there is somebody to tell.
    mutating func tell(_ event: LifecycleEvent, to subscription: EmulatedSubscription, now: Int64) {
        guard let url = subscription.lifecycleNotificationURL, event.isToldTo(subscription) else { return }
        var item = JSONObject()
        item.set("subscriptionId", subscription.id)
        item.set("subscriptionExpirationDateTime", GraphDateTime.withOffset(subscription.expiresAt))
        item.set("tenantId", subscription.tenantID)
        item.set("clientState", subscription.clientState)
        item.set("lifecycleEvent", event.rawValue)
        let isRich = subscription.includeResourceData == true && self.settings.lifecycleHasValidationTokens
        self.dispatch(
            OutboundNotification(
                subscriptionID: subscription.id, kind: .lifecycle, json: item.bytes,
                audience: isRich ? self.audience(of: subscription) : nil
            ),
            for: subscription, to: url, now: now
        )
    }

    /// Removes a subscription as Graph does when something behind it has changed, and tells its owner where Graph does.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    mutating func removeSubscription(_ id: String, now: Int64) -> Bool {
        guard let subscription = self.subscriptions.subscription(id: id, now: now) else { return false }
        self.forget(subscription, now: now)
        self.tell(.subscriptionRemoved, to: subscription, now: now)
        return true
    }

    /// Says that notifications were lost.
    ///
    /// - Returns: Whether there is such a subscription.
    mutating func missed(_ id: String, now: Int64) -> Bool {
        guard let subscription = self.subscriptions.subscription(id: id, now: now) else { return false }
        self.tell(.missed, to: subscription, now: now)
        return true
    }

    /// Asks for a new authorization now, and every 15 minutes until there is one.
    ///
    /// - Parameter isRevoked: Whether the present one ends.
    /// - Returns: Whether there is such a subscription.
    mutating func requireReauthorization(of id: String, isRevoked: Bool, now: Int64) -> Bool {
        guard let subscription = self.subscriptions.subscription(id: id, now: now) else { return false }
        return self.authorizations.require(subscription.id, isRevoked: isRevoked, now: now)
    }

    /// Nothing more is sent for a subscription that is gone, except what has been sent once.
    mutating func forget(_ subscription: EmulatedSubscription, now: Int64) {
        self.subscriptions.remove(subscription, counting: now + self.settings.quirks.deletedCountFor.milliseconds)
        self.authorizations.remove(subscription.id)
        _ = self.withheld.release(subscription.id)
        self.deliveries.withdraw(subscription: subscription.id, url: subscription.notificationURL)
    }

    /// Lets happen what is due by now: events, ends, the loss of what waited too long, and what people do.
    mutating func passTime(now: Int64) {
        while self.activity?.take(now: now) == true { self.act(now: now) }
        let due = self.authorizations.due(now: now)
        for id in due.reauthorize {
            guard let subscription = self.subscriptions.subscription(id: id, now: now) else { continue }
            self.tell(.reauthorizationRequired, to: subscription, now: now)
        }
        for id in due.ended { _ = self.withheld.release(id) }
        for item in self.withheld.lost(now: now) {
            guard let subscription = self.subscriptions.subscription(id: item.subscriptionID, now: now) else { continue }
            self.deliveries.dropped(
                item, for: subscription.notificationURL, because: "The subscription was not reauthorized", now: now
            )
            self.tell(.missed, to: subscription, now: now)
        }
    }
}
