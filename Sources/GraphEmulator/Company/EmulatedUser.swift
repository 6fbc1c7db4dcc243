/// Somebody with a mailbox.
public struct EmulatedUser: Sendable, Equatable {
    /// The object id: a GUID in lower case.
    public var id: String
    /// What people see, for example `Anna Berg`.
    public var displayName: String
    /// The name to sign in with, which is also the mail address.
    public var userPrincipalName: String

    public init(id: String, displayName: String, userPrincipalName: String) {
        self.id = id
        self.displayName = displayName
        self.userPrincipalName = userPrincipalName
    }
}
