import HTTPTypes

/// Lists, in pages.
extension DataEndpoint {
    func list(_ kind: EntityKind, _ keys: [String: String], of graph: EmulatedGraph) throws(GraphRefusal) -> GraphAnswer {
        let scope = try graph.scope(kind, keys, tenant: self.tenant)
        var entities = graph.entities(in: scope)
        switch kind {
        case .message, .chatMessage: entities.reverse()
        case .channelMessage:
            if scope.container == nil { entities.removeAll { $0.container != nil } }
            entities.reverse()
        case .mailFolder where scope.container == nil: entities.removeAll { $0.container != nil }
        case .chat:
            guard let user = keys["user"] else { break }
            let id = try graph.user(user, tenant: self.tenant).id
            let data = graph.data(of: self.tenant)
            entities.removeAll { !data.users(ofChat: $0.id).contains(id) }
        default: break
        }
        return try self.page(of: entities, in: scope, graph)
    }

    func calendarView(_ keys: [String: String], of graph: EmulatedGraph) throws(GraphRefusal) -> GraphAnswer {
        let query = self.request.lowercasedQuery
        guard let start = query["startdatetime"].flatMap(DeltaQuery.moment),
            let end = query["enddatetime"].flatMap(DeltaQuery.moment), start <= end
        else { throw .windowRequired }
        let scope = try graph.scope(.event, keys, tenant: self.tenant)
        let events = graph.entities(in: scope).filter { $0.isIn(start..<end) }
            .sorted { ($0.span?.lowerBound ?? 0, $0.id) < ($1.span?.lowerBound ?? 0, $1.id) }
        return try self.page(of: events, in: scope, graph, others: ["startdatetime", "enddatetime"])
    }

    /// One page, with a link to the next if there is one.
    func page(
        of all: [Entity], in scope: EntityScope, _ graph: EmulatedGraph, others: Set<String> = []
    ) throws(GraphRefusal) -> GraphAnswer {
        let options = try QueryOptions(self.request.query, others: others)
        let wanted = options.apply(to: all)
        let size = options.top ?? self.request.preferredPageSize ?? scope.kind.pageSize
        let rest = wanted.dropFirst(options.skip)
        let immutableIDs = self.request.prefersImmutableIDs
        var object = JSONObject()
        let select = options.select.map { "(\($0.joined(separator: ",")))" } ?? ""
        object.set("@odata.context", "\(self.root)/$metadata#\(scope.context)\(select)")
        if options.wantsCount { object.set("@odata.count", wanted.count) }
        object.set(
            "value",
            rest.prefix(size).map {
                JSONObject(graph.shown($0, in: scope, select: options.select, immutableIDs: immutableIDs))
            }
        )
        if rest.count > size {
            object.set("@odata.nextLink", self.next(after: options.skip + size, scope.type.family, top: options.top))
        }
        return .json(object)
    }

    /// The directory and Teams do not count what they skip in the open.
    private func next(after count: Int, _ family: EntityType.Family, top: Int?) -> String {
        var query = self.request.rawQuery(without: ["$skip", "$skiptoken"])
        if !query.isEmpty { query += "&" }
        switch family {
        case .outlook: query += "$skip=\(count)"
        case .directory, .drive, .teams, .presence: query += "$skiptoken=\(SkipToken(number: count).text)"
        }
        return "\(self.request.base)\(self.request.path)?\(query)"
    }

    func members(
        _ role: GroupMembership.Role, _ keys: [String: String], of graph: EmulatedGraph
    ) throws(GraphRefusal) -> GraphAnswer {
        let group = try graph.entity(keys["group"] ?? "", in: graph.groupsScope(self.tenant))
        let options = try QueryOptions(self.request.query)
        let size = options.top ?? EntityKind.user.pageSize
        let rest = graph.members(of: group.id, role, tenant: self.tenant).dropFirst(options.skip)
        var object = JSONObject()
        object.set("@odata.context", "\(self.root)/$metadata#directoryObjects")
        object.set(
            "value",
            rest.prefix(size).map { kind, entity in
                var members: JSONMembers = ["@odata.type": .string("#microsoft.graph.\(kind.type.name)")]
                let scope = kind == .user ? graph.usersScope(self.tenant) : graph.groupsScope(self.tenant)
                members.merge(graph.shown(entity, in: scope, select: options.select))
                return JSONObject(members)
            }
        )
        if rest.count > size {
            object.set("@odata.nextLink", self.next(after: options.skip + size, .directory, top: options.top))
        }
        return .json(object)
    }

    func presences(of graph: EmulatedGraph) throws(GraphRefusal) -> GraphAnswer {
        let ids = try self.request.object()["ids"]?.array?.compactMap(\.string) ?? []
        guard (1...EmulatedGraph.presencesPerSubscription).contains(ids.count) else {
            throw GraphRefusal(.badRequest, "InvalidArgument", "Between 1 and 650 ids are needed.")
        }
        let scope = graph.presenceScope(self.tenant)
        var object = JSONObject()
        object.set("@odata.context", "\(self.root)/$metadata#Collection(presence)")
        object.set("value", ids.compactMap { try? graph.entity($0, in: scope) }.map { JSONObject(graph.shown($0, in: scope)) })
        return .json(object)
    }
}
