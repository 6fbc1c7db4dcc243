import GraphNotifications

/// Groups, and who is in them.
extension EmulatedGraph {
    func groupsScope(_ tenantID: String) -> EntityScope {
        EntityScope(tenantID: tenantID, key: CollectionKey(.group), context: "groups")
    }

    @discardableResult
    mutating func createGroup(
        _ members: JSONMembers, id: String? = nil, tenant: String, now: Int64
    ) throws(GraphRefusal) -> Entity {
        for name in ["displayName", "mailEnabled", "mailNickname", "securityEnabled"] where members[name] ?? .null == .null {
            throw .valueRequired(name, of: "Group")
        }
        return try self.insert(members, id: id, in: self.groupsScope(tenant), now: now)
    }

    /// Who is in a group, as far as they exist.
    func members(of group: String, _ role: GroupMembership.Role, tenant: String) -> [(kind: EntityKind, entity: Entity)] {
        let data = self.data(of: tenant)
        return (data.memberships[group]?.ids(role) ?? []).compactMap { id in
            if let user = data.entity(id, in: CollectionKey(.user)) { return (.user, user) }
            return data.entity(id, in: CollectionKey(.group)).map { (.group, $0) }
        }
    }

    mutating func addMember(
        _ id: String, to group: String, as role: GroupMembership.Role, tenant: String, now: Int64
    ) throws(GraphRefusal) {
        let group = try self.entity(group, in: self.groupsScope(tenant))
        let id = id.lowercased()
        try self.checkMember(id, of: group.id, as: role, tenant: tenant)
        self.changeMembership(of: group, ["\(role.rawValue)@delta": [["id": .string(id)]]], role, tenant, now) {
            $0.add(id, as: role, change: $1)
        }
    }

    private func checkMember(
        _ id: String, of group: String, as role: GroupMembership.Role, tenant: String
    ) throws(GraphRefusal) {
        let data = self.data(of: tenant)
        let limit = self.settings.limits.objectsPerCollection
        guard data.entity(id, in: CollectionKey(.user)) ?? data.entity(id, in: CollectionKey(.group)) != nil else {
            throw .unknownUser(id)
        }
        guard data.memberships[group]?.contains(id, as: role) != true else {
            throw .invalidRequest(
                "One or more added object references already exist for the following modified properties: '\(role.rawValue)'."
            )
        }
        guard data.memberships[group]?.entries.count ?? 0 < limit else {
            throw .full(.directory, "This emulator keeps no more than \(limit) members of a group.")
        }
    }

    mutating func removeMember(
        _ id: String, from group: String, as role: GroupMembership.Role, tenant: String, now: Int64
    ) throws(GraphRefusal) {
        let group = try self.entity(group, in: self.groupsScope(tenant))
        let id = id.lowercased()
        guard self.data(of: tenant).memberships[group.id]?.contains(id, as: role) == true else { throw .unknownUser(id) }
        let limit = self.settings.limits.removals
        let details: JSONMembers = ["\(role.rawValue)@delta": [["id": .string(id), "@removed": "deleted"]]]
        self.changeMembership(of: group, details, role, tenant, now) { $0.remove(id, as: role, change: $1, limit: limit) }
    }

    mutating func leaveAllGroups(_ id: String, tenant: String, now: Int64) {
        let memberships = self.data(of: tenant).memberships.sorted { $0.key < $1.key }
        for (group, membership) in memberships {
            for role in [GroupMembership.Role.members, .owners] where membership.contains(id, as: role) {
                try? self.removeMember(id, from: group, as: role, tenant: tenant, now: now)
            }
        }
    }

    /// - Parameter details: What notifications say of it.
    private mutating func changeMembership(
        of group: Entity, _ details: JSONMembers, _ role: GroupMembership.Role, _ tenant: String, _ now: Int64,
        _ change: (inout GroupMembership, Int) -> Void
    ) {
        guard let after = self.contents[tenant]?.replace(group.id, with: group, in: CollectionKey(.group), now: now) else {
            return
        }
        var membership = self.data(of: tenant).memberships[group.id] ?? GroupMembership()
        change(&membership, after.changedIn)
        self.contents[tenant]?.memberships[group.id] = membership
        self.changed(
            ResourceChange(
                tenantID: tenant, kind: .group, before: nil,
                after: self.data(of: tenant).state(of: after, in: CollectionKey(.group), part: role.rawValue),
                announced: .updated, name: ResourceName(("Groups", group.id)),
                details: Self.directoryDetails(details, tenant: tenant, now: now)
            ),
            now: now
        )
    }
}
