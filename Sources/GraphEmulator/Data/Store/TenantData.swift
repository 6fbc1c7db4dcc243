/// Everything that one tenant keeps in Graph.
struct TenantData: Sendable {
    private(set) var collections: [CollectionKey: EntityCollection] = [:]
    /// Who is in the groups, by the group's id.
    var memberships: [String: GroupMembership] = [:]
    /// The ids of the users, by principal name in small letters.
    private var usersByName: [String: String] = [:]
    /// The last id of a chat message: they are moments, and differ.
    private(set) var lastStamp: Int64 = 0
    private(set) var lastListItem = 0
    /// How many entities there are in all, and about how many bytes of memory they take.
    private(set) var count = 0
    private(set) var bytes = 0
    /// How many that have gone are remembered in each collection.
    let tombstoneLimit: Int

    init(tombstoneLimit: Int) {
        self.tombstoneLimit = tombstoneLimit
    }

    init(
        _ collections: [CollectionKey: EntityCollection], memberships: [String: GroupMembership], lastStamp: Int64,
        lastListItem: Int, tombstoneLimit: Int
    ) {
        self.collections = collections
        self.memberships = memberships
        self.lastStamp = lastStamp
        self.lastListItem = lastListItem
        self.tombstoneLimit = tombstoneLimit
        for collection in collections.values {
            self.count += collection.count
            self.bytes += collection.bytes
        }
        for user in collections[CollectionKey(.user)]?.entities() ?? [] { self.usersByName[Self.name(of: user)] = user.id }
    }

    func collection(_ key: CollectionKey) -> EntityCollection { self.collections[key] ?? EntityCollection() }

    /// Finds a user by id or principal name, in any case.
    func user(_ name: String) -> Entity? {
        let name = name.lowercased()
        let users = CollectionKey(.user)
        return self.entity(name, in: users) ?? self.usersByName[name].flatMap { self.entity($0, in: users) }
    }

    /// A number for a new chat message: milliseconds since 1970, but never the same twice.
    mutating func stamp(now: Int64) -> Int64 {
        self.lastStamp = max(now, self.lastStamp + 1)
        return self.lastStamp
    }

    /// A number for a new item of a list.
    mutating func nextListItem() -> Int {
        self.lastListItem += 1
        return self.lastListItem
    }

    /// Finds an entity by one of its ids.
    func entity(_ id: String, in key: CollectionKey) -> Entity? { self.collections[key]?.entity(id) }

    /// Those in a container, or all, oldest first.
    func entities(in key: CollectionKey, container: String? = nil) -> [Entity] {
        self.collections[key]?.entities(in: container) ?? []
    }

    func randomEntity(in key: CollectionKey, using generator: inout some RandomNumberGenerator) -> Entity? {
        self.collections[key]?.randomEntity(using: &generator)
    }

    func count(in key: CollectionKey) -> Int { self.collections[key]?.count ?? 0 }

    @discardableResult
    mutating func insert(_ entity: Entity, in key: CollectionKey, now: Int64) -> Entity {
        if key.kind == .user { self.usersByName[Self.name(of: entity)] = entity.id }
        return self.change(key) { $0.insert(entity, now: now) }
    }

    @discardableResult
    mutating func replace(_ id: String, with entity: Entity, in key: CollectionKey, now: Int64) -> Entity {
        if key.kind == .user {
            if let before = self.entity(id, in: key) { self.usersByName[Self.name(of: before)] = nil }
            self.usersByName[Self.name(of: entity)] = entity.id
        }
        let limit = self.tombstoneLimit
        return self.change(key) { $0.replace(id, with: entity, limit: limit, now: now) }
    }

    @discardableResult
    mutating func remove(_ id: String, from key: CollectionKey, isFinal: Bool = true, now: Int64) -> Entity? {
        if key.kind == .user, let before = self.entity(id, in: key) { self.usersByName[Self.name(of: before)] = nil }
        let limit = self.tombstoneLimit
        return self.change(key) { $0.remove(id, isFinal: isFinal, limit: limit, now: now) }
    }

    /// Notes that something is gone for good which had left the collection before.
    mutating func finish(_ entity: Entity, in key: CollectionKey, now: Int64) {
        let limit = self.tombstoneLimit
        self.change(key) { $0.finish(entity, limit: limit, now: now) }
    }

    /// Takes a whole collection away, with what is remembered of it.
    mutating func drop(_ key: CollectionKey) {
        guard let collection = self.collections.removeValue(forKey: key) else { return }
        self.count -= collection.count
        self.bytes -= collection.bytes
    }

    /// Makes all delta tokens that have been given out useless, as Graph does now and then.
    mutating func forgetChanges() {
        for key in self.collections.keys { self.change(key) { $0.forgetChanges() } }
    }

    private static func name(of user: Entity) -> String { (user.text("userPrincipalName") ?? "").lowercased() }

    @discardableResult
    private mutating func change<Value>(_ key: CollectionKey, _ body: (inout EntityCollection) -> Value) -> Value {
        var difference = (count: 0, bytes: 0)
        defer {
            self.count += difference.count
            self.bytes += difference.bytes
        }
        return Self.change(&self.collections[key, default: EntityCollection()], &difference, body)
    }

    private static func change<Value>(
        _ collection: inout EntityCollection, _ difference: inout (count: Int, bytes: Int),
        _ body: (inout EntityCollection) -> Value
    ) -> Value {
        let before = (collection.count, collection.bytes)
        let value = body(&collection)
        difference = (collection.count - before.0, collection.bytes - before.1)
        return value
    }
}
