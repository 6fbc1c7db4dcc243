/// One subscription as Tidings knows it.
public struct SubscriptionRecord: Sendable, Equatable {
    /// The name it was declared under.
    public var name: String
    /// The account it was declared for.
    public var account: String
    /// Graph's id; `nil` until Graph accepted it.
    public var id: String?
    /// The resource it watches, as declared.
    public var resource: String
    /// Which changes it asks for.
    public var changeTypes: ChangeTypes
    /// The URL that notifications go to.
    public var notificationURL: String
    /// The URL that lifecycle notifications go to, if any.
    public var lifecycleNotificationURL: String?
    /// The secret that Graph repeats in each notification. At most 128 characters; never logged.
    public var clientState: String
    /// When it expires, in milliseconds since 1970, as Graph answered; `nil` until Graph accepted it.
    public var expiresAt: Int64?
    /// When Graph accepted its creation, in milliseconds since 1970.
    public var createdAt: Int64?
    /// When Graph last accepted a create or a renewal, in milliseconds since 1970.
    public var confirmedAt: Int64?
    /// Since when Graph wants it authorized anew, in milliseconds since 1970; `nil` if it does not.
    public var authorizationWantedAt: Int64?
    /// The tenant it belongs to, if known.
    public var tenantID: String?
    /// The application it belongs to, if known.
    public var applicationID: String?
    /// The certificate that Graph encrypts for; `nil` if notifications bring no objects.
    public var certificateID: String?
    /// Graph's id of the one that this one took the place of, until that is deleted.
    public var replacedID: String?

    public init(
        name: String, account: String = SubscriptionAccount.defaultName, id: String? = nil, resource: String,
        changeTypes: ChangeTypes, notificationURL: String, lifecycleNotificationURL: String? = nil, clientState: String,
        expiresAt: Int64? = nil, createdAt: Int64? = nil, confirmedAt: Int64? = nil, authorizationWantedAt: Int64? = nil,
        tenantID: String? = nil, applicationID: String? = nil, certificateID: String? = nil, replacedID: String? = nil
    ) {
        self.name = name
        self.account = account
        self.id = id
        self.resource = resource
        self.changeTypes = changeTypes
        self.notificationURL = notificationURL
        self.lifecycleNotificationURL = lifecycleNotificationURL
        self.clientState = clientState
        self.expiresAt = expiresAt
        self.createdAt = createdAt
        self.confirmedAt = confirmedAt
        self.authorizationWantedAt = authorizationWantedAt
        self.tenantID = tenantID
        self.applicationID = applicationID
        self.certificateID = certificateID
        self.replacedID = replacedID
    }
}

extension SubscriptionRecord: CustomStringConvertible {
    public var description: String { "SubscriptionRecord(\(self.name), \(self.id ?? "no id yet"))" }
}
