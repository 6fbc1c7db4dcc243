import AsyncHTTPClient
import Logging
import NIOCore
import SignalRProtocol
import Synchronization

/// What a client and its connections share: its life, what waits for the server, and what waits to be handled.
final class ClientCore: Sendable {
    typealias Instant = ContinuousClock.Instant
    typealias Call = Pending<Answer<ByteBuffer?>>
    typealias Stream = Pending<Mailbox<ByteBuffer>>
    typealias Calls = CallTable<Call, Stream, Upload>

    /// Who waits for the server, and the streams that go to it along with the call.
    struct Pending<Waiter: Sendable>: Sendable {
        var waiter: Waiter
        var uploads: [Upload]
    }

    struct State {
        var life: ClientLife<Instant>
        var calls: Calls
        var backlog: Backlog
        var socket: HubSocket?
        /// Where the socket goes.
        var place: Negotiator.Place?
        /// Set while there is a connection that may go on over another socket.
        var link: StatefulLink?
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
    var kind: HubProtocolKind { self.configuration.hubProtocol }
    let work = Mailbox<Work>()
    /// Streams whose call has gone out. There are no more than calls.
    let uploads = Mailbox<Upload>()
    /// There is a first connection, and what is to be done with it has been done.
    let ready = Answer<Void>()
    /// Why there will be no other connection.
    let ended = Answer<SignalRClientError>()
    let logger: Logger
    let sleep: @Sendable (Duration) async throws -> Void
    let now: @Sendable () -> Instant
    private let random: @Sendable () -> Double
    let gate = ReadingGate()
    let state: Mutex<State>

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
                calls: Calls(limit: configuration.maximumPendingCalls),
                backlog: Backlog(limit: configuration.maximumBacklog)
            )
        )
    }

    /// - Returns: `false` if it was run before.
    func begin() -> Bool { self.state.withLock { $0.life.begin() } }

    /// Whether there is a connection with a socket that messages flow through.
    var isOpen: Bool { self.state.withLock { $0.life.isOpen } }

    /// Whether there is a connection, be it one whose socket was lost a moment ago.
    var isConnected: Bool { self.state.withLock { $0.life.refusal == nil } }

    /// Whether the socket is lost and the connection is not.
    var isCut: Bool { self.state.withLock { $0.life.isCut } }

    var isShakingHands: Bool { self.state.withLock { $0.life.isShakingHands } }

    var wantsFrames: Bool { self.state.withLock { $0.life.wantsFrames } }

    /// Connects, and connects again, until that is over.
    func live(_ negotiator: Negotiator) async {
        let connector = WebSocketConnector(configuration: self.configuration)
        while true {
            let (wantsSocket, known) = self.state.withLock { state in
                (state.life.wantsConnection || state.life.isResuming, state.life.isResuming ? state.link?.place : nil)
            }
            if wantsSocket {
                do {
                    let place =
                        if let known { try await negotiator.renew(known) } else { try await negotiator.negotiate() }
                    let webSocket = try await connector.connect(to: place)
                    await ClientSession(core: self, place: place, webSocket: webSocket).run()
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
            case .resume(let delay):
                self.logger.debug("Resuming the connection to the hub", metadata: ["signalr.delay": "\(delay)"])
                try? await self.sleep(delay)
                if Task.isCancelled { self.stop() }
                self.state.withLock { $0.life.waited() }
            case .end(let error):
                self.work.finish(.success(()))
                self.uploads.finish(.success(()))
                self.ready.settle(.failure(error))
                self.ended.settle(.success(error))
                return
            }
        }
    }

    /// A socket is there: it begins with the handshake, or where the last one ended.
    ///
    /// - Returns: `false` if it is no longer wanted.
    func connected(_ socket: HubSocket, to place: Negotiator.Place) -> Bool {
        self.state.withLock { state in
            switch state.life.connected(at: self.now()) {
            case .shakeHands:
                socket.post(handshake: self.kind.handshakeRequest(version: place.isStateful ? 2 : 1))
            case .resume:
                guard let replay = state.link?.reconnected() else { return false }
                var records = ByteBuffer()
                self.kind.encodeSequence(sequenceID: replay.sequenceID, into: &records)
                for message in replay.messages { records.writeImmutableBuffer(message) }
                // Part of the server's patience has gone by.
                self.kind.encodePing(into: &records)
                socket.post(records)
            case .nothing: return false
            }
            state.socket = socket
            state.place = place
            return true
        }
    }

    /// The socket is lost, and perhaps the connection.
    func lost(_ error: SignalRClientError) {
        self.state.withLock { $0.life.lost(error, at: self.now()) }
        self.gate.ring()
    }

    /// The connection cannot go on.
    func failed(_ error: SignalRClientError) {
        self.state.withLock { $0.life.failed(error, at: self.now()) }
        self.gate.ring()
    }

    func tick() -> ClientLife<Instant>.TickAction {
        let action = self.state.withLock { state in
            if state.life.isOpen { self.acknowledge(&state) }
            return state.life.tick(now: self.now())
        }
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
            guard state.session == session, state.life.refusal == nil else { return nil }
            state.life.abandoned(error, at: self.now())
            return state.socket
        }
        socket?.sayGoodbye()
        socket?.drop()
        self.gate.ring()
    }

    private func disconnected() -> ClientLife<Instant>.EndAction {
        let (action, owners) = self.state.withLock { state in
            state.socket = nil
            let action = state.life.disconnected(at: self.now(), random: self.random())
            if case .resume = action {
                state.link?.disconnected()
                return (action, [Calls.Owner]())
            }
            state.link?.wake()
            state.link = nil
            return (action, state.calls.endAll())
        }
        let error: SignalRClientError
        switch action {
        case .retry(_, let known), .end(let known): error = known
        case .resume: return action
        }
        for owner in owners {
            switch owner {
            case .call(let call): call.waiter.settle(.failure(error))
            case .stream(let stream): stream.waiter.finish(.failure(error))
            case .upload(let upload): upload.stop(.dropped(error))
            case .nobody: break
            }
        }
        return action
    }
}
