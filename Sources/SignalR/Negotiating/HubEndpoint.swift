import Logging
import NIOCore
import NIOHTTP1
import SignalRProtocol
import Synchronization

/// A hub at a path: answers negotiations, and makes connections of requests.
final class HubEndpoint: Sendable {
    /// Nobody needs a body; clients send some all the same.
    let maximumBodySize = 64 * 1024

    let configuration: HubConfiguration
    let dispatcher: HubDispatcher
    let logger: Logger
    private let hub: Hub
    private let origins: OriginPolicy
    private let negotiated: Mutex<NegotiatedConnections>
    /// Connections that may go on over another socket, by their tokens.
    let resumable = Mutex<[String: (connection: HubConnectionHandle, userID: String?)]>([:])
    private let jsonPing: ByteBuffer
    private let messagePackPing: ByteBuffer
    private let randomID: @Sendable () -> String
    private let now: @Sendable () -> LoopInstant

    /// - Parameters:
    ///   - hub: The hub.
    ///   - logger: For what cannot be thrown.
    ///   - randomID: Makes ids and tokens that cannot be guessed.
    ///   - now: The clock of negotiations.
    init(
        hub: Hub, logger: Logger, randomID: @escaping @Sendable () -> String = HubEndpoint.randomID,
        now: @escaping @Sendable () -> LoopInstant = { .now() }
    ) {
        self.hub = hub
        self.configuration = hub.configuration
        self.dispatcher = HubDispatcher(hub: hub, logger: logger)
        self.logger = logger
        self.origins = OriginPolicy(allowedOrigins: hub.configuration.allowedOrigins)
        self.negotiated = Mutex(
            NegotiatedConnections(
                maximumCount: hub.configuration.maximumNegotiated, timeout: hub.configuration.negotiateTimeout
            )
        )
        var ping = ByteBuffer()
        HubProtocolKind.json.encodePing(into: &ping)
        self.jsonPing = ping
        ping = ByteBuffer()
        HubProtocolKind.messagepack.encodePing(into: &ping)
        self.messagePackPing = ping
        self.randomID = randomID
        self.now = now
    }

    var name: String { self.hub.name }
    var lifetime: HubLifetimeManager { self.hub.lifetime }
    var hasConnectHandlers: Bool { self.hub.watchesConnects }
    var hasDisconnectHandlers: Bool { self.hub.watchesDisconnects }

    /// A ping, encoded.
    func ping(_ kind: HubProtocolKind) -> ByteBuffer {
        switch kind {
        case .json: self.jsonPing
        case .messagepack: self.messagePackPing
        }
    }

    /// How often connections look at their clocks: once a second, or as often as short clocks need it.
    var tickInterval: Duration {
        let timing = self.configuration.timing
        let shortest = min(
            timing.handshakeTimeout, timing.keepAliveInterval, timing.clientTimeout,
            min(self.configuration.closeTimeout, self.configuration.reconnectTimeout)
        )
        return max(.milliseconds(5), min(.seconds(1), shortest / 4))
    }

    // MARK: - Requests

    /// Answers a request. On its event loop.
    func respond(
        to request: LoopRequest, remoteAddress: SocketAddress?, reply: @escaping @Sendable (FrontReply.Answer) -> Void
    ) {
        let head = request.head
        switch self.origins.verdict(on: head) {
        case .refused: reply(.response(.text(.forbidden)))
        case .own: self.respond(to: head, remoteAddress, reply: reply)
        case .allowed(let origin):
            if head.method == .OPTIONS { return reply(.response(.preflight(of: head, origin: origin))) }
            self.respond(to: head, remoteAddress) { reply($0.allowing(origin: origin)) }
        }
    }

    private func respond(
        to head: HTTPRequestHead, _ remoteAddress: SocketAddress?,
        reply: @escaping @Sendable (FrontReply.Answer) -> Void
    ) {
        let path = head.uri.utf8.prefix { $0 != UInt8(ascii: "?") }
        if path.suffix(10).equalsIgnoringCase("/negotiate".utf8) {
            guard head.method == .POST else { return reply(.response(.text(.methodNotAllowed))) }
            guard self.hub.authenticator != nil else { return reply(.response(self.negotiate(head))) }
            self.authenticated(head, remoteAddress, reply: reply) { _, _ in .response(self.negotiate(head)) }
        } else if head.method == .GET, WebSocketHandshake.isRequested(by: head) {
            if let refusal = WebSocketHandshake.refusal(of: head) { return reply(.response(refusal)) }
            self.authenticated(head, remoteAddress, reply: reply) { user, request in
                self.upgrade(head, user: user, request: request)
            }
        } else {
            reply(.response(Self.refusal(of: head)))
        }
    }

    /// Asks the hub who it is, if it wants to know, and goes on with `answer` if somebody may.
    private func authenticated(
        _ head: HTTPRequestHead, _ remoteAddress: SocketAddress?,
        reply: @escaping @Sendable (FrontReply.Answer) -> Void,
        answer: @escaping @Sendable (HubUser?, HubRequest) -> FrontReply.Answer
    ) {
        let request = HubRequest(head: head, remoteAddress: remoteAddress)
        guard let authenticator = self.hub.authenticator else { return reply(answer(nil, request)) }
        // A request has no task of its own here. This one ends with the answer.
        Task {
            do {
                reply(answer(try await authenticator(request), request))
            } catch {
                reply(.response(LoopResponse(status: .unauthorized, headers: ["WWW-Authenticate": "Bearer"])))
            }
        }
    }

