/// One application in one tenant: whose subscriptions they are, and how Graph is asked about them.
///
/// What fails, waits or is throttled in one account delays nothing in another. Accounts of the same application share the
/// ``GraphTraffic`` of their clients, so that they stay under its limits together.
public struct SubscriptionAccount: Sendable {
    /// The account of a subscription that names none.
    public static let defaultName = "default"

    /// What declarations call it; unique.
    public var name: String
    /// How Graph is asked. What fails is tried again by the manager, not by this client.
    public var graph: GraphClient
    /// The tenant's id; `nil` if it is not known.
    public var tenantID: String?
    /// The application's id (client id); `nil` if it is not known. Encrypted notifications must then prove to be for any of
    /// ours, and what others subscribed to cannot be told from what was left behind.
    public var applicationID: String?

    /// - Parameters:
    ///   - name: What declarations call it; unique.
    ///   - graph: How Graph is asked.
    ///   - tenantID: The tenant's id.
    ///   - applicationID: The application's id.
    public init(
        name: String = Self.defaultName, graph: GraphClient, tenantID: String? = nil, applicationID: String? = nil
    ) {
        self.name = name
        self.graph = graph
        self.tenantID = tenantID
        self.applicationID = applicationID
    }
}
