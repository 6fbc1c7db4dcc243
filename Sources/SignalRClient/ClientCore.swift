import AsyncHTTPClient
import Logging
import NIOCore
import SignalRProtocol
import Synchronization

/// What a client and its connections share: its life, what waits for the server, and what waits to be handled.
final class ClientCore: Sendable {
    typealias Instant = ContinuousClock.Instant
    typealias Call = Answer<ByteBuffer?>
    typealias Stream = Mailbox<ByteBuffer>

    private struct State {
        var life: ClientLife<Instant>
        var calls: CallTable<Call, Stream>
        var backlog: Backlog
        var socket: HubSocket?
        /// Counts connections, so that an answer does not go to another one than the question came from.
        var session = 0
    }

    /// What is handled one after another.
    enum Work: Sendable {
        /// There is a connection.
        case connected(isReconnect: Bool, session: Int)
        /// The server calls; its record has so many bytes.
        case call(InvocationMessage, size: Int, session: Int)
    }

    let configuration: HubClient.Configuration
    let kind = HubProtocolKind.json
    let work = Mailbox<Work>()
    /// There is a first connection, and what is to be done with it has been done.
    let ready = Answer<Void>()
    /// Why there will be no other connection.
    let ended = Answer<SignalRClientError>()
    let logger: Logger
    let sleep: @Sendable (Duration) async throws -> Void
    private let now: @Sendable () -> Instant
    private let random: @Sendable () -> Double
    private let gate = ReadingGate()
    private let state: Mutex<State>

    init(
        configuration: HubClient.Configuration, logger: Logger, now: @escaping @Sendable () -> Instant,
        sleep: @escaping @Sendable (Duration) async throws -> Void, random: @escaping @Sendable () -> Double
    ) {
        self.configuration = configuration
        self.logger = logger
        self.now = now
        self.sleep = sleep
        self.random = random
        self.state = Mutex(
            State(
                life: ClientLife(configuration: configuration),
                calls: CallTable(limit: configuration.maximumPendingCalls),
                backlog: Backlog(limit: configuration.maximumBacklog)
            )
        )
    }

    // MARK: - Life

    /// - Returns: `false` if it was run before.
    func begin() -> Bool { self.state.withLock { $0.life.begin() } }

    var isOpen: Bool { self.state.withLock { $0.life.isOpen } }

    var wantsFrames: Bool { self.state.withLock { $0.life.wantsFrames } }

    /// Connects, and connects again, until that is over.
    func live(_ negotiator: Negotiator) async {
        let connector = WebSocketConnector(configuration: self.configuration)
        while true {
            if self.state.withLock({ $0.life.wantsConnection }) {
                do {
                    let place = try await negotiator.negotiate()
                    await ClientSession(core: self, webSocket: try await connector.connect(to: place)).run()
                } catch let error as SignalRClientError {
                    self.failed(error)
                } catch {
                    self.failed(SignalRClientError(.unauthorized, "There is no access token for the hub.", cause: error))
                }
            }
            if Task.isCancelled { self.stop() }
            switch self.disconnected() {
            case .retry(let delay, let error):
                self.logger.debug(
                    "Connecting to the hub again", metadata: ["signalr.delay": "\(delay)", "signalr.reason": "\(error)"]
                )
                try? await self.sleep(delay)
                if Task.isCancelled { self.stop() }
                self.state.withLock { $0.life.waited() }
            case .end(let error):
                self.work.finish(.success(()))
                self.ready.settle(.failure(error))
                self.ended.settle(.success(error))
                return
            }
        }
    }

    /// A socket is there.
    ///
    /// - Returns: `false` if it is no longer wanted.
    func connected(_ socket: HubSocket) -> Bool {
        self.state.withLock { state in
            guard state.life.connected(at: self.now()) else { return false }
            state.socket = socket
            return true
        }
    }

    func failed(_ error: SignalRClientError) {
        self.state.withLock { $0.life.failed(error, at: self.now()) }
        self.gate.ring()
    }

