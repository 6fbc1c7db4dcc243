/// Names one collection of a tenant: all users, the messages of one user, the members of one chat.
struct CollectionKey: Hashable, Sendable {
    var kind: EntityKind
    /// Whose they are: a user's id, a chat's, or nothing for what belongs to the tenant.
    var owner: String

    init(_ kind: EntityKind, of owner: String = "") {
        self.kind = kind
        self.owner = owner
    }
}
