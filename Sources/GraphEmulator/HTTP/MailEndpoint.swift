import HTTPTypes
import NIOCore

/// `/users` and the mail below it.
struct MailEndpoint {
    /// Where this version of Graph begins, for links.
    let root: String
    /// `nil` is somebody on this machine, who may do everything in the first tenant.
    let caller: Caller?

    func answer(
        _ target: GraphTarget, _ request: EmulatorRequest, from graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        guard target.methods.contains(request.method) else { throw .methodNotAllowed }
        let access: ResourceFamily.Access = request.method == .get ? .read : .write
        let tenantID = self.caller?.tenantID ?? graph.tenants[0].id
        switch target {
        case .users:
            try self.caller?.require(.read, to: .user)
            return self.collection("users", graph.tenant(tenantID)?.users.map(\.json) ?? [])
        case .user(let key):
            try self.caller?.require(.read, to: .user)
            guard let user = graph.user(key, in: tenantID) else { throw .unknownUser(key) }
            return self.entity("users/$entity", user.json)
        case .folders(let user):
            let scope = try self.scope(.read, of: graph, user: user, folder: nil)
            let folders = graph.mailboxes[scope.user.id]?.folders ?? []
            return self.collection("users('\(scope.user.id)')/mailFolders", folders.map { self.folder($0, in: scope, of: graph) })
        case .folder(let name, let user):
            let scope = try self.scope(.read, of: graph, user: user, folder: name)
            guard let folder = scope.folder else { throw .itemNotFound }
            return self.entity("users('\(scope.user.id)')/mailFolders/$entity", self.folder(folder, in: scope, of: graph))
        case .messages(let user, let folder):
            let scope = try self.scope(access, of: graph, user: user, folder: folder)
            guard request.method == .post else { return try self.page(of: graph.messages(in: scope), scope, request) }
            let message = try graph.create(MessageDraft(request.body), in: scope, now: now)
            return self.message(message, in: scope, .created)
        case .message(let id, let user, let folder):
            let scope = try self.scope(access, of: graph, user: user, folder: folder)
            switch request.method {
            case .patch:
                // Graph looks for the message first.
                _ = try graph.message(id, in: scope)
                return self.message(try graph.update(id, in: scope, with: MessageDraft(request.body), now: now), in: scope)
            case .delete:
                try graph.delete(id, in: scope, now: now)
                return .nothing
            default:
                return self.message(try graph.message(id, in: scope), in: scope)
            }
        case .subscriptions, .subscription, .reauthorization, .vapidPublicKey:
            preconditionFailure("Subscriptions are not mail")
        }
    }

    /// The mailbox, if the caller may read or change it: a user's token opens only that user's.
    private func scope(
        _ access: ResourceFamily.Access, of graph: EmulatedGraph, user key: String, folder: String?
    ) throws(GraphRefusal) -> EmulatedGraph.MailScope {
        guard let caller else { return try graph.mailScope(user: key, folder: folder, in: graph.tenants[0].id) }
        try caller.require(access, to: .message)
        let scope = try graph.mailScope(user: key, folder: folder, in: caller.tenantID)
        guard caller.userID == nil || caller.userID == scope.user.id else { throw .accessDenied }
        return scope
    }

    /// Newest first, 10 at a time unless `$top` says otherwise.
    private func page(
        of messages: [EmulatedMessage], _ scope: EmulatedGraph.MailScope, _ request: EmulatorRequest
    ) throws(GraphRefusal) -> GraphAnswer {
        let query = request.query
        // What is not known to be harmless would change which messages there are.
        if let option = query.keys.sorted().first(where: { !["$top", "$skip", "$select", "$count"].contains($0) }) {
            throw .unknownOption(option)
        }
        let top = try self.number("$top", in: query, 1...1000) ?? 10
        let skip = try self.number("$skip", in: query, 0...1_000_000) ?? 0
        let rest = messages.dropFirst(skip)
        var object = JSONObject()
        object.set("@odata.context", "\(self.root)/$metadata#\(Self.path(scope))")
        object.set("value", rest.prefix(top).map(\.json))
        if rest.count > top {
            object.set("@odata.nextLink", "\(request.base)\(request.path)?$top=\(top)&$skip=\(skip + top)")
        }
        return .json(object)
    }

    private func number(
        _ name: String, in query: [String: String], _ range: ClosedRange<Int>
    ) throws(GraphRefusal) -> Int? {
        guard let text = query[name] else { return nil }
        guard let number = Int(text), range.contains(number) else { throw .invalidOption(name) }
        return number
    }

    private func folder(_ folder: MailFolder, in scope: EmulatedGraph.MailScope, of graph: EmulatedGraph) -> JSONObject {
        folder.json(messages: graph.messages(in: EmulatedGraph.MailScope(user: scope.user, folder: folder)))
    }

    private func message(
        _ message: EmulatedMessage, in scope: EmulatedGraph.MailScope, _ status: HTTPResponse.Status = .ok
    ) -> GraphAnswer {
        self.entity("\(Self.path(scope))/$entity", message.json, status)
    }

    private func entity(_ context: String, _ entity: JSONObject, _ status: HTTPResponse.Status = .ok) -> GraphAnswer {
        var object = JSONObject()
        object.set("@odata.context", "\(self.root)/$metadata#\(context)")
        object.append(entity)
        return .json(object, status)
    }

    private func collection(_ context: String, _ values: [JSONObject]) -> GraphAnswer {
        var object = JSONObject()
        object.set("@odata.context", "\(self.root)/$metadata#\(context)")
        object.set("value", values)
        return .json(object)
    }

    private static func path(_ scope: EmulatedGraph.MailScope) -> String {
        let folder = scope.folder.map { "/mailFolders('\(PercentCoding.encodeForm($0.id))')" } ?? ""
        return "users('\(scope.user.id)')\(folder)/messages"
    }
}
