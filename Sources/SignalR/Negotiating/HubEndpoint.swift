import Logging
import NIOCore
import NIOHTTP1
import SignalRProtocol
import Synchronization

/// A hub at a path: answers negotiations, makes connections of requests, and finds connections for requests.
final class HubEndpoint: Sendable {
    /// Nobody needs the body of other requests than those that send; clients have some all the same.
    private static let idleBodySize = 64 * 1024

    let configuration: HubConfiguration
    let dispatcher: HubDispatcher
    let logger: Logger
    private let hub: Hub
    private let origins: OriginPolicy
    private let connections: Mutex<ConnectionTable<HubCarrier>>
    private let isDraining = Atomic(false)
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
        self.connections = Mutex(
            ConnectionTable(
                maximumNegotiated: hub.configuration.maximumNegotiated, timeout: hub.configuration.negotiateTimeout,
                earlyLimit: hub.configuration.inboxBytes
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
    /// The connections of this process.
    var lifetime: InMemoryHubLifetimeManager { self.hub.local }
    /// All connections of the hub.
    var backend: any HubLifetimeManager { self.hub.lifetime }
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
            timing.handshakeTimeout, timing.keepAliveInterval, timing.clientTimeout, self.configuration.sendTimeout,
            min(self.configuration.closeTimeout, self.configuration.reconnectTimeout),
            min(self.configuration.pollTimeout, self.configuration.disconnectTimeout)
        )
        return max(.milliseconds(5), min(.seconds(1), shortest / 4))
    }

    /// How many connections requests can name.
    var namedCount: Int { self.connections.withLock { $0.count } }

    /// The largest body of this request.
    func maximumBodySize(of head: HTTPRequestHead) -> Int {
        head.method == .POST ? max(Self.idleBodySize, self.configuration.maximumBodySize) : Self.idleBodySize
    }

    /// The server is going away: connections that have none of its channels would not hear of it.
    func shutDown() {
        guard !self.isDraining.exchange(true, ordering: .relaxed) else { return }
        for carrier in self.connections.withLock({ $0.carriers }) {
            if case .longPolling(let slot, _) = carrier { slot.use { $0?.shutDown() } }
        }
    }

    // MARK: - Requests

    /// Answers a request. On its event loop.
    func respond(to inquiry: HubInquiry) {
        let head = inquiry.head
        switch self.origins.verdict(on: head) {
        case .refused: inquiry.reply(.text(.forbidden))
        case .own: self.dispatch(inquiry)
        case .allowed(let origin):
            var inquiry = inquiry
            inquiry.origin = origin
            if head.method == .OPTIONS { return inquiry.reply(.preflight(of: head)) }
            self.dispatch(inquiry)
        }
    }

    private func dispatch(_ inquiry: HubInquiry) {
        let head = inquiry.head
        let path = head.uri.utf8.prefix { $0 != UInt8(ascii: "?") }
        if path.suffix(10).equalsIgnoringCase("/negotiate".utf8) {
            guard head.method == .POST else { return inquiry.reply(.text(.methodNotAllowed)) }
            self.authenticated(inquiry) { _ in self.negotiate(inquiry) }
            return
        }
        switch head.method {
        case .GET:
            let transport = self.transport(of: head)
            if transport == .webSockets, let refusal = WebSocketHandshake.refusal(of: head) { return inquiry.reply(refusal) }
            self.authenticated(inquiry) { user in self.open(transport, inquiry, user: user) }
        case .POST: self.authenticated(inquiry) { user in self.send(inquiry, user: user) }
        case .DELETE: self.authenticated(inquiry) { user in self.delete(inquiry, user: user) }
        default: inquiry.reply(.text(.methodNotAllowed))
        }
    }

    private func transport(of head: HTTPRequestHead) -> HubTransports {
        let isEventStream = head.headers[canonicalForm: "Accept"].contains {
            $0.utf8.prefix { $0 != UInt8(ascii: ";") }.equalsIgnoringCase("text/event-stream".utf8)
        }
        if isEventStream { return .serverSentEvents }
        return WebSocketHandshake.isRequested(by: head) ? .webSockets : .longPolling
    }

