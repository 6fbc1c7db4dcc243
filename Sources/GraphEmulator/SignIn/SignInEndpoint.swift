import HTTPTypes
import NIOCore

/// The sign-in service over HTTP.
struct SignInEndpoint: Sendable {
    let state: EmulatorState
    let identity: RequestIdentity

    func answer(_ route: SignInRoute, _ request: EmulatorRequest) throws(GraphRefusal) -> GraphAnswer {
        switch route {
        case .deviceLogin: return try self.deviceLogin(request)
        case .machineIdentity, .serviceIdentity:
            return try IdentityEndpoint(state: self.state, isMachine: route == .machineIdentity).answer(request)
        case .instances: return .json(OpenIDMetadata.instances(base: request.base))
        case .token, .deviceCode, .metadata, .keys: return self.tokenAnswer(route, request)
        }
    }

    private func tokenAnswer(_ route: SignInRoute, _ request: EmulatorRequest) -> GraphAnswer {
        do throws(SignInRefusal) {
            switch route {
            case .token(let tenant):
                let form = try SignInForm(request)
                let grant = try self.state.read { graph, now throws(SignInRefusal) in
                    try graph.token(form, tenant: tenant, now: now)
                }
                return try self.signed { try grant.answer() }
            case .deviceCode(let tenant): return try self.deviceCode(SignInForm(request), tenant: tenant)
            case .metadata(let tenant, let version):
                try self.check(tenant: tenant)
                return .json(OpenIDMetadata(tenant: tenant, version: version, base: request.base).json)
            case .keys(let tenant, let version):
                try self.check(tenant: tenant)
                let keys = self.state.read { graph, now in graph.keys.served(at: now) }
                return .json(OpenIDMetadata(tenant: tenant, version: version, base: request.base).keys(keys))
            case .deviceLogin, .instances, .machineIdentity, .serviceIdentity:
                preconditionFailure("Not a route of tokens")
            }
        } catch {
            return .signIn(error.body(for: self.identity), error.status)
        }
    }

    private func check(tenant: String) throws(SignInRefusal) {
        guard !EmulatedGraph.shared.contains(tenant) else { return }
        guard self.state.read({ graph, _ in graph.tenant(tenant) }) != nil else { throw .unknownTenant(tenant) }
    }

    private func signed(_ answer: () throws -> JSONObject) throws(SignInRefusal) -> GraphAnswer {
        do {
            return .signIn(try answer(), .ok)
        } catch {
            throw .notSigned
        }
    }

    private func deviceCode(_ form: SignInForm, tenant: String) throws(SignInRefusal) -> GraphAnswer {
        let entry = try self.state.read { graph, now throws(SignInRefusal) in
            try graph.deviceCode(form, tenant: tenant, now: now)
        }
        let page = "\(form.base)/devicelogin"
        var object = JSONObject()
        object.set("user_code", entry.userCode)
        object.set("device_code", entry.deviceCode)
        object.set("verification_uri", page)
        object.set("expires_in", Int(DeviceCodeTable.lifetime))
        object.set("interval", Int(entry.interval / 1000))
        object.set(
            "message",
            "To sign in, use a web browser to open the page \(page) and enter the code \(entry.userCode) to authenticate."
        )
        return .signIn(object, .ok)
    }

    /// What the user does: a page to open, and a form to post.
    private func deviceLogin(_ request: EmulatorRequest) throws(GraphRefusal) -> GraphAnswer {
        let users = self.state.read { graph, _ in graph.users }
        guard request.method == .post else {
            guard request.method == .get else { throw .methodNotAllowed }
            return .html(DeviceLoginPage.text(for: users))
        }
        let form = PercentCoding.fields(String(buffer: request.body))
        let isApproved = form["decision"] != "decline"
        let isDone = self.state.read { graph, now in
            graph.decide(userCode: form["user_code"] ?? "", user: form["user"] ?? "", isApproved: isApproved, now: now)
        }
        guard isDone else { throw .unknownUserCode }
        return .text(isApproved ? "You have signed in on your device. You may close this page.\n" : "You have declined.\n")
    }
}

extension GraphRefusal {
    /// A fault of this emulator.
    static let notSigned = GraphRefusal(
        .internalServerError, "InternalServerError", "This emulator could not sign the token."
    )

    static let unknownUserCode = GraphRefusal(
        .badRequest, "InvalidRequest",
        "Nobody waits for this code and this user: send 'user_code', 'user' (id or name) and 'decision' (approve or decline)."
    )
}
