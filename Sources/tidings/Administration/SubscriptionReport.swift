import GraphNotifications

/// A subscription and its health, in Graph's names where Graph has one: what `/admin/subscriptions` answers.
struct SubscriptionReport: Codable, Equatable, Sendable {
    /// Who says that it should be there.
    enum Declaration: String, Codable, Sendable {
        case configuration
        /// Somebody with the admin token, while the program ran.
        case administration
        /// Somebody else keeps it; Tidings only receives for it.
        case elsewhere
    }

    var name: String
    var declaredIn: Declaration
    var account: String?
    var tenantId: String?
    var id: String?
    var resource: String?
    var changeType: String
    /// `waiting`, `creating`, `active`, `renewing`, `failed`, `deleted`, or `external`.
    var state: String
    var createdDateTime: Moment?
    var expirationDateTime: Moment?
    /// When Graph last accepted it, or its renewal.
    var lastRenewalDateTime: Moment?
    /// When it will be renewed, or what failed is tried again.
    var nextRenewalDateTime: Moment?
    /// When a notification came last, since the program started.
    var lastNotificationDateTime: Moment?
    /// Whether nothing has come for much longer than usual.
    var isSilent = false
    var lastError: String?
    var lastErrorDateTime: Moment?
    /// How many attempts have failed in a row.
    var failures = 0
    var encryptionCertificateId: String?

    init(_ status: SubscriptionStatus, declaredIn: Declaration) {
        self.name = status.name
        self.declaredIn = declaredIn
        self.account = status.account
        self.tenantId = status.tenantID
        self.id = status.id
        self.resource = status.resource
        self.changeType = status.changeTypes.description
        self.state = status.state
        self.createdDateTime = status.createdAt.map(Moment.init)
        self.expirationDateTime = status.expiresAt.map(Moment.init)
        self.lastRenewalDateTime = status.confirmedAt.map(Moment.init)
        self.nextRenewalDateTime = status.renewsAt.map(Moment.init)
        self.lastNotificationDateTime = status.lastEventAt.map(Moment.init)
        self.isSilent = status.isSilent
        self.lastError = status.lastError
        self.lastErrorDateTime = status.lastErrorAt.map(Moment.init)
        self.failures = status.failures
        self.encryptionCertificateId = status.certificateID
    }

    init(_ subscription: ServerSettings.ExternalSubscription) {
        self.name = subscription.name
        self.declaredIn = .elsewhere
        self.id = subscription.id
        self.resource = subscription.resource
        self.changeType = subscription.changeTypes.description
        self.state = "external"
    }
}

/// A subscription at Graph: one that nobody declared, or one that was asked for there.
struct GraphReport: Codable, Equatable, Sendable {
    var account: String
    var id: String
    var resource: String
    var changeType: String
    var notificationUrl: String
    var expirationDateTime: Moment

    init(_ subscription: GraphSubscription, account: String) {
        self.account = account
        self.id = subscription.id
        self.resource = subscription.resource
        self.changeType = subscription.changeTypes.description
        self.notificationUrl = subscription.notificationURL
        self.expirationDateTime = Moment(subscription.expiresAt)
    }
}

/// Several of something, as Graph lists them.
struct Listed<Value: Codable & Sendable>: Codable, Sendable {
    var value: [Value]
}
