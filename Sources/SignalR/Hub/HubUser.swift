/// Who is at the other end of a connection.
public struct HubUser: Sendable, Equatable {
    /// The name by which ``HubClients/user(_:)`` finds all connections of a user. Upper and lower case matter.
    public var id: String
    /// What else is known of the user, such as roles.
    public var claims: [String: String]

    public init(id: String, claims: [String: String] = [:]) {
        self.id = id
        self.claims = claims
    }
}
