/// The authorizations of all subscriptions, and whose event is next.
struct AuthorizationTable: Sendable {
    private struct Entry: Sendable {
        var authorization: SubscriptionAuthorization
        /// When the subscription ends.
        var expiry: Int64
        /// Whether there is somebody to tell.
        var isTold: Bool
    }

    private var entries: [String: Entry] = [:]
    private var agenda = Agenda<String>()

    /// Gives a subscription an authorization until `moment`.
    mutating func authorize(_ subscription: EmulatedSubscription, until moment: Int64, isNew: Bool, now: Int64) {
        self.put(
            SubscriptionAuthorization(until: moment, expiry: subscription.expiresAt, isNew: isNew, now: now), of: subscription
        )
    }

    /// Whether notifications may be sent. What is not known is nobody's business here.
    func isAuthorized(_ id: String, at now: Int64) -> Bool { self.entries[id]?.authorization.isValid(at: now) ?? true }

    /// The authorization of a subscription; `nil` if nobody knows it.
    func authorization(of id: String) -> SubscriptionAuthorization? { self.entries[id]?.authorization }

    /// Gives a subscription the authorization that it had.
    mutating func restore(_ authorization: SubscriptionAuthorization, of subscription: EmulatedSubscription) {
        self.put(authorization, of: subscription)
    }

    /// - Returns: Whether there is such a subscription.
    mutating func require(_ id: String, isRevoked: Bool, now: Int64) -> Bool {
        guard self.entries[id] != nil else { return false }
        self.entries[id]?.authorization.require(isRevoked: isRevoked, now: now)
        self.schedule(id)
        return true
    }

    mutating func remove(_ id: String) {
        self.entries[id] = nil
        self.agenda.remove(id)
    }

    /// When something will be due.
    var nextMoment: Int64? {
        mutating get { self.agenda.next }
    }

    /// The subscriptions that need a new authorization now, and those that have ended.
    mutating func due(now: Int64) -> (reauthorize: [String], ended: [String]) {
        var reauthorize: [String] = []
        var ended: [String] = []
        while let id = self.agenda.pop(by: now) {
            guard let entry = self.entries[id] else { continue }
            guard entry.expiry > now else {
                self.entries[id] = nil
                ended.append(id)
                continue
            }
            if self.entries[id]?.authorization.takeEvent(now: now) == true { reauthorize.append(id) }
            self.schedule(id)
        }
        return (reauthorize, ended)
    }

    private mutating func put(_ authorization: SubscriptionAuthorization, of subscription: EmulatedSubscription) {
        self.entries[subscription.id] = Entry(
            authorization: authorization, expiry: subscription.expiresAt, isTold: subscription.lifecycleNotificationURL != nil
        )
        self.schedule(subscription.id)
    }

    private mutating func schedule(_ id: String) {
        guard let entry = self.entries[id] else { return }
        self.agenda.set(id, at: entry.isTold ? min(entry.expiry, entry.authorization.schedule.next) : entry.expiry)
    }
}
