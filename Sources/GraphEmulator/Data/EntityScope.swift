/// Where a request looks: a collection of a tenant, or what lies in one container of it.
struct EntityScope: Sendable, Equatable {
    let tenantID: String
    let key: CollectionKey
    /// Only what lies in this folder, calendar or message.
    var container: String?
    /// How `@odata.context` calls it.
    let context: String

    var kind: EntityKind { self.key.kind }

    var type: EntityType { self.key.kind.type }
}
