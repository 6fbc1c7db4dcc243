/// Who is at the other end of a connection.
public struct HubUser: Sendable, Equatable {
    /// The name by which ``HubClients/user(_:)`` finds all connections of a user. Upper and lower case matter.
    public var id: String
    /// What else is known of the user, such as roles.
    public var claims: [String: String]
    /// When what proves the user ceases to, in milliseconds since 1970; `nil` for never.
    public var expiresAt: Int64?

    public init(id: String, claims: [String: String] = [:], expiresAt: Int64? = nil) {
        self.id = id
        self.claims = claims
        self.expiresAt = expiresAt
    }
}
