import HTTPTypes

/// `…/delta`: what has changed since the last time.
extension DataEndpoint {
    func delta(
        _ kind: EntityKind, _ keys: [String: String], of graph: EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        let scope = try graph.scope(kind, keys, tenant: self.tenant)
        let place = "\(graph.epoch) \(scope.tenantID) \(kind.rawValue) \(scope.key.owner) \(scope.container ?? "")"
        let sent = self.request.lowercasedQuery
        let baked = self.request.rawQuery(without: DeltaQuery.tokens)

        var token = DeltaToken(place: place, since: -1, issuedAt: now, query: baked)
        if let text = DeltaQuery.tokens.sorted().lazy.compactMap({ sent[$0] }).first(where: { !$0.isEmpty }) {
            if text == "latest", scope.type.family != .outlook {
                _ = try DeltaQuery(sent, for: kind)
                let latest = graph.latest(in: scope, place: place, query: baked, now: now)
                return self.answer(DeltaPage(items: [], token: latest, isLast: true), [], DeltaToken?.none, in: scope)
            }
            if kind == .driveItem, let moment = GraphDateTime.parse(text) {
                let collection = graph.data(of: self.tenant).collection(scope.key)
                token = DeltaToken(place: place, since: collection.lastChange(at: moment), issuedAt: now, query: baked)
            } else {
                guard let known = DeltaToken(text), known.place == place else { return try self.resync(scope) }
                token = known
            }
        }
        var options: [String: String] = [:]
        for (name, value) in PercentCoding.fields(token.query) { options[name.lowercased()] = value }
        var query = try DeltaQuery(options, for: kind)
        query.pageSize = query.pageSize ?? self.request.preferredPageSize
        let page: DeltaPage
        do throws(GraphRefusal) {
            page = try graph.delta(in: scope, query, token: token, now: now)
        } catch {
            guard error.status == .gone else { throw error }
            return try self.resync(scope)
        }
        let immutableIDs = self.request.prefersImmutableIDs
        let items = page.items.map { graph.json($0, in: scope, query, since: token.since, immutableIDs: immutableIDs) }
        return self.answer(page, items, token, in: scope, select: query.select)
    }

    private func answer(
        _ page: DeltaPage, _ items: [JSONObject], _ token: DeltaToken?, in scope: EntityScope, select: [String]? = nil
    ) -> GraphAnswer {
        var object = JSONObject()
        let names = select.map { "(\($0.joined(separator: ",")))" } ?? ""
        let context = scope.type.family == .directory ? scope.context : "Collection(\(scope.type.name))"
        object.set("@odata.context", "\(self.root)/$metadata#\(context)\(names)")
        let option = scope.kind == .driveItem ? "token" : page.isLast ? "$deltatoken" : "$skiptoken"
        object.set(
            page.isLast ? "@odata.deltaLink" : "@odata.nextLink",
            "\(self.request.base)\(self.request.path)?\(option)=\(page.token.text)"
        )
        object.set("value", items)
        return .json(object)
    }

    /// Says that somebody has to begin again, and where.
    private func resync(_ scope: EntityScope) throws(GraphRefusal) -> GraphAnswer {
        let refusal = GraphRefusal.resync(scope.type.family)
        guard scope.type.family != .outlook else { throw refusal }
        let option = scope.kind == .driveItem ? "token" : "$deltatoken"
        throw refusal.with(location: "\(self.request.base)\(self.request.path)?\(option)=")
    }
}