    func tick() -> ClientLife<Instant>.TickAction {
        let action = self.state.withLock { $0.life.tick(now: self.now()) }
        if action == .drop { self.gate.ring() }
        return action
    }

    /// This side wants no connection any more.
    func stop() {
        let socket = self.state.withLock { state in
            state.life.stop(at: self.now()) == .sayGoodbye ? state.socket : nil
        }
        if let socket {
            var record = ByteBuffer()
            self.kind.encodeClose(CloseMessage(), into: &record)
            socket.post(record)
            socket.sayGoodbye()
        }
        self.gate.ring()
    }

    /// What was to be done with a new connection failed: there must be another.
    func abandon(session: Int, _ error: SignalRClientError) {
        let socket = self.state.withLock { state -> HubSocket? in
            guard state.session == session, state.life.isOpen else { return nil }
            state.life.failed(error, at: self.now())
            return state.socket
        }
        socket?.sayGoodbye()
        socket?.drop()
        self.gate.ring()
    }

    private func disconnected() -> ClientLife<Instant>.EndAction {
        let (action, owners) = self.state.withLock { state in
            state.socket = nil
            return (state.life.disconnected(at: self.now(), random: self.random()), state.calls.endAll())
        }
        let error =
            switch action {
            case .retry(_, let error), .end(let error): error
            }
        for owner in owners {
            switch owner {
            case .call(let call): call.settle(.failure(error))
            case .stream(let stream): stream.finish(.failure(error))
            case .nobody: break
            }
        }
        return action
    }

    // MARK: - In

    /// A record arrived.
    ///
    /// - Throws: ``HubProtocolError`` if it cannot be read; the connection cannot go on.
    func received(_ record: ByteBuffer) throws(HubProtocolError) {
        if self.state.withLock({ $0.life.isShakingHands }) { return self.receivedHandshake(record) }
        let message = try self.kind.decode(record)
        let error = self.state.withLock { state -> SignalRClientError? in
            guard state.life.isOpen else { return nil }
            let now = self.now()
            state.life.heard(at: now)
            switch message {
            case .invocation(let message):
                state.backlog.add(record.readableBytes)
                self.work.put(.call(message, size: record.readableBytes, session: state.session))
            case .streamItem(let id, let item):
                guard let stream = state.calls.stream(id) else { return nil }
                state.backlog.add(item.readableBytes)
                stream.put(item)
            case .completion(let message): Self.complete(state.calls.end(message.invocationID), message)
            case .close(let message): state.life.dismissed(Self.error(for: message), at: now)
            case .cancelInvocation, .ping, .ack, .sequence, nil: return nil
            }
            guard state.backlog.isOverflowing else { return nil }
            return SignalRClientError(.overloaded, "What the server sent was not handled fast enough.")
        }
        if let error { self.failed(error) }
    }

    private func receivedHandshake(_ record: ByteBuffer) {
        do throws(SignalRClientError) {
            if let refusal = try HubProtocolKind.refusal(in: record) {
                throw SignalRClientError(.handshakeRefused, "The server refused the handshake: \(refusal)")
            }
        } catch {
            return self.failed(error)
        }
        self.state.withLock { state in
            guard let isReconnect = state.life.accepted(at: self.now()) else { return }
            state.session += 1
            // The first ping arms the server's clock.
            var ping = ByteBuffer()
            self.kind.encodePing(into: &ping)
            state.socket?.offer(ping)
            self.work.put(.connected(isReconnect: isReconnect, session: state.session))
        }
    }

    private static func complete(_ owner: CallTable<Call, Stream>.Owner, _ message: CompletionMessage) {
        let error = message.error.map { SignalRClientError(.invocationFailed, $0) }
        switch owner {
        case .call(let call): call.settle(error.map { .failure($0) } ?? .success(message.result))
        case .stream(let stream): stream.finish(error.map { .failure($0) } ?? .success(()))
        case .nobody: break
        }
    }

    private static func error(for message: CloseMessage) -> SignalRClientError {
        let reason = message.error.map { "The server closed the connection: \($0)" } ?? "The server closed the connection."
        return SignalRClientError(.closed, reason, allowReconnect: message.allowReconnect)
    }