    /// Asks the hub who it is, if it wants to know, and goes on with `answer` if somebody may.
    private func authenticated(_ inquiry: HubInquiry, answer: @escaping @Sendable (HubUser?) -> Void) {
        guard let authenticator = self.hub.authenticator else { return answer(nil) }
        // A request has no task of its own here. This one ends with the answer.
        Task {
            do {
                answer(try await authenticator(inquiry.request))
            } catch is HubAuthorizationError {
                inquiry.reply(LoopResponse(status: .forbidden))
            } catch {
                inquiry.reply(LoopResponse(status: .unauthorized, headers: ["WWW-Authenticate": "Bearer"]))
            }
        }
    }

    // MARK: - Negotiation

    private func negotiate(_ inquiry: HubInquiry) {
        guard let redirector = self.hub.redirector else { return inquiry.reply(self.negotiation(inquiry.head)) }
        // A request has no task of its own here. This one ends with the answer.
        Task {
            guard let redirect = await redirector(inquiry.request) else {
                return inquiry.reply(self.negotiation(inquiry.head))
            }
            inquiry.reply(.json(Negotiation.redirect(url: redirect.url, accessToken: redirect.accessToken).body))
        }
    }

    private func negotiation(_ head: HTTPRequestHead) -> LoopResponse {
        let version: Int
        do throws(Negotiation.Refusal) {
            version = try Negotiation.version(
                requested: QueryItems(of: head.uri)["negotiateVersion"], minimum: self.configuration.minimumNegotiateVersion
            )
        } catch {
            return .json(Negotiation.error(error.error).body)
        }
        guard !self.isDraining.load(ordering: .relaxed),
            self.lifetime.hasRoom(maximum: self.configuration.maximumConnections)
        else { return .busy }
        let connectionID = self.randomID()
        // Clients of version 0 know only one name.
        let token = version == 0 ? connectionID : self.randomID()
        let isStateful =
            self.configuration.allowsStatefulReconnect && self.configuration.transports.contains(.webSockets)
            && QueryItems(of: head.uri)["useStatefulReconnect"]?.lowercased() == "true"
        guard
            self.connections.withLock({ $0.add(connectionID, token: token, isStateful: isStateful, now: self.now()) })
        else {
            self.lifetime.metrics.exceeded(.negotiated)
            return .busy
        }
        return .json(
            Negotiation.connection(
                version: version, connectionID: connectionID, connectionToken: token,
                transports: self.configuration.transports.listed, statefulReconnect: isStateful
            ).body
        )
    }

    // MARK: - Transports

    private func open(_ transport: HubTransports, _ inquiry: HubInquiry, user: HubUser?) {
        let token = inquiry.token
        guard !token.isEmpty || transport == .webSockets else { return inquiry.reply(.connectionIDRequired) }
        guard self.configuration.transports.contains(transport) else {
            if !token.isEmpty, case .unknown = self.connections.withLock({ $0.find(token, now: self.now()) }) {
                return inquiry.reply(.unknownConnection)
            }
            let name = transport.listed.first?.name ?? ""
            return inquiry.reply(.text(.notFound, "\(name) transport not supported by this end point type"))
        }
        guard !token.isEmpty else {
            // Without negotiation. Nobody knows the connection's name but itself, so that none needs to be found by it.
            guard self.admit() else { return inquiry.reply(.busy) }
            return self.beginWebSocket(
                inquiry, user: user, connectionID: self.randomID(), token: nil, early: ByteBuffer()
            )
        }
        let carrier = self.carrier(transport, of: inquiry, user: user)
        switch self.connections.withLock({ $0.claim(token, by: carrier, now: self.now()) }) {
        case .unknown: inquiry.reply(.unknownConnection)
        case .carried(let carrier): self.goOn(with: carrier, transport, inquiry, user: user)
        case .claimed(let connectionID, let token, let early):
            guard self.admit() else {
                self.forget(token)
                return inquiry.reply(.busy)
            }
            switch carrier {
            case .webSockets:
                self.beginWebSocket(inquiry, user: user, connectionID: connectionID, token: token, early: early)
            case .serverSentEvents(let slot, _):
                self.beginEvents(inquiry, user: user, connectionID: connectionID, token: token, early: early, in: slot)
            case .longPolling(let slot, _):
                self.beginPolling(inquiry, user: user, connectionID: connectionID, token: token, early: early, in: slot)
            }
        }
    }

