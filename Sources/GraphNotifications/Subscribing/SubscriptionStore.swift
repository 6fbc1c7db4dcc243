/// Keeps what is known of each declared subscription across restarts.
///
/// A record is written *before* Graph is asked to create the subscription, because Graph calls the webhook, and may
/// even deliver, before it answers.
public protocol SubscriptionStore: Sendable {
    /// Every record.
    func all() async throws(GraphError) -> [SubscriptionRecord]
    /// Inserts the record, or replaces the one of the same name. Durable when it returns.
    func save(_ record: SubscriptionRecord) async throws(GraphError)
    /// Removes the record of this name; does nothing if there is none.
    func remove(name: String) async throws(GraphError)
}

/// One subscription as Tidings knows it.
public struct SubscriptionRecord: Sendable, Equatable {
    /// The name it was declared under.
    public var name: String
    /// Graph's id; `nil` until Graph accepted it.
    public var id: String?
    /// The resource it watches, as declared.
    public var resource: String
    /// Which changes it asks for.
    public var changeTypes: ChangeTypes
    /// The URL it was created with.
    public var notificationURL: String
    /// The secret that Graph repeats in each notification. At most 128 characters; never logged.
    public var clientState: String
    /// When it expires, in milliseconds since 1970, as Graph answered; `nil` until Graph accepted it.
    public var expiresAt: Int64?
    /// When Graph last accepted a create or a renewal, in milliseconds since 1970.
    public var confirmedAt: Int64?
    /// The tenant it belongs to, if known.
    public var tenantID: String?
    /// The certificate that Graph encrypts for; `nil` if notifications bring no objects.
    public var certificateID: String?

    public init(
        name: String, id: String? = nil, resource: String, changeTypes: ChangeTypes, notificationURL: String,
        clientState: String, expiresAt: Int64? = nil, confirmedAt: Int64? = nil, tenantID: String? = nil,
        certificateID: String? = nil
    ) {
        self.name = name
        self.id = id
        self.resource = resource
        self.changeTypes = changeTypes
        self.notificationURL = notificationURL
        self.clientState = clientState
        self.expiresAt = expiresAt
        self.confirmedAt = confirmedAt
        self.tenantID = tenantID
        self.certificateID = certificateID
    }
}

extension SubscriptionRecord: CustomStringConvertible {
    public var description: String { "SubscriptionRecord(\(self.name), \(self.id ?? "no id yet"))" }
}