    /// How many bytes wait to be handled.
    var backlogBytes: Int { self.state.withLock { $0.backlog.bytes } }

    /// Waits until more may be read.
    func waitForRoom() async {
        var isPaused = false
        while true {
            let mayRead = self.state.withLock { state in
                guard state.life.isOpen else { return true }
                let mayRead = state.backlog.mayRead(callsWaiting: state.calls.callCount > 0)
                if !mayRead {
                    state.life.pausedReading()
                } else if isPaused {
                    state.life.resumedReading(at: self.now())
                }
                return mayRead
            }
            if mayRead || Task.isCancelled { return }
            isPaused = true
            await self.gate.wait()
        }
    }

    /// Something that had waited was taken.
    func consumed(_ size: Int) {
        self.state.withLock { $0.backlog.remove(size) }
        self.gate.ring()
    }

    // MARK: - Out

    /// Sends what `encode` writes, and waits until it has gone out.
    func send(_ encode: (inout ByteBuffer) throws -> Void) async throws {
        var record = ByteBuffer()
        try encode(&record)
        try await self.openSocket().write(record)
    }

    /// Sends an answer, if the connection is still the one of the question.
    func reply(_ record: ByteBuffer, session: Int) async throws {
        let socket = self.state.withLock { $0.life.isOpen && $0.session == session ? $0.socket : nil }
        try await socket?.write(record)
    }

    private func openSocket() throws(SignalRClientError) -> HubSocket {
        try self.state.withLock { state throws(SignalRClientError) in
            if let refusal = state.life.refusal { throw refusal }
            guard let socket = state.socket else { throw .notConnected }
            return socket
        }
    }

    /// Sends the call that `encode` writes, and waits for its answer.
    func call(_ encode: (String, inout ByteBuffer) throws -> Void) async throws -> ByteBuffer? {
        let call = Call()
        let id = try self.begin { $0.begin(call) }
        do {
            try self.post(id, encode)
            return try await call.value()
        } catch {
            self.state.withLock { _ = $0.calls.end(id) }
            throw error
        }
    }

    /// Sends the call of a stream that `encode` writes.
    func openStream(_ encode: (String, inout ByteBuffer) throws -> Void) throws -> StreamLease {
        let stream = Stream()
        let lease = StreamLease(id: try self.begin { $0.begin(stream: stream) }, items: stream, core: self)
        try self.post(lease.id, encode)
        return lease
    }

    /// Nobody reads the stream any more.
    func endStream(_ id: String, _ items: Stream) {
        let socket = self.state.withLock { state -> HubSocket? in
            for item in items.drain() { state.backlog.remove(item.readableBytes) }
            guard case .stream = state.calls.end(id), state.life.isOpen else { return nil }
            return state.socket
        }
        self.gate.ring()
        guard let socket else { return }
        var record = ByteBuffer()
        self.kind.encodeCancel(id: id, into: &record)
        socket.post(record)
    }

    private func begin(_ body: (inout CallTable<Call, Stream>) -> String?) throws(SignalRClientError) -> String {
        let id = try self.state.withLock { state throws(SignalRClientError) in
            if let refusal = state.life.refusal { throw refusal }
            return body(&state.calls)
        }
        guard let id else { throw SignalRClientError(.overloaded, "Too many calls wait for an answer of the hub.") }
        self.gate.ring()
        return id
    }

    private func post(_ id: String, _ encode: (String, inout ByteBuffer) throws -> Void) throws {
        var record = ByteBuffer()
        try encode(id, &record)
        try self.openSocket().post(record)
    }
}

/// A stream that is under way. When nobody holds it any more, the server is told to end it.
final class StreamLease: Sendable {
    let id: String
    let items: Mailbox<ByteBuffer>
    let core: ClientCore

    init(id: String, items: Mailbox<ByteBuffer>, core: ClientCore) {
        self.id = id
        self.items = items
        self.core = core
    }

    deinit { self.core.endStream(self.id, self.items) }
}
