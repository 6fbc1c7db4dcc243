import GraphNotifications
import HTTPTypes

/// What has changed since somebody asked last.
extension EmulatedGraph {
    /// Answers one request.
    ///
    /// - Parameter token: As it stood in the link; in the first request a new one.
    func delta(
        in scope: EntityScope, _ query: DeltaQuery, token: DeltaToken, now: Int64
    ) throws(GraphRefusal) -> DeltaPage {
        let settings = self.settings.delta
        let collection = self.data(of: scope.tenantID).collection(scope.key)
        guard token.isFirst || collection.horizon...collection.lastChange ~= token.since,
            scope.type.family == .outlook || token.issuedAt + settings.tokenLifetime.milliseconds > now
        else { throw .resync(scope.type.family) }

        var token = token
        let upTo = token.upTo ?? max(token.since, collection.lastChange(at: now - settings.lag.milliseconds))
        func isWanted(_ entity: Entity) -> Bool { self.isWanted(entity, in: scope, query, since: token.since) }
        func wasWanted(_ gone: Tombstone) -> Bool { self.wasWanted(gone, in: scope, query) }
        if settings.replays, token.upTo == nil, token.since >= 0 {
            let told = collection.changes(after: -1, upTo: token.since, withGone: false, where: isWanted, wasWanted: wasWanted)
            if let last = told.last { token.after = last.number - 1 }
        }
        let changes = collection.changes(
            after: token.after, upTo: upTo, withGone: token.since >= 0, where: isWanted, wasWanted: wasWanted
        )
        let page = changes.prefix(query.pageSize ?? settings.pageSize)
        var next = token
        next.upTo = upTo
        if let last = page.last, page.count < changes.count || settings.hasEmptyPages {
            next.after = last.number
            return DeltaPage(items: page.map(\.item), token: next, isLast: false)
        }
        if settings.hasEmptyPages, !token.hasShownEmptyPage {
            next.hasShownEmptyPage = true
            return DeltaPage(items: [], token: next, isLast: false)
        }
        let round = DeltaToken(place: token.place, since: upTo, issuedAt: now, query: token.query)
        return DeltaPage(items: page.map(\.item), token: round, isLast: true)
    }

    /// Where somebody begins who wants to know only what happens from now on.
    func latest(in scope: EntityScope, place: String, query: String, now: Int64) -> DeltaToken {
        DeltaToken(
            place: place, since: self.data(of: scope.tenantID).collection(scope.key).lastChange, issuedAt: now, query: query
        )
    }

    /// An item of a page as Graph writes it.
    func json(
        _ item: DeltaPage.Item, in scope: EntityScope, _ query: DeltaQuery, since: Int, immutableIDs: Bool
    ) -> JSONObject {
        switch item {
        case .present(let entity):
            var members = self.shown(entity, in: scope, select: query.select, immutableIDs: immutableIDs)
            if scope.type.family == .outlook {
                var typed: JSONMembers = ["@odata.type": .string("#microsoft.graph.\(scope.type.name)")]
                typed.merge(members)
                members = typed
            }
            if scope.kind == .group, query.select?.contains("members") ?? true {
                let changes = self.memberChanges(of: entity.id, tenant: scope.tenantID, since: since)
                if !changes.isEmpty { members["members@delta"] = .array(changes) }
            }
            return JSONObject(members)
        case .gone(let tombstone):
            let id = (immutableIDs ? tombstone.immutableID : nil) ?? tombstone.id
            var object = JSONObject()
            switch scope.type.family {
            case .drive:
                object.set("id", id)
                object.set("deleted", JSONObject(["state": "deleted"]))
            case .outlook, .directory, .teams, .presence:
                if scope.type.family == .outlook { object.set("@odata.type", "#microsoft.graph.\(scope.type.name)") }
                object.set("id", id)
                object.set("@removed", JSONObject(["reason": tombstone.isFinal ? "deleted" : "changed"]))
            }
            return object
        }
    }

    private func isWanted(_ entity: Entity, in scope: EntityScope, _ query: DeltaQuery, since: Int) -> Bool {
        guard scope.container == nil || entity.container == scope.container, !scope.kind.isTopOnly || entity.container == nil
        else { return false }
        if let window = query.window, !entity.isIn(window) { return false }
        if let filter = query.filter, !filter.matches(entity.members) { return false }
        return query.changeTypes?.contains(entity.createdIn > since ? .created : .updated) ?? true
    }

    private func wasWanted(_ gone: Tombstone, in scope: EntityScope, _ query: DeltaQuery) -> Bool {
        guard scope.container == nil || gone.container == scope.container, !scope.kind.isTopOnly || gone.container == nil
        else { return false }
        if let window = query.window, gone.span?.touches(window) != true { return false }
        if let ids = query.filter?.values(of: "id"), !ids.contains(gone.id) { return false }
        return query.changeTypes?.contains(.deleted) ?? true
    }

    /// Who has come to a group and who has left it after a change of the groups; all who are in it, for the first time.
    private func memberChanges(of group: String, tenant: String, since: Int) -> [JSONValue] {
        let data = self.data(of: tenant)
        guard let membership = data.memberships[group] else { return [] }
        var changes: [JSONValue] = membership.entries.filter { $0.role == .members && $0.change > since }.map { entry in
            let isUser = data.entity(entry.id, in: CollectionKey(.user)) != nil
            return ["@odata.type": isUser ? "#microsoft.graph.user" : "#microsoft.graph.group", "id": .string(entry.id)]
        }
        if since >= 0 {
            changes += membership.removed.filter { $0.role == .members && $0.change > since }.map { entry in
                ["@odata.type": "#microsoft.graph.user", "id": .string(entry.id), "@removed": ["reason": "deleted"]]
            }
        }
        return changes
    }
}

extension EntityKind {
    /// Those whose lists leave out what lies inside another: replies.
    var isTopOnly: Bool { self == .channelMessage }
}

extension GraphRefusal {
    /// Says that somebody has to begin again.
    static func resync(_ family: EntityType.Family) -> GraphRefusal {
        switch family {
        case .outlook:
            GraphRefusal(.gone, "syncStateNotFound", "The sync state is not found. Begin again without a token.")
        case .directory, .drive, .teams, .presence:
            GraphRefusal(
                .gone, "resyncRequired",
                "Resync required. Replace any local items with the server's version (including deletes)."
            )
        }
    }
}
