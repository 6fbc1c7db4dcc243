import DequeModule

/// Entities of one kind, oldest first, and the changes to them, numbered: 1, 2, 3 …
struct EntityCollection: Sendable {
    private var entities: [String: Entity] = [:]
    /// Where to find those that have two ids.
    private var aliases: [String: String] = [:]
    /// Oldest first; some are of entities that have gone.
    private var order = Deque<Place>()
    /// Oldest first.
    private(set) var tombstones = Deque<Tombstone>()
    /// The number of the last change.
    private(set) var lastChange = 0
    /// What happened up to this change can no longer be told.
    private(set) var horizon = 0
    /// About how many bytes of memory the entities take.
    private(set) var bytes = 0

    /// An entity by its id and the change that brought it: one that comes back has a new place.
    private struct Place: Sendable {
        var id: String
        var change: Int
    }

    init() {}

    /// - Parameter entities: Oldest first, as ``entities(in:)`` gives them.
    init(_ entities: [Entity], tombstones: [Tombstone], lastChange: Int, horizon: Int) {
        for entity in entities {
            self.put(entity)
            self.order.append(Place(id: entity.id, change: entity.createdIn))
        }
        self.tombstones = Deque(tombstones)
        self.lastChange = lastChange
        self.horizon = horizon
    }

    var count: Int { self.entities.count }

    /// Finds an entity by one of its ids.
    func entity(_ id: String) -> Entity? {
        self.entities[id] ?? self.aliases[id].flatMap { self.entities[$0] }
    }

    /// Those in a container, or all, oldest first.
    func entities(in container: String? = nil) -> [Entity] {
        self.order.compactMap { place in
            guard let entity = self.entity(at: place) else { return nil }
            return container == nil || entity.container == container ? entity : nil
        }
    }

    /// Any of them, found without a look at all.
    func randomEntity(using generator: inout some RandomNumberGenerator) -> Entity? {
        // Few places are of entities that have gone, where nothing comes and goes all the time.
        for _ in 0..<16 {
            if let place = self.order.randomElement(using: &generator), let entity = self.entity(at: place) { return entity }
        }
        return self.entities().randomElement(using: &generator)
    }

    var oldest: Entity? { self.order.lazy.compactMap { self.entity(at: $0) }.first }

    /// Adds an entity, and says what it is now.
    @discardableResult
    mutating func insert(_ entity: Entity, now: Int64) -> Entity {
        self.lastChange += 1
        var entity = entity
        entity.createdIn = self.lastChange
        entity.changedIn = self.lastChange
        entity.changedAt = now
        self.put(entity)
        self.order.append(Place(id: entity.id, change: entity.createdIn))
        return entity
    }

    /// Puts `entity` in the place of the one with this id, whose id, container and time may have been others.
    @discardableResult
    mutating func replace(_ id: String, with entity: Entity, limit: Int, now: Int64) -> Entity {
        guard let before = self.entities[id] else { preconditionFailure("Replaced what is not there: \(id)") }
        self.lastChange += 1
        var entity = entity
        entity.changedIn = self.lastChange
        entity.changedAt = now
        self.take(id)
        self.put(entity)
        if entity.id != id {
            entity.createdIn = self.lastChange
            self.entities[entity.id] = entity
            self.order.append(Place(id: entity.id, change: entity.createdIn))
            self.tidy()
        }
        if entity.id != id || entity.container != before.container || entity.span != before.span {
            self.bury(before, isFinal: false, limit: limit, now: now)
        }
        return entity
    }

    /// Takes an entity away.
    ///
    /// - Parameters:
    ///   - isFinal: Whether it cannot come back.
    ///   - limit: How many that have gone are remembered.
    @discardableResult
    mutating func remove(_ id: String, isFinal: Bool, limit: Int, now: Int64) -> Entity? {
        guard let entity = self.entities[id] else { return nil }
        self.lastChange += 1
        self.take(id)
        self.bury(entity, isFinal: isFinal, limit: limit, now: now)
        self.tidy()
        return entity
    }

    /// Notes that something is gone for good which had left before.
    mutating func finish(_ entity: Entity, limit: Int, now: Int64) {
        self.lastChange += 1
        self.bury(entity, isFinal: true, limit: limit, now: now)
    }

    /// Forgets what happened so far: whoever asks what has changed since then has to begin again.
    mutating func forgetChanges() {
        self.lastChange += 1
        self.horizon = self.lastChange
        self.tombstones.removeAll()
    }

    private func entity(at place: Place) -> Entity? {
        guard let entity = self.entities[place.id], entity.createdIn == place.change else { return nil }
        return entity
    }

    private mutating func put(_ entity: Entity) {
        self.entities[entity.id] = entity
        if let alias = entity.immutableID { self.aliases[alias] = entity.id }
        self.bytes += entity.cost
    }

    private mutating func take(_ id: String) {
        guard let entity = self.entities.removeValue(forKey: id) else { return }
        if let alias = entity.immutableID { self.aliases[alias] = nil }
        self.bytes -= entity.cost
    }

    /// Forgets the places of those that have gone, when they are more than those that are there.
    private mutating func tidy() {
        while let first = self.order.first, self.entity(at: first) == nil { self.order.removeFirst() }
        guard self.order.count > 64, self.order.count > 2 * self.entities.count else { return }
        self.order = self.order.filter { self.entity(at: $0) != nil }
    }

    private mutating func bury(_ entity: Entity, isFinal: Bool, limit: Int, now: Int64) {
        while self.tombstones.count >= max(1, limit), let oldest = self.tombstones.popFirst() {
            self.horizon = oldest.change
        }
        self.tombstones.append(
            Tombstone(
                id: entity.id, immutableID: entity.immutableID, container: entity.container, span: entity.span,
                change: self.lastChange, at: now, isFinal: isFinal
            )
        )
    }
}