    private func carrier(_ transport: HubTransports, of inquiry: HubInquiry, user: HubUser?) -> HubCarrier {
        switch transport {
        case .serverSentEvents: .serverSentEvents(LoopSlot(eventLoop: inquiry.eventLoop), userID: user?.id)
        case .longPolling: .longPolling(LoopSlot(eventLoop: inquiry.eventLoop), userID: user?.id)
        default: .webSockets
        }
    }

    /// A request for a connection that has a transport.
    private func goOn(with carrier: HubCarrier, _ transport: HubTransports, _ inquiry: HubInquiry, user: HubUser?) {
        guard carrier.belongs(to: user) else { return inquiry.reply(LoopResponse(status: .forbidden)) }
        guard carrier.transport == transport else {
            return inquiry.reply(.text(.badRequest, "Cannot change transports mid-connection"))
        }
        if case .webSockets = carrier, let (connection, userID) = self.resumable.withLock({ $0[inquiry.token] }) {
            guard userID == user?.id else { return inquiry.reply(LoopResponse(status: .forbidden)) }
            return self.resumeWebSocket(inquiry, user: user, connection)
        }
        guard case .longPolling(let slot, _) = carrier else { return inquiry.reply(.text(.conflict)) }
        slot.use { polling in
            if let polling { polling.poll(inquiry, user: user) } else { inquiry.reply(.text(.notFound)) }
        }
    }

    private func beginWebSocket(
        _ inquiry: HubInquiry, user: HubUser?, connectionID: String, token: String?, early: ByteBuffer
    ) {
        inquiry.reply(
            HubUpgrade(
                response: WebSocketHandshake.response(to: inquiry.head),
                makeTransport: { channel in
                    let isResumable = token.map { token in self.connections.withLock { $0.takeStateful(token) } } ?? false
                    let connection = self.connection(
                        connectionID, of: inquiry, user: user, on: channel.eventLoop, token: token, isResumable: isResumable
                    )
                    if isResumable {
                        // The connection may outlive this transport.
                        let link = ConnectionLink(
                            to: connection.caller.connection, isFirst: true, user: user, on: channel.eventLoop
                        )
                        return WebSocketTransport(connection: link, configuration: self.configuration, early: early)
                    }
                    return WebSocketTransport(connection: connection, configuration: self.configuration, early: early)
                },
                abandon: { self.abandon(token) }
            )
        )
    }

    /// A client comes back to its connection with another socket.
    private func resumeWebSocket(_ inquiry: HubInquiry, user: HubUser?, _ connection: HubConnectionHandle) {
        inquiry.reply(
            HubUpgrade(
                response: WebSocketHandshake.response(to: inquiry.head),
                makeTransport: { channel in
                    let link = ConnectionLink(to: connection, isFirst: false, user: user, on: channel.eventLoop)
                    return WebSocketTransport(connection: link, configuration: self.configuration)
                },
                abandon: {}
            )
        )
    }

    /// A connection that might have gone on over another socket has ended.
    func endResumption(_ token: String) {
        self.resumable.withLock { $0[token] = nil }
        self.forget(token)
    }

    private func beginEvents(
        _ inquiry: HubInquiry, user: HubUser?, connectionID: String, token: String, early: ByteBuffer,
        in slot: LoopSlot<ServerSentEventsTransport>
    ) {
        inquiry.reply(
            HubUpgrade(
                response: ServerSentEventsTransport.response(origin: inquiry.origin),
                makeTransport: { channel in
                    let connection = self.connection(connectionID, of: inquiry, user: user, on: channel.eventLoop)
                    let transport = ServerSentEventsTransport(
                        connection: connection, configuration: self.configuration, early: early
                    ) {
                        slot.empty()
                        self.forget(token)
                    }
                    slot.fill(transport)
                    return transport
                },
                abandon: { self.abandon(token) }
            )
        )
    }

    private func beginPolling(
        _ inquiry: HubInquiry, user: HubUser?, connectionID: String, token: String, early: ByteBuffer,
        in slot: LoopSlot<LongPollTransport>
    ) {
        slot.use { _ in
            let connection = self.connection(connectionID, of: inquiry, user: user, on: inquiry.eventLoop)
            LongPollTransport(
                connection: connection, configuration: self.configuration, slot: slot, eventLoop: inquiry.eventLoop
            ) { self.forget(token) }.begin(with: inquiry, early: early)
        }
    }

