/// Somebody with a mailbox.
public struct EmulatedUser: Sendable, Equatable {
    /// The object id: a GUID in lower case.
    public var id: String
    /// What people see, for example `Anna Berg`.
    public var displayName: String
    /// The name to sign in with, which is also the mail address.
    public var userPrincipalName: String
    /// Whether this is a Global Administrator.
    public var isAdministrator: Bool

    public init(id: String, displayName: String, userPrincipalName: String, isAdministrator: Bool = false) {
        self.id = id
        self.displayName = displayName
        self.userPrincipalName = userPrincipalName
        self.isAdministrator = isAdministrator
    }

    /// Whether `key` means this user: the id or the principal name, in any case.
    func matches(_ key: String) -> Bool {
        let key = key.lowercased()
        return key == self.id.lowercased() || key == self.userPrincipalName.lowercased()
    }
}
