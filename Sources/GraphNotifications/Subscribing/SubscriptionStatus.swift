/// How a declared subscription is doing. All moments are milliseconds since 1970.
public struct SubscriptionStatus: Sendable, Equatable {
    /// The name it was declared under.
    public var name: String
    /// The account it belongs to.
    public var account: String
    /// The tenant it belongs to, if known.
    public var tenantID: String?
    /// Graph's id of it, if Graph knows it.
    public var id: String?
    /// What it watches.
    public var resource: String
    /// Which changes it asks for.
    public var changeTypes: ChangeTypes
    /// `waiting`, `creating`, `active`, `renewing`, `failed` or `deleted`.
    public var state: String
    /// When Graph accepted its creation.
    public var createdAt: Int64?
    /// When Graph last accepted its creation or a renewal.
    public var confirmedAt: Int64?
    /// When it expires.
    public var expiresAt: Int64?
    /// When it will be renewed, or what failed is tried again.
    public var renewsAt: Int64?
    /// Why the last attempt failed, if it did: one sentence.
    public var lastError: String?
    /// When that was.
    public var lastErrorAt: Int64?
    /// How many attempts have failed in a row.
    public var failures: Int
    /// When a notification of it came last, since the program started.
    public var lastEventAt: Int64?
    /// How long it usually is from one notification to the next; `nil` while too little is known.
    public var usualGap: Duration?
    /// Whether nothing has come for ten times the usual gap, and at least an hour. A hint: nights are quiet too.
    public var isSilent: Bool
    /// The certificate that Graph encrypts for, if it does.
    public var certificateID: String?
    /// When that certificate expires, if it is here.
    public var certificateExpiresAt: Int64?

    public init(
        name: String, account: String = SubscriptionAccount.defaultName, tenantID: String? = nil, id: String? = nil,
        resource: String, changeTypes: ChangeTypes, state: String, createdAt: Int64? = nil, confirmedAt: Int64? = nil,
        expiresAt: Int64? = nil, renewsAt: Int64? = nil, lastError: String? = nil, lastErrorAt: Int64? = nil,
        failures: Int = 0, lastEventAt: Int64? = nil, usualGap: Duration? = nil, isSilent: Bool = false,
        certificateID: String? = nil, certificateExpiresAt: Int64? = nil
    ) {
        self.name = name
        self.account = account
        self.tenantID = tenantID
        self.id = id
        self.resource = resource
        self.changeTypes = changeTypes
        self.state = state
        self.createdAt = createdAt
        self.confirmedAt = confirmedAt
        self.expiresAt = expiresAt
        self.renewsAt = renewsAt
        self.lastError = lastError
        self.lastErrorAt = lastErrorAt
        self.failures = failures
        self.lastEventAt = lastEventAt
        self.usualGap = usualGap
        self.isSilent = isSilent
        self.certificateID = certificateID
        self.certificateExpiresAt = certificateExpiresAt
    }
}
