import HTTPTypes

/// What can be done besides reading and writing.
extension DataEndpoint {
    func act(
        _ action: GraphAction, _ keys: [String: String], in graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        switch action {
        case .sendMail, .sendDraft, .move, .copy, .deleteMessage:
            return try self.mail(action, keys, in: &graph, now: now)
        case .restore: return try self.restore(keys["id"] ?? "", in: &graph, now: now)
        case .deleteSoftly, .bringBack, .react, .takeReactionBack:
            try self.chat(action, keys, in: &graph, now: now)
            return .nothing
        case .setPresence, .clearPresence:
            let user = try graph.user(keys["user"] ?? "", tenant: self.tenant)
            let body = action == .setPresence ? try self.request.object() : ["availability": "Offline", "activity": "Offline"]
            try graph.setPresence(
                body["availability"]?.string ?? "", body["activity"]?.string ?? "", of: user, tenant: self.tenant, now: now
            )
            return .nothing(.ok)
        case .makeTeam:
            let members = try EntityType.team.accept(self.request.object())
            let team = try graph.createTeam(members, with: [], id: keys["group"], tenant: self.tenant, now: now)
            return self.answer(team, in: graph.teamsScope(self.tenant), of: graph, .created)
        }
    }

    func memberLinks(
        _ role: GroupMembership.Role, _ keys: [String: String], in graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        let group = try graph.entity(keys["group"] ?? "", in: graph.groupsScope(self.tenant))
        switch self.request.method {
        case .post:
            guard let id = try self.request.object()["@odata.id"]?.string.flatMap(ConversationMember.lastKey) else {
                throw .malformedBody
            }
            try graph.addMember(id, to: group.id, as: role, tenant: self.tenant, now: now)
            return .nothing
        case .delete:
            try graph.removeMember(keys["id"] ?? "", from: group.id, as: role, tenant: self.tenant, now: now)
            return .nothing
        default:
            var object = JSONObject()
            object.set("@odata.context", "\(self.root)/$metadata#Collection($ref)")
            let members = graph.members(of: group.id, role, tenant: self.tenant)
            object.set(
                "value",
                members.map { kind, entity in
                    JSONObject(["@odata.id": .string("\(self.root)/\(kind.type.plural)/\(entity.id)")])
                }
            )
            return .json(object)
        }
    }

    private func mail(
        _ action: GraphAction, _ keys: [String: String], in graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        let scope = try graph.scope(.message, keys, tenant: self.tenant)
        if action == .sendMail {
            let body = try self.request.object()
            guard let message = (body["message"] ?? body["Message"])?.object else { throw .malformedBody }
            let keepsCopy = (body["saveToSentItems"] ?? body["SaveToSentItems"])?.bool ?? true
            try graph.send(EntityType.message.accept(message), from: scope, keepsCopy: keepsCopy, now: now)
            return .nothing(.accepted)
        }
        let message = try graph.entity(keys["id"] ?? "", in: scope)
        switch action {
        case .sendDraft:
            try graph.send(message.members, from: scope, keepsCopy: true, now: now)
            graph.remove(message, in: scope, now: now)
            return .nothing(.accepted)
        case .deleteMessage:
            graph.remove(message, in: scope, now: now)
            return .nothing
        default:
            let body = try self.request.object()
            let name = (body["destinationId"] ?? body["DestinationId"])?.string ?? ""
            guard let folder = graph.data(of: self.tenant).container(name, .mailFolder, of: scope.key.owner) else {
                throw .itemNotFound
            }
            let moved =
                action == .move
                ? graph.move(message, to: folder, in: scope, now: now)
                : try graph.copy(message, to: folder, in: scope, now: now)
            return self.answer(moved, in: scope, of: graph, .created)
        }
    }

    private func restore(_ id: String, in graph: inout EmulatedGraph, now: Int64) throws(GraphRefusal) -> GraphAnswer {
        let groups = graph.deletedScope(.deletedGroup, self.tenant)
        if let group = try? graph.entity(id, in: groups) {
            let restored = try graph.restore(group, from: groups, now: now)
            return self.answer(restored, in: graph.groupsScope(self.tenant), of: graph)
        }
        let users = graph.deletedScope(.deletedUser, self.tenant)
        let restored = try graph.restore(graph.entity(id, in: users), from: users, now: now)
        return self.answer(restored, in: graph.usersScope(self.tenant), of: graph)
    }

    private func chat(
        _ action: GraphAction, _ keys: [String: String], in graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) {
        let scope = try graph.scope(keys["chat"] == nil ? .channelMessage : .chatMessage, keys, tenant: self.tenant)
        let id = try graph.entity(keys["id"] ?? "", in: scope).id
        switch action {
        case .deleteSoftly: try graph.deleteSoftly(message: id, in: scope, now: now)
        case .bringBack: try graph.bringBack(message: id, in: scope, now: now)
        default:
            guard let reaction = try self.request.object()["reactionType"]?.string, !reaction.isEmpty else {
                throw .malformedBody
            }
            try graph.react(
                reaction, from: self.caller?.userID, isSet: action == .react, to: id, in: scope, now: now
            )
        }
    }
}
