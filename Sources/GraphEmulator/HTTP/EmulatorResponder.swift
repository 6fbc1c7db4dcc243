import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Answers every request that reaches the emulator.
struct EmulatorResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let state: EmulatorState
    let validation: ValidationCall
    let bodyLimit: Int
    /// Whether data may be read and changed only with a token.
    let requiresTokens: Bool
    /// How long the answer to a create is held back.
    let answerDelay: Duration
    /// Whether requests come over TLS.
    let isSecure: Bool

    func respond(to request: Request, context: Context) async throws -> Response {
        let clientID = request.headers[.clientRequestID]
        let path = request.head.path?.prefix { $0 != "?" } ?? "/"
        let (identity, effects) = self.state.read { graph, now in
            (
                graph.identity(clientRequestID: clientID, now: now),
                graph.faults.effects(method: request.method.rawValue, path: path)
            )
        }
        let faults = RequestFaults(effects)
        var answer = await faults.answer(identity, clock: self.state.clock) { await self.answer(request, identity) }
        answer.fields[.requestID] = identity.id
        answer.fields[.clientRequestID] = identity.clientID
        answer.fields[.diagnostic] =
            #"{"ServerInfo":{"DataCenter":"Emulator","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"TIDINGS"}}"#
        // 204 has no body, and no length either.
        var body = answer.status == .noContent ? ResponseBody() : ResponseBody(byteBuffer: answer.body)
        if faults.breaksOff { body = ResponseBody { _ in throw BrokenOff() } }
        var response = Response(status: answer.status, headers: answer.fields, body: body)
        if answer.status == .noContent { response.headers[.contentLength] = nil }
        return response
    }

    /// Closes the connection where the body of an answer should stand.
    private struct BrokenOff: Error {}

    private func answer(_ request: Request, _ identity: RequestIdentity) async -> GraphAnswer {
        let authority = request.head.authority ?? "127.0.0.1"
        do throws(GraphRefusal) {
            // Without this a page from elsewhere could reach the emulator through the user's browser.
            guard Loopback.contains(authority: authority),
                request.headers[.origin].map(Loopback.contains(origin:)) ?? true
            else { throw .foreignPage }
            var emulated = EmulatorRequest(
                request.method, request.head.path ?? "/", authority: authority, fields: request.headers,
                body: try await self.body(of: request)
            )
            emulated.isSecure = self.isSecure
            return try await self.answer(emulated, identity)
        } catch {
            var answer = GraphAnswer.refusal(error, of: identity)
            if error.status == .unauthorized { answer.fields[.wwwAuthenticate] = "Bearer realm=\"\"" }
            return answer
        }
    }

    private func body(of request: Request) async throws(GraphRefusal) -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: self.bodyLimit)
        } catch is NIOTooManyBytesError {
            throw .bodyTooLarge(limit: self.bodyLimit)
        } catch {
            throw .malformedBody
        }
    }

    private func answer(
        _ request: EmulatorRequest, _ identity: RequestIdentity
    ) async throws(GraphRefusal) -> GraphAnswer {
        switch GraphRoute(path: request.path) {
        case .page:
            guard request.method == .get else { throw .methodNotAllowed }
            return .text(EmulatorPage.text(for: self.state.read { graph, _ in graph.tenants[0] }, base: request.base))
        case .live:
            guard request.method == .get else { throw .methodNotAllowed }
            return .text("ok\n")
        case .signIn(let route):
            return try SignInEndpoint(state: self.state, identity: identity).answer(route, request)
        case .graph(let target, let keys, let version):
            return try await self.answer(target, keys, at: "\(request.base)/\(version)", request, identity)
        case .unknownSegment(let segment): throw .unknownSegment(segment)
        case .unknown: throw .unknownPath
        }
    }

    /// - Parameter root: Where this version of Graph begins, for links.
    private func answer(
        _ target: GraphTarget, _ keys: [String: String], at root: String, _ request: EmulatorRequest,
        _ identity: RequestIdentity
    ) async throws(GraphRefusal) -> GraphAnswer {
        let caller = try self.state.caller(authorization: request.fields[.authorization])
        switch target {
        case .subscriptions, .subscription, .reauthorization, .vapidPublicKey:
            guard let caller else { throw .emptyToken }
            let endpoint = SubscriptionsEndpoint(
                state: self.state, validation: self.validation, answerDelay: self.answerDelay, root: root
            )
            return try await endpoint.answer(target, id: keys["id"] ?? "", request, caller)
        case .batch:
            guard request.method == .post else { throw .methodNotAllowed }
            return try await self.batch(request, identity)
        default:
            guard caller != nil || !self.requiresTokens else { throw .emptyToken }
            return try self.state.change { graph, now throws(GraphRefusal) in
                let tenant = caller?.tenantID ?? graph.tenants[0].id
                return try DataEndpoint(root: root, request: request, caller: caller, tenant: tenant)
                    .answer(target, keys, from: &graph, now: now)
            }
        }
    }

    /// Does several requests at once.
    private func batch(_ request: EmulatorRequest, _ identity: RequestIdentity) async throws(GraphRefusal) -> GraphAnswer {
        let version = String(request.path.split(separator: "/").first ?? "v1.0")
        var batch = try BatchStateMachine(request.object(), version: version, outer: request)
        while let step = batch.next() {
            let answer: GraphAnswer
            do throws(GraphRefusal) {
                answer = try await self.answer(step.request, identity)
            } catch {
                answer = .refusal(error, of: identity)
            }
            batch.finished(step.id, answer)
        }
        return self.state.read { graph, _ in .json(batch.body(random: &graph.random)) }
    }
}

extension HTTPField.Name {
    /// Where the page is from that makes the request.
    static let origin = HTTPField.Name("Origin")!
}
