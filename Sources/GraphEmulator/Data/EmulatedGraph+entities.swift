import GraphNotifications
import HTTPTypes

/// Reading and changing what a tenant keeps. Each change goes to ``EmulatedGraph/changed(_:now:)``.
extension EmulatedGraph {
    /// What a tenant keeps, to look at. A copy that is still held while the graph is changed makes that change slow.
    func data(of tenantID: String) -> TenantData { self.contents[tenantID] ?? TenantData(tombstoneLimit: 1) }

    func entity(_ id: String, in scope: EntityScope) throws(GraphRefusal) -> Entity {
        guard let entity = self.data(of: scope.tenantID).entity(scope.kind.canonical(id), in: scope.key),
            scope.container == nil || entity.container == scope.container
        else { throw scope.kind.notFound(id) }
        return entity
    }

    /// Oldest first.
    func entities(in scope: EntityScope) -> [Entity] {
        self.data(of: scope.tenantID).entities(in: scope.key, container: scope.container)
    }

    /// Adds an entity that is complete but for what the service sets.
    ///
    /// - Parameters:
    ///   - id: If it is not to be a new one.
    ///   - announced: What is said to have happened, if not that it was created.
    @discardableResult
    mutating func insert(
        _ members: JSONMembers, id: String? = nil, in scope: EntityScope, announced: ChangeTypes? = nil, now: Int64
    ) throws(GraphRefusal) -> Entity {
        try self.checkRoom(in: scope)
        var entity = Entity(
            id: id ?? self.newID(scope.kind, tenant: scope.tenantID, now: now), container: scope.container, changeKey: "",
            members: JSONMembers([("id", .string(""))]), now: now
        )
        if scope.type.family == .outlook { entity.immutableID = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A\(self.random.text(36))" }
        entity.members.merge(scope.type.template)
        entity.members.merge(members)
        self.stamp(&entity, in: scope.key, now: now)
        guard let inserted = self.contents[scope.tenantID]?.insert(entity, in: scope.key, now: now) else { throw .noTenant }
        self.announce(nil, inserted, in: scope, as: announced ?? scope.kind.announcement, now: now)
        self.evict(from: scope, now: now)
        return inserted
    }

    /// Changes what `members` say; nothing is notified if that changes nothing.
    @discardableResult
    mutating func update(
        _ id: String, in scope: EntityScope, with members: JSONMembers, announced: ChangeTypes? = nil, now: Int64
    ) throws(GraphRefusal) -> Entity {
        let before = try self.entity(id, in: scope)
        var entity = before
        entity.members.merge(members)
        if let container = members["parentReference"]?.object?["id"]?.string, scope.kind == .driveItem {
            entity.container = container
        }
        guard entity != before else { return before }
        if entity.cost > before.cost { try self.checkBytes(in: scope) }
        return self.replace(before, with: entity, in: scope, announced: announced, now: now)
    }

    /// Puts an entity in the place of another, whose id and container may be others.
    @discardableResult
    mutating func replace(
        _ before: Entity, with entity: Entity, in scope: EntityScope, announced: ChangeTypes? = nil, now: Int64
    ) -> Entity {
        var entity = entity
        self.stamp(&entity, in: scope.key, now: now)
        guard let after = self.contents[scope.tenantID]?.replace(before.id, with: entity, in: scope.key, now: now) else {
            return entity
        }
        self.announce(before, after, in: scope, as: announced ?? scope.kind.announcement, now: now)
        self.evict(from: scope, now: now)
        return after
    }

    /// Takes an entity away for good.
    mutating func remove(_ entity: Entity, in scope: EntityScope, announced: ChangeTypes? = nil, now: Int64) {
        let state = self.data(of: scope.tenantID).state(of: entity, in: scope.key)
        self.contents[scope.tenantID]?.remove(entity.id, from: scope.key, now: now)
        self.announce(
            state: state, nil, of: entity, in: scope, as: announced ?? scope.kind.announcement, now: now
        )
    }

    /// Tells those who watch that `before` has become `after`.
    mutating func announce(
        _ before: Entity?, _ after: Entity?, in scope: EntityScope, as announced: ChangeTypes? = nil, now: Int64
    ) {
        guard let entity = after ?? before else { return }
        let data = self.data(of: scope.tenantID)
        self.announce(
            state: before.map { data.state(of: $0, in: scope.key) }, after.map { data.state(of: $0, in: scope.key) }, of: entity,
            in: scope, as: announced, now: now
        )
    }

    private mutating func announce(
        state before: ResourceChange.State?, _ after: ResourceChange.State?, of entity: Entity, in scope: EntityScope,
        as announced: ChangeTypes?, now: Int64
    ) {
        self.changed(
            ResourceChange(
                tenantID: scope.tenantID, kind: scope.kind, before: before, after: after, announced: announced,
                name: TenantData.name(of: entity, in: scope.key),
                details: scope.type.family == .directory
                    ? Self.directoryDetails([:], tenant: scope.tenantID, now: now) : [:]
            ),
            now: now
        )
    }

    /// What stands in every notification of the directory, before `details`.
    static func directoryDetails(_ details: JSONMembers, tenant: String, now: Int64) -> JSONMembers {
        var all: JSONMembers = [
            "organizationId": .string(tenant), "eventTime": .string(GraphDateTime.utc(now)),
            // Ticks of 100 ns since the year 1.
            "sequenceNumber": .integer(621_355_968_000_000_000 + now * 10_000),
        ]
        all.merge(details)
        return all
    }

    /// Sets what only the service sets.
    private mutating func stamp(_ entity: inout Entity, in key: CollectionKey, now: Int64) {
        let type = key.kind.type
        entity.members["id"] = .string(entity.id)
        if type.template["createdDateTime"] != nil {
            entity.members["createdDateTime"] = .string(key.kind.moment(entity.createdAt))
        }
        if type.template["lastModifiedDateTime"] != nil {
            entity.members["lastModifiedDateTime"] = .string(key.kind.moment(now))
        }
        switch type.family {
        case .outlook:
            entity.changeKey = "CQAAABYAAAD\(self.random.text(21))"
            if type.template["changeKey"] != nil { entity.members["changeKey"] = .string(entity.changeKey) }
            if type.template["parentFolderId"] != nil { entity.members["parentFolderId"] = JSONValue(entity.container) }
            if type.template["bodyPreview"] != nil {
                entity.members["bodyPreview"] = .string(MessageBody(entity.members["body"]?.object ?? [:]).preview)
            }
        case .drive:
            let version = entity.createdIn == 0 ? 1 : entity.changedIn - entity.createdIn + 2
            if type.template["eTag"] != nil { entity.members["eTag"] = .string("\"{\(entity.id)},\(version)\"") }
            if type.template["cTag"] != nil { entity.members["cTag"] = .string("\"c:{\(entity.id)},\(version)\"") }
        case .teams:
            if type.template["etag"] != nil { entity.members["etag"] = .string("\(now)") }
            if type.template["lastUpdatedDateTime"] != nil {
                entity.members["lastUpdatedDateTime"] = .string(GraphDateTime.utc(now))
            }
            if key.kind == .channelMessage { entity.members["replyToId"] = JSONValue(entity.container) }
        case .directory, .presence: break
        }
    }

    private func checkRoom(in scope: EntityScope) throws(GraphRefusal) {
        let data = self.data(of: scope.tenantID)
        let limits = self.settings.limits
        guard data.count < limits.objects else {
            throw .full(scope.type.family, "This emulator keeps no more than \(limits.objects) objects in a tenant.")
        }
        try self.checkBytes(in: scope)
        guard !scope.kind.losesItsOldest, data.collection(scope.key).count >= limits.objectsPerCollection else { return }
        throw .full(scope.type.family, "This emulator keeps no more than \(limits.objectsPerCollection) of them in one place.")
    }

    private func checkBytes(in scope: EntityScope) throws(GraphRefusal) {
        let limit = self.settings.limits.objectBytes
        guard self.data(of: scope.tenantID).bytes < limit else {
            throw .full(scope.type.family, "This emulator keeps no more than \(limit) bytes in a tenant.")
        }
    }

    /// Lets the oldest messages go until there are no more than allowed.
    private mutating func evict(from scope: EntityScope, now: Int64) {
        guard scope.kind.losesItsOldest else { return }
        // Nothing may hold the collection while it is changed: it would be copied.
        while let oldest = self.surplus(in: scope) { self.remove(oldest, in: scope, now: now) }
    }

    private func surplus(in scope: EntityScope) -> Entity? {
        let limits = self.settings.limits
        let collection = self.data(of: scope.tenantID).collection(scope.key)
        let isTooMuch =
            collection.count > max(1, limits.messagesPerMailbox)
            || collection.bytes > limits.bytesPerMailbox && collection.count > 1
        return isTooMuch ? collection.oldest : nil
    }
}
