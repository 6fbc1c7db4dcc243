import HTTPTypes
import NIOCore

/// Everything under Graph's root that is not about subscriptions.
struct DataEndpoint {
    /// Where this version of Graph begins, for links.
    let root: String
    let request: EmulatorRequest
    /// `nil` for whoever shows no token, which only this machine can: to that caller everything is open.
    let caller: Caller?
    /// Whose data it is.
    let tenant: String

    func answer(
        _ target: GraphTarget, _ keys: [String: String], from graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        guard target.methods.contains(self.request.method) else { throw .methodNotAllowed }
        var keys = keys
        for (name, value) in keys where value == GraphRoute.me {
            guard let user = self.caller?.userID else { throw .meNeedsUser }
            keys[name] = user
        }
        try self.checkPermission(to: target, keys, in: graph)
        switch target {
        case .collection(let kind):
            if self.request.method == .post { return try self.create(kind, keys, in: &graph, now: now) }
            return try self.list(kind, keys, of: graph)
        case .entity(let kind): return try self.entity(kind, keys, in: &graph, now: now)
        case .delta(let kind): return try self.delta(kind, keys, of: graph, now: now)
        case .calendarView: return try self.calendarView(keys, of: graph)
        case .members(let role): return try self.members(role, keys, of: graph)
        case .memberLinks(let role), .memberLink(let role): return try self.memberLinks(role, keys, in: &graph, now: now)
        case .action(let action): return try self.act(action, keys, in: &graph, now: now)
        case .drive, .driveRoot, .driveItemAtPath, .children, .childrenAtPath, .content, .contentAtPath:
            return try self.drive(target, keys, in: &graph, now: now)
        case .presence:
            let user = try graph.user(keys["user"] ?? "", tenant: self.tenant)
            let scope = graph.presenceScope(self.tenant)
            return self.answer(try graph.entity(user.id, in: scope), in: scope, of: graph)
        case .presencesByID: return try self.presences(of: graph)
        case .subscriptions, .subscription, .reauthorization, .vapidPublicKey, .batch:
            preconditionFailure("Subscriptions and batches are answered elsewhere")
        }
    }

    // MARK: - One

    private func entity(
        _ kind: EntityKind, _ keys: [String: String], in graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        let (scope, entity) = try self.find(kind, keys, in: graph)
        switch self.request.method {
        case .patch: return try self.update(entity, in: scope, of: &graph, now: now)
        case .delete:
            try self.delete(entity, in: scope, of: &graph, now: now)
            return .nothing
        default:
            let options = try QueryOptions(self.request.query)
            return self.answer(entity, in: scope, of: graph, select: options.select)
        }
    }

    private func find(
        _ kind: EntityKind, _ keys: [String: String], in graph: EmulatedGraph
    ) throws(GraphRefusal) -> (EntityScope, Entity) {
        let id = keys["id"] ?? ""
        if kind == .deletedUser {
            let groups = graph.deletedScope(.deletedGroup, self.tenant)
            if let group = try? graph.entity(id, in: groups) { return (groups, group) }
        }
        let scope = try graph.scope(kind, keys, tenant: self.tenant)
        if kind == .user { return (scope, try graph.user(id, tenant: self.tenant)) }
        // Folders have names too.
        let owner = scope.key.owner
        if let found = graph.data(of: self.tenant).container(id, kind, of: owner), kind == .mailFolder || kind == .contactFolder {
            return (scope, found)
        }
        return (scope, try graph.entity(id, in: scope))
    }

    private func update(
        _ entity: Entity, in scope: EntityScope, of graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        let members = try scope.type.accept(self.request.object())
        let updated: Entity
        switch scope.kind {
        case .user: updated = try graph.updateUser(entity.id, with: members, tenant: self.tenant, now: now)
        case .event: updated = try graph.updateEvent(entity.id, with: members, in: scope, now: now)
        case .driveItem: updated = try graph.updateItem(entity.id, with: members, in: scope, now: now)
        case .chatMessage, .channelMessage: updated = try graph.edit(entity.id, with: members, in: scope, now: now)
        default: updated = try graph.update(entity.id, in: scope, with: members, now: now)
        }
        switch scope.kind {
        case .user, .group, .team, .channel, .chatMessage, .channelMessage: return .nothing
        default: return self.answer(updated, in: scope, of: graph)
        }
    }

