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

    func respond(to request: Request, context: Context) async throws -> Response {
        let clientID = request.headers[.clientRequestID]
        let identity = self.state.read { graph, now in graph.identity(clientRequestID: clientID, now: now) }
        var answer = await self.answer(request, identity)
        answer.fields[.requestID] = identity.id
        answer.fields[.clientRequestID] = identity.clientID
        answer.fields[.diagnostic] =
            #"{"ServerInfo":{"DataCenter":"Emulator","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"TIDINGS"}}"#
        // 204 has no body, and no length either.
        let body = answer.status == .noContent ? ResponseBody() : ResponseBody(byteBuffer: answer.body)
        var response = Response(status: answer.status, headers: answer.fields, body: body)
        if answer.status == .noContent { response.headers[.contentLength] = nil }
        return response
    }

    private func answer(_ request: Request, _ identity: RequestIdentity) async -> GraphAnswer {
        let authority = request.head.authority ?? "127.0.0.1"
        do throws(GraphRefusal) {
            // Without this a page from elsewhere could reach the emulator through the user's browser.
            guard Loopback.contains(authority: authority),
                request.headers[.origin].map(Loopback.contains(origin:)) ?? true
            else { throw .foreignPage }
            let emulated = EmulatorRequest(
                request.method, request.head.path ?? "/", authority: authority, fields: request.headers,
                body: try await self.body(of: request)
            )
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
            return .text(EmulatorPage.text(for: self.state.read { graph, _ in graph.company }, base: request.base))
        case .live:
            guard request.method == .get else { throw .methodNotAllowed }
            return .text("ok\n")
        case .token(let tenant):
            return self.state.read { graph, now in
                do throws(SignInRefusal) {
                    return .signIn(try graph.token(request, tenant: tenant, now: now), .ok)
                } catch {
                    return .signIn(error.body(for: identity), error.status)
                }
            }
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
        switch target {
        case .subscriptions, .subscription, .reauthorization:
            let endpoint = SubscriptionsEndpoint(
                state: self.state, validation: self.validation, root: root, requestID: identity.id
            )
            return try await endpoint.answer(target, id: keys["id"] ?? "", request)
        case .batch:
            guard request.method == .post else { throw .methodNotAllowed }
            return try await self.batch(request, identity)
        default:
            return try self.state.change { graph, now throws(GraphRefusal) in
                let caller = try graph.dataCaller(authorization: request.fields[.authorization], now: now)
                return try DataEndpoint(root: root, request: request, caller: caller).answer(target, keys, from: &graph, now: now)
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
