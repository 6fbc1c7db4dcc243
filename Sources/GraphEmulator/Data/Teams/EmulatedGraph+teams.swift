import GraphNotifications
import HTTPTypes

/// Teams, which are groups with channels.
extension EmulatedGraph {
    func teamsScope(_ tenantID: String) -> EntityScope {
        EntityScope(tenantID: tenantID, key: CollectionKey(.team), context: "teams")
    }

    func teamScope(_ kind: EntityKind, of team: String, tenant: String) -> EntityScope {
        EntityScope(tenantID: tenant, key: CollectionKey(kind, of: team), context: "teams('\(team)')/\(kind.type.plural)")
    }

    func channelMessagesScope(team: String, channel: String, tenant: String) -> EntityScope {
        EntityScope(
            tenantID: tenant, key: CollectionKey(.channelMessage, of: TenantData.owner(team: team, channel: channel)),
            context: "teams('\(team)')/channels('\(channel)')/messages"
        )
    }

    /// Makes a team, with its group and a channel.
    ///
    /// - Parameter id: Of the group that becomes a team; `nil` for a new one.
    @discardableResult
    mutating func createTeam(
        _ accepted: JSONMembers, with people: [ConversationMember], id: String? = nil, tenant: String, now: Int64
    ) throws(GraphRefusal) -> Entity {
        var members = accepted
        members["members"] = nil
        members["channels"] = nil
        var group: Entity
        if let id {
            group = try self.entity(id, in: self.groupsScope(tenant))
            members["displayName"] = members["displayName"] ?? group.members["displayName"]
            members["description"] = members["description"] ?? group.members["description"]
            guard self.data(of: tenant).entity(group.id, in: CollectionKey(.team)) == nil else {
                throw GraphRefusal(.conflict, "Conflict", "The group is a team already.")
            }
        } else {
            guard let name = members["displayName"]?.string, !name.isEmpty else {
                throw .valueRequired("displayName", of: "Team")
            }
            for person in people { _ = try self.user(person.user, tenant: tenant) }
            group = try self.createGroup(
                [
                    "displayName": .string(name), "mailEnabled": true, "securityEnabled": false, "groupTypes": ["Unified"],
                    "mailNickname": .string(name.filter { $0.isLetter || $0.isNumber }), "visibility": "Private",
                ],
                tenant: tenant, now: now
            )
        }
        let team = try self.insert(members, id: group.id, in: self.teamsScope(tenant), now: now)
        try self.createChannel(["displayName": "General"], in: self.teamScope(.channel, of: team.id, tenant: tenant), now: now)
        let scope = self.teamScope(.teamMember, of: team.id, tenant: tenant)
        for person in people { try self.addConversationMember(person, in: scope, now: now) }
        return team
    }

    @discardableResult
    mutating func createChannel(
        _ accepted: JSONMembers, in scope: EntityScope, now: Int64
    ) throws(GraphRefusal) -> Entity {
        guard let name = accepted["displayName"]?.string, !name.isEmpty else {
            throw GraphRefusal(.badRequest, "BadRequest", "A channel needs a displayName.")
        }
        guard !self.entities(in: scope).contains(where: { $0.text("displayName")?.lowercased() == name.lowercased() }) else {
            throw GraphRefusal(.badRequest, "BadRequest", "Channel name already existed, please use other name.")
        }
        var members = accepted
        members["members"] = nil
        members["tenantId"] = .string(scope.tenantID)
        return try self.insert(members, in: scope, now: now)
    }

    mutating func deleteChannel(_ channel: Entity, in scope: EntityScope, now: Int64) {
        self.remove(channel, in: scope, now: now)
        let owner = TenantData.owner(team: scope.key.owner, channel: channel.id)
        self.contents[scope.tenantID]?.drop(CollectionKey(.channelMessage, of: owner))
    }

    /// Takes a team away with its channels, if the group of this id is one.
    mutating func removeTeam(_ id: String, tenant: String, now: Int64) {
        let teams = self.teamsScope(tenant)
        guard let team = self.data(of: tenant).entity(id, in: teams.key) else { return }
        let channels = self.teamScope(.channel, of: id, tenant: tenant)
        for channel in self.entities(in: channels) { self.deleteChannel(channel, in: channels, now: now) }
        self.contents[tenant]?.drop(CollectionKey(.teamMember, of: id))
        self.remove(team, in: teams, now: now)
    }
}
