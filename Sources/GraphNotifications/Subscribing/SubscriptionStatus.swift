/// How a declared subscription is doing.
public struct SubscriptionStatus: Sendable, Equatable {
    /// The name it was declared under.
    public var name: String
    /// Graph's id of it, if Graph knows it.
    public var id: String?
    /// What it watches.
    public var resource: String
    /// Which changes it asks for.
    public var changeTypes: ChangeTypes
    /// `waiting`, `creating`, `active`, `renewing`, `failed` or `deleted`.
    public var state: String
    /// When it expires, in milliseconds since 1970.
    public var expiresAt: Int64?
    /// When it will be renewed, or what failed is tried again, in milliseconds since 1970.
    public var renewsAt: Int64?
    /// Why the last attempt failed, if it did: one sentence.
    public var lastError: String?

    public init(
        name: String, id: String?, resource: String, changeTypes: ChangeTypes, state: String, expiresAt: Int64?,
        renewsAt: Int64?, lastError: String?
    ) {
        self.name = name
        self.id = id
        self.resource = resource
        self.changeTypes = changeTypes
        self.state = state
        self.expiresAt = expiresAt
        self.renewsAt = renewsAt
        self.lastError = lastError
    }
}
