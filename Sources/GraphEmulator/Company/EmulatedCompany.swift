/// A tenant: one application that may sign in, and the people whose mail it may see.
public struct EmulatedCompany: Sendable {
    /// The directory (tenant) id: a GUID in lower case.
    public var tenantID: String
    /// The application (client) id: a GUID in lower case.
    public var clientID: String
    /// What the application signs in with. It opens nothing but this emulator.
    public var clientSecret: String
    /// The object id of the application's service principal, which Graph calls the creator of its subscriptions.
    public var servicePrincipalID: String
    /// Who works there.
    public var users: [EmulatedUser]

    public init(
        tenantID: String, clientID: String, clientSecret: String,
        servicePrincipalID: String = "5d20c7e1-8a94-4b3f-a6d2-e91b04f7c385", users: [EmulatedUser]
    ) {
        self.tenantID = tenantID
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.servicePrincipalID = servicePrincipalID
        self.users = users
    }

    /// Three people: `sales@example.com`, `anna@example.com` and `ben@example.com`.
    public static let contoso = EmulatedCompany(
        tenantID: "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611",
        clientID: "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924",
        clientSecret: "contoso-development-secret",
        users: [
            EmulatedUser(
                id: "0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235", displayName: "Sales",
                userPrincipalName: "sales@example.com"
            ),
            EmulatedUser(
                id: "aa51c9d0-7be2-4a55-9f7e-30b7f6c2d481", displayName: "Anna Berg",
                userPrincipalName: "anna@example.com"
            ),
            EmulatedUser(
                id: "4b0f7c2e-6d39-4b8f-8a1a-0e4cf4f2b7d9", displayName: "Ben Okafor",
                userPrincipalName: "ben@example.com"
            ),
        ]
    )

    func validate() throws(GraphEmulatorError) {
        guard !self.users.isEmpty else {
            throw GraphEmulatorError(.invalidCompany, "The emulated company has no users: give it at least one.")
        }
        var seen: Set<String> = []
        for user in self.users {
            guard seen.insert(user.id.lowercased()).inserted, seen.insert(user.userPrincipalName.lowercased()).inserted
            else {
                throw GraphEmulatorError(
                    .invalidCompany, "The emulated company has '\(user.userPrincipalName)' twice: ids and names must differ."
                )
            }
        }
    }
}
