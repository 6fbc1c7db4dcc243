/// What a tenant keeps, with what is remembered of its changes: delta links go on where they were.
struct SavedTenantData: Sendable, Equatable, Codable {
    struct Collection: Sendable, Equatable, Codable {
        var kind: EntityKind
        var owner: String
        /// Oldest first, as are the next.
        var entities: [Entity]
        var tombstones: [Tombstone]
        var lastChange: Int
        var horizon: Int
    }

    var tenantID: String
    var collections: [Collection]
    var memberships: [String: GroupMembership]
    var lastStamp: Int64
    var lastListItem: Int

    init(_ data: TenantData, of tenantID: String) {
        self.tenantID = tenantID
        self.collections = data.collections.map { key, collection in
            Collection(
                kind: key.kind, owner: key.owner, entities: collection.entities(), tombstones: Array(collection.tombstones),
                lastChange: collection.lastChange, horizon: collection.horizon
            )
        }.sorted { ($0.kind.rawValue, $0.owner) < ($1.kind.rawValue, $1.owner) }
        self.memberships = data.memberships
        self.lastStamp = data.lastStamp
        self.lastListItem = data.lastListItem
    }

    /// - Parameter tombstoneLimit: How many that have gone are remembered in each collection from now on.
    func data(tombstoneLimit: Int) -> TenantData {
        var collections: [CollectionKey: EntityCollection] = [:]
        for saved in self.collections {
            collections[CollectionKey(saved.kind, of: saved.owner)] = EntityCollection(
                saved.entities, tombstones: saved.tombstones, lastChange: saved.lastChange, horizon: saved.horizon
            )
        }
        return TenantData(
            collections, memberships: self.memberships, lastStamp: self.lastStamp, lastListItem: self.lastListItem,
            tombstoneLimit: tombstoneLimit
        )
    }
}
