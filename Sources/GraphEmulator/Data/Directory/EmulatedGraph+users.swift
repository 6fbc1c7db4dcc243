import GraphNotifications

/// Users: they come with a mailbox, a drive and a presence, are deleted softly, and can be restored.
extension EmulatedGraph {
    func usersScope(_ tenantID: String) -> EntityScope {
        EntityScope(tenantID: tenantID, key: CollectionKey(.user), context: "users")
    }

    func deletedScope(_ kind: EntityKind, _ tenantID: String) -> EntityScope {
        EntityScope(tenantID: tenantID, key: CollectionKey(kind), context: "directoryObjects")
    }

    @discardableResult
    mutating func createUser(
        _ accepted: JSONMembers, id: String? = nil, tenant: String, now: Int64
    ) throws(GraphRefusal) -> Entity {
        var members = accepted
        for name in ["displayName", "userPrincipalName"] where members[name]?.string?.isEmpty ?? true {
            throw .valueRequired(name, of: "User")
        }
        let name = members["userPrincipalName"]?.string ?? ""
        guard self.data(of: tenant).user(name) == nil else { throw .nameTaken("userPrincipalName") }
        if members["mail"] == nil { members["mail"] = .string(name) }
        let names = members["displayName"]?.string?.split(separator: " ") ?? []
        if names.count > 1 {
            if members["givenName"] == nil { members["givenName"] = .string(String(names[0])) }
            if members["surname"] == nil { members["surname"] = .string(names.dropFirst().joined(separator: " ")) }
        }
        members["passwordProfile"] = nil
        let user = try self.insert(members, id: id, in: self.usersScope(tenant), now: now)
        try self.furnish(user, tenant: tenant, now: now)
        return user
    }

    mutating func updateUser(
        _ id: String, with members: JSONMembers, tenant: String, now: Int64
    ) throws(GraphRefusal) -> Entity {
        if let name = members["userPrincipalName"]?.string, let other = self.data(of: tenant).user(name), other.id != id {
            throw .nameTaken("userPrincipalName")
        }
        return try self.update(id, in: self.usersScope(tenant), with: members, now: now)
    }

    /// Deletes a user or a group, who can be restored.
    mutating func deleteSoftly(_ entity: Entity, in scope: EntityScope, now: Int64) throws(GraphRefusal) {
        if scope.kind == .group { self.removeTeam(entity.id, tenant: scope.tenantID, now: now) }
        let deleted = self.deletedScope(scope.kind == .user ? .deletedUser : .deletedGroup, scope.tenantID)
        var gone = entity
        gone.members["deletedDateTime"] = .string(GraphDateTime.seconds(now))
        self.contents[scope.tenantID]?.remove(entity.id, from: scope.key, isFinal: false, now: now)
        self.contents[scope.tenantID]?.insert(gone, in: deleted.key, now: now)
        self.announce(entity, gone, in: scope, as: .updated, now: now)
    }

    mutating func restore(_ entity: Entity, from deleted: EntityScope, now: Int64) throws(GraphRefusal) -> Entity {
        let isUser = deleted.kind == .deletedUser
        let scope = isUser ? self.usersScope(deleted.tenantID) : self.groupsScope(deleted.tenantID)
        if isUser, let name = entity.text("userPrincipalName"), self.data(of: deleted.tenantID).user(name) != nil {
            throw .nameTaken("userPrincipalName")
        }
        var restored = entity
        restored.members["deletedDateTime"] = isUser ? nil : .null
        self.contents[deleted.tenantID]?.remove(entity.id, from: deleted.key, now: now)
        self.contents[deleted.tenantID]?.insert(restored, in: scope.key, now: now)
        self.announce(entity, restored, in: scope, as: .updated, now: now)
        return restored
    }

    /// Deletes what was deleted softly, with all that belonged to it.
    mutating func deleteFinally(_ entity: Entity, from deleted: EntityScope, now: Int64) {
        let tenant = deleted.tenantID
        let isUser = deleted.kind == .deletedUser
        let scope = isUser ? self.usersScope(tenant) : self.groupsScope(tenant)
        self.contents[tenant]?.remove(entity.id, from: deleted.key, now: now)
        self.contents[tenant]?.finish(entity, in: scope.key, now: now)
        self.announce(entity, nil, in: scope, as: .deleted, now: now)
        guard isUser else {
            self.contents[tenant]?.memberships[entity.id] = nil
            self.contents[tenant]?.drop(CollectionKey(.channel, of: entity.id))
            return
        }
        for kind in [EntityKind.mailFolder, .message, .calendar, .event, .contactFolder, .contact, .taskList, .task] {
            self.contents[tenant]?.drop(CollectionKey(kind, of: entity.id))
        }
        let drive = TenantData.driveID(of: entity.id)
        self.contents[tenant]?.drop(CollectionKey(.driveItem, of: drive))
        self.contents[tenant]?.remove(drive, from: CollectionKey(.drive), now: now)
        self.contents[tenant]?.remove(entity.id, from: CollectionKey(.presence), now: now)
        self.leaveAllGroups(entity.id, tenant: tenant, now: now)
    }

    /// Gives a user what every user has.
    private mutating func furnish(_ user: Entity, tenant: String, now: Int64) throws(GraphRefusal) {
        func scope(_ kind: EntityKind) -> EntityScope {
            EntityScope(
                tenantID: tenant, key: CollectionKey(kind, of: user.id), context: "users('\(user.id)')/\(kind.type.plural)")
        }
        for folder in WellKnownFolder.all {
            try self.insert(
                ["displayName": .string(folder.displayName)], id: folder.id(of: user.id), in: scope(.mailFolder), now: now
            )
        }
        let owner = user.id.filter { $0 != "-" }
        try self.insert(
            ["name": "Calendar", "isDefaultCalendar": true], id: "AAMkAG\(owner)CaAAA=", in: scope(.calendar), now: now
        )
        try self.insert(["displayName": "Contacts"], id: "AAMkAG\(owner)CoAAA=", in: scope(.contactFolder), now: now)
        try self.insert(
            ["displayName": "Tasks", "wellknownListName": "defaultList"], id: "AAMkAG\(owner)TaAAA=", in: scope(.taskList),
            now: now
        )
        try self.createDrive(of: owner, name: user.text("displayName"), tenant: tenant, now: now)
        let presences = EntityScope(tenantID: tenant, key: CollectionKey(.presence), context: "communications/presences")
        try self.insert([:], id: user.id, in: presences, now: now)
    }
}

extension GraphRefusal {
    static func valueRequired(_ name: String, of type: String) -> GraphRefusal {
        .invalidRequest("A value is required for property '\(name)' of resource '\(type)'.")
    }

    static func nameTaken(_ name: String) -> GraphRefusal {
        .invalidRequest("Another object with the same value for property \(name) already exists.")
    }
}