    private func delete(
        _ entity: Entity, in scope: EntityScope, of graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) {
        switch scope.kind {
        case .user, .group: try graph.deleteSoftly(entity, in: scope, now: now)
        case .deletedUser, .deletedGroup: graph.deleteFinally(entity, from: scope, now: now)
        case .mailFolder: try graph.deleteFolder(entity, in: scope, now: now)
        case .calendar: try graph.deleteContainer(entity, of: .event, in: scope, now: now)
        case .contactFolder: try graph.deleteContainer(entity, of: .contact, in: scope, now: now)
        case .taskList: try graph.deleteContainer(entity, of: .task, in: scope, now: now)
        case .list: try graph.deleteContainer(entity, of: .listItem, in: scope, now: now)
        case .driveItem: try graph.deleteItem(entity, in: scope, now: now)
        case .channel: graph.deleteChannel(entity, in: scope, now: now)
        // Graph keeps a message among the deleted items for a while; here it is gone.
        default: graph.remove(entity, in: scope, now: now)
        }
    }

    // MARK: - New ones

    private func create(
        _ kind: EntityKind, _ keys: [String: String], in graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        let scope = try graph.scope(kind, keys, tenant: self.tenant)
        let body = try self.request.object()
        if kind == .chatMember || kind == .teamMember {
            let member = try ConversationMember(body)
            return self.answer(try graph.addConversationMember(member, in: scope, now: now), in: scope, of: graph, .created)
        }
        let members = try scope.type.accept(body)
        let entity: Entity
        switch kind {
        case .user: entity = try graph.createUser(members, tenant: self.tenant, now: now)
        case .group: entity = try self.createGroup(members, body, in: &graph, now: now)
        case .message: entity = try graph.createMessage(members, in: scope, now: now)
        case .event: entity = try graph.createEvent(members, in: scope, now: now)
        case .contact: entity = try graph.createContact(members, in: scope, now: now)
        case .mailFolder, .contactFolder, .taskList, .list:
            entity = try graph.createFolder(members, in: scope, now: now)
        case .chat:
            entity = try graph.createChat(members, with: ConversationMember.all(in: body), tenant: self.tenant, now: now)
        case .team:
            let team = try graph.createTeam(members, with: ConversationMember.all(in: body), tenant: self.tenant, now: now)
            var answer = GraphAnswer.nothing(.accepted)
            answer.fields[.location] = "/teams('\(team.id)')/operations('\(graph.random.guid())')"
            answer.fields[.contentLocation] = "/teams('\(team.id)')"
            return answer
        case .channel: entity = try graph.createChannel(members, in: scope, now: now)
        case .chatMessage, .channelMessage:
            entity = try graph.say(members, from: self.caller?.userID, in: scope, now: now)
        default: entity = try graph.insert(members, in: scope, now: now)
        }
        return self.answer(entity, in: scope, of: graph, .created)
    }

    private func createGroup(
        _ members: JSONMembers, _ body: JSONMembers, in graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> Entity {
        let group = try graph.createGroup(members, tenant: self.tenant, now: now)
        for role in [GroupMembership.Role.owners, .members] {
            for link in body["\(role.rawValue)@odata.bind"]?.array ?? [] {
                guard let id = link.string.flatMap(ConversationMember.lastKey) else { throw .malformedBody }
                try graph.addMember(id, to: group.id, as: role, tenant: self.tenant, now: now)
            }
        }
        return group
    }

    // MARK: - Answers

    func answer(
        _ entity: Entity, in scope: EntityScope, of graph: EmulatedGraph, select: [String]? = nil,
        _ status: HTTPResponse.Status = .ok
    ) -> GraphAnswer {
        var object = JSONObject()
        object.set("@odata.context", "\(self.root)/$metadata#\(scope.context)/$entity")
        let members = graph.shown(entity, in: scope, select: select, immutableIDs: self.request.prefersImmutableIDs)
        object.append(JSONObject(members))
        return .json(object, status)
    }
}
