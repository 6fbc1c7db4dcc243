import HTTPTypes
import Logging

/// `/subscriptions`: create, list, read, renew, reauthorize, delete.
struct SubscriptionsEndpoint: Sendable {
    let state: EmulatorState
    let validation: ValidationCall
    /// How long the answer to a create is held back.
    let answerDelay: Duration
    /// Where this version of Graph begins, for links.
    let root: String

    private var entityContext: String { "\(self.root)/$metadata#subscriptions/$entity" }

    func answer(
        _ target: GraphTarget, id: String, _ request: EmulatorRequest, _ caller: Caller
    ) async throws(GraphRefusal) -> GraphAnswer {
        let operation = Self.operation(target, request.method)
        try self.state.read { graph, now throws(GraphRefusal) in
            try graph.throttle.take(operation, by: caller, now: now)
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
            try self.state.change { graph, now throws(GraphRefusal) in
                try graph.deleteSubscription(id, of: caller, now: now)
            }
            return .nothing
        case (.reauthorization, .post): return try await self.reauthorize(id, caller)
        case (.vapidPublicKey, .get):
            var object = JSONObject()
            object.set("@odata.context", "\(self.root)/$metadata#Edm.String")
            object.set("value", self.state.read { graph, _ in graph.vapidPublicKey })
            return .json(object)
        case (.subscriptions, _): throw .noResource(at: request.base + request.path)
        default: throw .methodNotAllowed
        }
    }

    private static func operation(_ target: GraphTarget, _ method: HTTPRequest.Method) -> ThrottleWindows.Operation {
        switch (target, method) {
        case (.reauthorization, _): .reauthorize
        case (.subscriptions, .get): .list
        case (_, .get): .read
        default: .write
        }
    }

    /// The call stays open until the receiver has answered the handshake, as Graph's does.
    private func create(_ request: EmulatorRequest, _ caller: Caller) async throws(GraphRefusal) -> GraphAnswer {
        var draft = try SubscriptionDraft(request.body, for: "creation")
        draft.usesImmutableIDs = request.prefersImmutableIDs
        let proposal = try self.state.read { graph, now throws(GraphRefusal) in
            try graph.propose(draft, from: caller, now: now)
        }
        let urls = self.state.read { graph, now in graph.unvalidated(proposal.urls, now: now) }
        try await self.handshake(urls)
        let subscription = try self.state.change { graph, now throws(GraphRefusal) in try graph.admit(proposal, now: now) }
        // Cut short only when the program ends.
        if self.answerDelay > .zero { try? await self.state.clock.sleep(self.answerDelay) }
        return self.entity(subscription, .created)
    }

    private func update(
        _ id: String, _ request: EmulatorRequest, _ caller: Caller
    ) async throws(GraphRefusal) -> GraphAnswer {
        let draft = try SubscriptionDraft(request.body, for: "update")
        let (urls, requestedAt) = try self.state.read { graph, now throws(GraphRefusal) in
            (try graph.proposeUpdate(of: id, with: draft, from: caller, now: now), now)
        }
        try await self.handshake(urls)
        let (subscription, isTooSoon) = try self.state.change { graph, now throws(GraphRefusal) in
            try graph.update(id, with: draft, from: caller, requestedAt: requestedAt, now: now)
        }
        self.warn(ifTooSoon: isTooSoon)
        return self.entity(subscription)
    }

    private func reauthorize(_ id: String, _ caller: Caller) async throws(GraphRefusal) -> GraphAnswer {
        let urls = try self.state.read { graph, now throws(GraphRefusal) in
            try graph.proposeReauthorization(of: id, from: caller, now: now)
        }
        try await self.handshake(urls)
        let isTooSoon = try self.state.change { graph, now throws(GraphRefusal) in
            try graph.reauthorize(id, from: caller, now: now)
        }
        self.warn(ifTooSoon: isTooSoon)
        return .nothing
    }

    private func warn(ifTooSoon isTooSoon: Bool) {
        guard isTooSoon else { return }
        self.validation.logger.warning(
            "A subscription was renewed and reauthorized within ten minutes: Graph says that this may confuse it"
        )
    }

    /// Asks the URLs one after the other; each has a token of its own.
    private func handshake(_ urls: [String]) async throws(GraphRefusal) {
        for url in urls {
            let token = self.state.read { graph, _ in graph.validationToken() }
            try await self.validation.validate(url, token: token)
            self.state.read { graph, now in graph.validated(url, now: now) }
        }
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
