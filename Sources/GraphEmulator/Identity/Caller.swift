/// Who calls Graph: an application for itself, or for a user who signed in.
struct Caller: Sendable, Equatable {
    var tenantID: String
    var applicationID: String
    /// The object that acts: the application's service principal, or the user.
    var principalID: String
    /// The user for whom the application acts; `nil` if it acts for itself.
    var userID: String?
    /// What the token permits, as it is written there.
    var permissions: Set<String>
    /// Whether the user is a Global Administrator.
    var isAdministrator = false
    /// When the token ends, in milliseconds since 1970.
    var tokenExpiresAt = Int64.max

    /// Whether the application acts for itself.
    var isAppOnly: Bool { self.userID == nil }

    /// The directory role of a Global Administrator, as tokens name it.
    static let administratorRole = "62e90394-69f5-4237-9190-012177145e10"

    /// Whether one of the permissions that open this kind of resource is among the token's.
    func permits(_ access: ResourceFamily.Access, to family: ResourceFamily) -> Bool {
        !self.permissions.isDisjoint(with: family.permissions(for: access, isAppOnly: self.isAppOnly))
    }

    /// Throws what Graph answers to somebody who has no permission, for data that is read or changed.
    func require(_ access: ResourceFamily.Access, to family: ResourceFamily) throws(GraphRefusal) {
        guard self.permits(access, to: family) else { throw family.isDirectory ? .insufficientPrivileges : .accessDenied }
    }
}