    private func negotiate(_ head: HTTPRequestHead) -> LoopResponse {
        let version: Int
        do throws(Negotiation.Refusal) {
            version = try Negotiation.version(requested: QueryItems(of: head.uri)["negotiateVersion"])
        } catch {
            return .json(Negotiation.error(error.error).body)
        }
        let connectionID = self.randomID()
        // Clients of version 0 know only one name.
        let token = version == 0 ? connectionID : self.randomID()
        guard self.lifetime.hasRoom(maximum: self.configuration.maximumConnections) else { return .busy }
        let isStateful =
            self.configuration.allowsStatefulReconnect
            && QueryItems(of: head.uri)["useStatefulReconnect"]?.lowercased() == "true"
        guard
            self.negotiated.withLock({ $0.add(connectionID, token: token, isStateful: isStateful, now: self.now()) })
        else {
            self.lifetime.metrics.exceeded(.negotiated)
            return .busy
        }
        return .json(
            Negotiation.connection(
                version: version, connectionID: connectionID, connectionToken: token, transports: [.webSockets],
                statefulReconnect: isStateful
            ).body
        )
    }

    private func upgrade(_ head: HTTPRequestHead, user: HubUser?, request: HubRequest) -> FrontReply.Answer {
        let connectionID: String
        var resumptionToken: String?
        if let token = QueryItems(of: head.uri)["id"], !token.isEmpty {
            guard let id = self.negotiated.withLock({ $0.take(token, now: self.now()) }) else {
                if let (connection, userID) = self.resumable.withLock({ $0[token] }) {
                    guard userID == user?.id else { return .response(.text(.forbidden)) }
                    return .upgrade(self.resumption(of: connection, head, user: user))
                }
                return .response(.text(.notFound, "No Connection with that ID"))
            }
            connectionID = id
            if self.negotiated.withLock({ $0.takeStateful(token) }) { resumptionToken = token }
        } else {
            connectionID = self.randomID()
        }
        guard self.lifetime.admit(maximum: self.configuration.maximumConnections) else { return .response(.busy) }
        let upgrade = WebSocketUpgrade(
            response: WebSocketHandshake.response(to: head),
            makeTransport: { [resumptionToken] channel in
                let (loop, mailbox) = self.lifetime.loop(on: channel.eventLoop)
                let connection = HubConnection(
                    id: connectionID, user: user, request: request, endpoint: self, loop: loop, mailbox: mailbox,
                    now: .now(), resumptionToken: resumptionToken
                )
                guard resumptionToken != nil else {
                    return WebSocketTransport(connection: connection, configuration: self.configuration)
                }
                let link = ConnectionLink(
                    to: connection.caller.connection, isFirst: true, user: user, on: channel.eventLoop
                )
                return WebSocketTransport(connection: link, configuration: self.configuration)
            },
            abandon: { self.lifetime.release() }
        )
        return .upgrade(upgrade)
    }

    /// A client comes back to its connection with another socket.
    private func resumption(
        of connection: HubConnectionHandle, _ head: HTTPRequestHead, user: HubUser?
    ) -> WebSocketUpgrade {
        WebSocketUpgrade(
            response: WebSocketHandshake.response(to: head),
            makeTransport: { channel in
                let link = ConnectionLink(to: connection, isFirst: false, user: user, on: channel.eventLoop)
                return WebSocketTransport(connection: link, configuration: self.configuration)
            },
            abandon: {}
        )
    }

    /// The answer to what is neither a negotiation nor a WebSocket.
    private static func refusal(of head: HTTPRequestHead) -> LoopResponse {
        switch head.method {
        case .GET, .POST, .DELETE: break
        default: return .text(.methodNotAllowed)
        }
        guard let id = QueryItems(of: head.uri)["id"], !id.isEmpty else {
            return .text(.badRequest, "Connection ID required")
        }
        guard head.method == .GET else { return .text(.notFound, "No Connection with that ID") }
        let isEventStream = head.headers[canonicalForm: "Accept"].contains {
            $0.utf8.prefix { $0 != UInt8(ascii: ";") }.equalsIgnoringCase("text/event-stream".utf8)
        }
        return .text(
            .notFound, "\(isEventStream ? "ServerSentEvents" : "LongPolling") transport not supported by this end point type"
        )
    }

    /// 16 random bytes, fit for URLs.
    static func randomID() -> String {
        var generator = SystemRandomNumberGenerator()
        let (high, low) = (generator.next(), generator.next())
        return Base64.encode(
            (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64($0 % 8 * 8)) }, alphabet: .url
        )
    }
}

extension LoopResponse {
    fileprivate static func json(_ body: ByteBuffer) -> LoopResponse {
        LoopResponse(status: .ok, headers: ["Content-Type": "application/json"], body: body)
    }

    /// There are as many connections as there may be.
    fileprivate static var busy: LoopResponse { LoopResponse(status: .serviceUnavailable, headers: ["Retry-After": "5"]) }

    /// The answer to a browser that asks whether a page from elsewhere may send a request.
    fileprivate static func preflight(of head: HTTPRequestHead, origin: String) -> LoopResponse {
        var headers: HTTPHeaders = [
            "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
            "Access-Control-Allow-Headers": head.headers.first(name: "Access-Control-Request-Headers")
                ?? "x-requested-with, x-signalr-user-agent, authorization, content-type",
            "Access-Control-Max-Age": "600",
        ]
        headers.allow(origin: origin)
        return LoopResponse(status: .noContent, headers: headers)
    }
}

extension FrontReply.Answer {
    fileprivate func allowing(origin: String) -> FrontReply.Answer {
        switch self {
        case .response(var response):
            response.headers.allow(origin: origin)
            return .response(response)
        case .upgrade: return self
        }
    }
}
