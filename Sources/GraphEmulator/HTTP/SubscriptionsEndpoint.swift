import HTTPTypes

/// `/subscriptions`: create, list, read, renew, reauthorize, delete.
struct SubscriptionsEndpoint: Sendable {
    let state: EmulatorState
    let validation: ValidationCall
    /// Where this version of Graph begins, for links.
    let root: String
    let requestID: String

    private var entityContext: String { "\(self.root)/$metadata#subscriptions/$entity" }

    func answer(
        _ target: GraphTarget, id: String, _ request: EmulatorRequest
    ) async throws(GraphRefusal) -> GraphAnswer {
        let authorization = request.fields[.authorization]
        let caller = try self.state.read { graph, now throws(GraphRefusal) in
            try graph.tokens.caller(authorization: authorization, now: now)
        }
        switch (target, request.method) {
        case (.subscriptions, .get): return try self.list(request, caller)
        case (.subscriptions, .post): return try await self.create(request, caller)
        case (.subscription, .get):
            let subscription = try self.state.read { graph, now throws(GraphRefusal) in
                try graph.subscription(id, of: caller, now: now)
            }
            return self.entity(subscription)
        case (.subscription, .patch): return try await self.update(id, request, caller)
        case (.subscription, .delete):
            try self.state.read { graph, now throws(GraphRefusal) in
                try graph.deleteSubscription(id, of: caller, now: now)
            }
            return .nothing
        case (.reauthorization, .post):
            _ = try self.state.read { graph, now throws(GraphRefusal) in
                try graph.subscription(id, of: caller, now: now)
            }
            return .nothing
        case (.subscriptions, _): throw .noResource(at: request.base + request.path)
        default: throw .methodNotAllowed
        }
    }

    /// The call stays open until the receiver has answered the handshake, as Graph's does.
    private func create(_ request: EmulatorRequest, _ caller: Caller) async throws(GraphRefusal) -> GraphAnswer {
        var draft = try SubscriptionDraft(request.body, for: "creation")
        draft.usesImmutableIDs = request.prefersImmutableIDs
        let proposal = try self.state.read { graph, now throws(GraphRefusal) in
            try graph.propose(draft, from: caller, now: now)
        }
        for url in proposal.urls { try await self.handshake(url) }
        let subscription = try self.state.read { graph, now throws(GraphRefusal) in try graph.admit(proposal, now: now) }
        return self.entity(subscription, .created)
    }

    private func update(
        _ id: String, _ request: EmulatorRequest, _ caller: Caller
    ) async throws(GraphRefusal) -> GraphAnswer {
        let draft = try SubscriptionDraft(request.body, for: "update")
        let requestedAt = try self.state.read { graph, now throws(GraphRefusal) in
            try graph.proposeUpdate(of: id, with: draft, from: caller, now: now)
            return now
        }
        if let url = draft.notificationURL { try await self.handshake(url) }
        let subscription = try self.state.read { graph, now throws(GraphRefusal) in
            try graph.update(id, with: draft, from: caller, requestedAt: requestedAt, now: now)
        }
        return self.entity(subscription)
    }

    private func handshake(_ url: String) async throws(GraphRefusal) {
        try await self.validation.validate(url, token: ValidationCall.token(requestID: self.requestID))
    }

    private func list(_ request: EmulatorRequest, _ caller: Caller) throws(GraphRefusal) -> GraphAnswer {
        let query = request.query
        if let option = query.keys.sorted().first(where: { $0 != "$skiptoken" }) { throw .unknownOption(option) }
        let last = try query["$skiptoken"].map { token throws(GraphRefusal) in try SkipToken(token).number } ?? 0
        let (page, hasMore) = self.state.read { graph, now in graph.subscriptions(of: caller, after: last, now: now) }
        var object = JSONObject()
        object.set("@odata.context", "\(self.root)/$metadata#subscriptions")
        object.set("value", page.map { $0.json(showsClientState: false) })
        if hasMore, let last = page.last {
            object.set("@odata.nextLink", "\(self.root)/subscriptions?$skiptoken=\(SkipToken(number: last.number).text)")
        }
        return .json(object)
    }

    private func entity(_ subscription: EmulatedSubscription, _ status: HTTPResponse.Status = .ok) -> GraphAnswer {
        var object = JSONObject()
        object.set("@odata.context", self.entityContext)
        object.append(subscription.json())
        return .json(object, status)
    }
}