    /// A connection on its event loop.
    private func connection(
        _ connectionID: String, of inquiry: HubInquiry, user: HubUser?, on eventLoop: any EventLoop,
        token: String? = nil, isResumable: Bool = false
    ) -> HubConnection {
        let (loop, mailbox) = self.lifetime.loop(on: eventLoop)
        return HubConnection(
            id: connectionID, user: user, request: inquiry.request, endpoint: self, loop: loop, mailbox: mailbox, now: .now(),
            token: token, isResumable: isResumable
        )
    }

    /// Makes room for one more connection.
    private func admit() -> Bool {
        !self.isDraining.load(ordering: .relaxed) && self.lifetime.admit(maximum: self.configuration.maximumConnections)
    }

    private func abandon(_ token: String?) {
        self.lifetime.release()
        if let token { self.forget(token) }
    }

    /// Nobody can name the connection any more.
    func forget(_ token: String) {
        self.connections.withLock { $0.remove(token) }
    }

    // MARK: - The other direction

    private func send(_ inquiry: HubInquiry, user: HubUser?) {
        let token = inquiry.token
        guard !token.isEmpty else { return inquiry.reply(.connectionIDRequired) }
        switch self.connections.withLock({ $0.send(inquiry.body, to: token, now: self.now()) }) {
        case .unknown: inquiry.reply(.unknownConnection)
        case .kept: inquiry.reply(.text(.ok))
        case .full:
            self.lifetime.metrics.exceeded(.waitingRequests)
            inquiry.reply(.busy)
        case .carried(let carrier):
            guard carrier.belongs(to: user) else { return inquiry.reply(LoopResponse(status: .forbidden)) }
            switch carrier {
            case .webSockets:
                inquiry.reply(.text(.methodNotAllowed, "POST requests are not allowed for WebSocket connections."))
            case .serverSentEvents(let slot, _):
                slot.use { transport in
                    self.take(inquiry, transport)
                }
            case .longPolling(let slot, _):
                slot.use { transport in
                    self.take(inquiry, transport)
                }
            }
        }
    }

    private func take(_ inquiry: HubInquiry, _ transport: (any PostedTransport)?) {
        guard let transport else { return inquiry.reply(.text(.notFound)) }
        if !transport.take(inquiry) { self.lifetime.metrics.exceeded(.waitingRequests) }
    }

    private func delete(_ inquiry: HubInquiry, user: HubUser?) {
        let token = inquiry.token
        guard !token.isEmpty else { return inquiry.reply(.connectionIDRequired) }
        switch self.connections.withLock({ $0.find(token, now: self.now()) }) {
        case .unknown: inquiry.reply(.unknownConnection)
        case .carried(let carrier) where !carrier.belongs(to: user): inquiry.reply(LoopResponse(status: .forbidden))
        case .carried(.longPolling(let slot, _)):
            slot.use { transport in
                guard let transport else { return inquiry.reply(.text(.notFound)) }
                inquiry.reply(.text(.accepted))
                transport.delete()
            }
        case .negotiated, .carried:
            inquiry.reply(.text(.badRequest, "Cannot terminate this connection using the DELETE endpoint."))
        }
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
    /// An answer of JSON.
    fileprivate static func json(_ body: ByteBuffer) -> LoopResponse {
        LoopResponse(status: .ok, headers: ["Content-Type": "application/json"], body: body)
    }

    fileprivate static var connectionIDRequired: LoopResponse { .text(.badRequest, "Connection ID required") }

    fileprivate static var unknownConnection: LoopResponse { .text(.notFound, "No Connection with that ID") }

    /// There is as much as there may be, or the server is going away.
    static var busy: LoopResponse { LoopResponse(status: .serviceUnavailable, headers: ["Retry-After": "5"]) }

    /// The answer to a browser that asks whether a page from elsewhere may send a request.
    fileprivate static func preflight(of head: HTTPRequestHead) -> LoopResponse {
        let headers: HTTPHeaders = [
            "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
            "Access-Control-Allow-Headers": head.headers.first(name: "Access-Control-Request-Headers")
                ?? "x-requested-with, x-signalr-user-agent, authorization, content-type",
            "Access-Control-Max-Age": "600",
        ]
        return LoopResponse(status: .noContent, headers: headers)
    }
}
