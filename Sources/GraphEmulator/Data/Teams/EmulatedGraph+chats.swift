import GraphNotifications
import HTTPTypes

/// Chats, their members and messages, and the messages of channels.
extension EmulatedGraph {
    func chatsScope(_ tenantID: String) -> EntityScope {
        EntityScope(tenantID: tenantID, key: CollectionKey(.chat), context: "chats")
    }

    func chatScope(_ kind: EntityKind, of chat: String, tenant: String) -> EntityScope {
        EntityScope(tenantID: tenant, key: CollectionKey(kind, of: chat), context: "chats('\(chat)')/\(kind.type.plural)")
    }

    /// - Parameter people: The users in it, with their roles.
    mutating func createChat(
        _ accepted: JSONMembers, with people: [ConversationMember], tenant: String, now: Int64
    ) throws(GraphRefusal) -> Entity {
        guard ["oneOnOne", "group"].contains(accepted["chatType"]?.string ?? ""), !people.isEmpty else {
            throw GraphRefusal(.badRequest, "BadRequest", "A chat needs a chatType of 'oneOnOne' or 'group', and members.")
        }
        var members = accepted
        members["members"] = nil
        members["tenantId"] = .string(tenant)
        for person in people { _ = try self.user(person.user, tenant: tenant) }
        let chat = try self.insert(members, in: self.chatsScope(tenant), now: now)
        let scope = self.chatScope(.chatMember, of: chat.id, tenant: tenant)
        for person in people { try self.addConversationMember(person, in: scope, now: now) }
        return chat
    }

    /// Adds somebody to a chat, team or channel.
    @discardableResult
    mutating func addConversationMember(
        _ member: ConversationMember, in scope: EntityScope, now: Int64
    ) throws(GraphRefusal) -> Entity {
        let user = try self.user(member.user, tenant: scope.tenantID)
        guard !self.entities(in: scope).contains(where: { $0.text("userId") == user.id }) else {
            throw GraphRefusal(.badRequest, "BadRequest", "The user is already a member.")
        }
        return try self.insert(
            [
                "roles": .array(member.roles.map { .string($0) }), "displayName": JSONValue(user.text("displayName")),
                "userId": .string(user.id), "email": JSONValue(user.text("mail")), "tenantId": .string(scope.tenantID),
            ],
            in: scope, now: now
        )
    }

    /// Says something in a chat or a channel.
    ///
    /// - Parameter sender: The user who says it; `nil` for the first member.
    @discardableResult
    mutating func say(
        _ accepted: JSONMembers, from sender: String?, in scope: EntityScope, now: Int64
    ) throws(GraphRefusal) -> Entity {
        guard accepted["body"]?.object != nil else {
            throw GraphRefusal(.badRequest, "BadRequest", "Missing body content.")
        }
        var members = accepted
        if let user = self.speaker(sender, in: scope) {
            members["from"] = [
                "application": .null, "device": .null,
                "user": [
                    "@odata.type": "#microsoft.graph.teamworkUserIdentity", "id": .string(user.id),
                    "displayName": JSONValue(user.text("displayName")), "userIdentityType": "aadUser",
                    "tenantId": .string(scope.tenantID),
                ],
            ]
        }
        if scope.kind == .chatMessage {
            members["chatId"] = .string(scope.key.owner)
        } else {
            members["channelIdentity"] = [
                "teamId": .string(TenantData.team(ofChannel: scope.key.owner)),
                "channelId": .string(TenantData.channel(scope.key.owner)),
            ]
        }
        return try self.insert(members, in: scope, now: now)
    }

    /// Who says something if nobody says who: the first member of a chat, or else the first user.
    private func speaker(_ sender: String?, in scope: EntityScope) -> Entity? {
        let data = self.data(of: scope.tenantID)
        let somebody = data.entities(in: CollectionKey(.chatMember, of: scope.key.owner)).first?.text("userId")
        return (sender ?? somebody).flatMap { data.user($0) } ?? data.entities(in: CollectionKey(.user)).first
    }

    mutating func edit(
        _ id: String, with accepted: JSONMembers, in scope: EntityScope, now: Int64
    ) throws(GraphRefusal) -> Entity {
        var members = accepted
        if members["body"] != nil { members["lastEditedDateTime"] = .string(GraphDateTime.utc(now)) }
        return try self.update(id, in: scope, with: members, now: now)
    }

    /// Deletes a message so that it can be brought back: it stays, without its text.
    mutating func deleteSoftly(message id: String, in scope: EntityScope, now: Int64) throws(GraphRefusal) {
        let before = try self.entity(id, in: scope)
        guard before.members["deletedDateTime"] ?? .null == .null else { return }
        var entity = before
        entity.hidden["body"] = before.members["body"]
        entity.members["deletedDateTime"] = .string(GraphDateTime.utc(now))
        entity.members["body"] = MessageBody(isHTML: false, content: "").json
        self.replace(before, with: entity, in: scope, announced: .deleted, now: now)
    }

    mutating func bringBack(message id: String, in scope: EntityScope, now: Int64) throws(GraphRefusal) {
        let before = try self.entity(id, in: scope)
        guard let body = before.hidden["body"] else { return }
        var entity = before
        entity.hidden["body"] = nil
        entity.members["deletedDateTime"] = .null
        entity.members["body"] = body
        self.replace(before, with: entity, in: scope, now: now)
    }

    /// Adds or takes back what somebody thinks of a message.
    mutating func react(
        _ reaction: String, from user: String?, isSet: Bool, to id: String, in scope: EntityScope, now: Int64
    ) throws(GraphRefusal) {
        let message = try self.entity(id, in: scope)
        let somebody = user ?? message.members[path: ["from", "user", "id"]]?.string ?? ""
        var reactions = message.members["reactions"]?.array ?? []
        reactions.removeAll {
            $0.object?["reactionType"]?.string == reaction && $0.object?[path: ["user", "user", "id"]]?.string == somebody
        }
        if isSet {
            reactions.append([
                "reactionType": .string(reaction), "createdDateTime": .string(GraphDateTime.utc(now)),
                "user": ["user": ["id": .string(somebody)]],
            ])
        }
        try self.update(id, in: scope, with: ["reactions": .array(reactions)], now: now)
    }

    func user(_ key: String, tenant: String) throws(GraphRefusal) -> Entity {
        guard let user = self.data(of: tenant).user(key) else { throw .unknownUser(key) }
        return user
    }
}
