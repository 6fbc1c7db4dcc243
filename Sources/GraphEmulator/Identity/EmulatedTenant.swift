/// A directory: the people in it, and the applications that may do something there.
public struct EmulatedTenant: Sendable, Equatable {
    /// The directory (tenant) id: a GUID in lower case.
    public var id: String
    /// What people call it, for example `Contoso`.
    public var name: String
    /// Who works there.
    public var users: [EmulatedUser]
    /// Which applications are registered or consented to there. An application of several tenants stands in each of them.
    public var applications: [EmulatedApplication]

    public init(id: String, name: String, users: [EmulatedUser], applications: [EmulatedApplication]) {
        self.id = id
        self.name = name
        self.users = users
        self.applications = applications
    }

    /// Three people, `sales@example.com`, `anna@example.com` and `ben@example.com`, and two applications that may do
    /// everything: one with a secret, and one that is a managed identity.
    public static let contoso = EmulatedTenant(
        id: "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611", name: "Contoso",
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
                userPrincipalName: "ben@example.com", isAdministrator: true
            ),
        ],
        applications: [.contoso, .contosoIdentity]
    )

    func application(_ id: String) -> EmulatedApplication? {
        self.applications.first { $0.id.lowercased() == id.lowercased() }
    }

    /// - Parameter key: The id or the principal name, in any case.
    func user(_ key: String) -> EmulatedUser? {
        self.users.first { $0.matches(key) }
    }
}
