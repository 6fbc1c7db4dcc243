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

    private struct State {
        var life: ClientLife<Instant>
        var calls: Calls
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
    var kind: HubProtocolKind { self.configuration.hubProtocol }
    let work = Mailbox<Work>()
    /// Streams whose call has gone out. There are no more than calls.
    private let uploads = Mailbox<Upload>()
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
                calls: Calls(limit: configuration.maximumPendingCalls),
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
                self.uploads.finish(.success(()))
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
            case .call(let call): call.waiter.settle(.failure(error))
            case .stream(let stream): stream.waiter.finish(.failure(error))
            case .upload(let upload): upload.stop(.dropped(error))
            case .nobody: break
            }
        }
        return action
    }

    // MARK: - In

    /// What a record was.
    enum Received {
        /// The answer to the handshake. What follows is of the protocol.
        case handshake
        case message
    }

    /// A record arrived.
    ///
    /// - Throws: ``HubProtocolError`` if it cannot be read; the connection cannot go on.
    func received(_ record: ByteBuffer) throws(HubProtocolError) -> Received {
        if self.state.withLock({ $0.life.isShakingHands }) {
            self.receivedHandshake(record)
            return .handshake
        }
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
                guard let stream = state.calls.stream(id)?.waiter else { return nil }
                state.backlog.add(item.readableBytes)
                stream.put(item)
            case .completion(let message): Self.complete(message, &state.calls)
            case .close(let message): state.life.dismissed(Self.error(for: message), at: now)
            case .cancelInvocation, .ping, .ack, .sequence, nil: return nil
            }
            guard state.backlog.isOverflowing else { return nil }
            return SignalRClientError(.overloaded, "What the server sent was not handled fast enough.")
        }
        if let error { self.failed(error) }
        return .message
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

    private static func complete(_ message: CompletionMessage, _ calls: inout Calls) {
        let error = message.error.map { SignalRClientError(.invocationFailed, $0) }
        let uploads: [Upload]
        switch calls.answered(message.invocationID) {
        case .call(let call):
            uploads = call.uploads
            call.waiter.settle(error.map { .failure($0) } ?? .success(message.result))
        case .stream(let stream):
            uploads = stream.uploads
            stream.waiter.finish(error.map { .failure($0) } ?? .success(()))
        case .upload, .nobody: return
        }
        for upload in uploads {
            calls.end(upload.id)
            upload.stop(.dropped(nil))
        }
    }

    private static func error(for message: CloseMessage) -> SignalRClientError {
        let reason = message.error.map { "The server closed the connection: \($0)" } ?? "The server closed the connection."
        return SignalRClientError(.closed, reason, allowReconnect: message.allowReconnect)
    }

    /// How many calls and streams are under way.
    var pendingCount: Int { self.state.withLock { $0.calls.count } }

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

    /// Sends a call that is not answered, and waits until it has gone out with its streams.
    func send(_ target: String, _ arguments: CallArguments) async throws {
        let call = try self.begin(arguments)
        do {
            try await self.send(self.record(of: call, target, arguments), session: call.session)
            for upload in call.uploads { self.uploads.put(upload) }
            for upload in call.uploads { try await upload.wait() }
        } catch {
            self.giveUp(call, error)
            throw error
        }
    }

    /// Sends a call, and waits for its answer.
    func call(_ target: String, _ arguments: CallArguments) async throws -> ByteBuffer? {
        let answer = Answer<ByteBuffer?>()
        let call = try self.begin(arguments) { $0.begin(Pending(waiter: answer, uploads: $1)) }
        do {
            try self.post(call, target, arguments, isStreaming: false)
            return try await answer.value()
        } catch {
            self.giveUp(call, error)
            throw error
        }
    }

    /// Sends a call that is answered by a stream.
    func openStream(_ target: String, _ arguments: CallArguments) throws -> StreamLease {
        let items = Mailbox<ByteBuffer>()
        let call = try self.begin(arguments) { $0.begin(stream: Pending(waiter: items, uploads: $1)) }
        let lease = StreamLease(call: call, items: items, core: self)
        try self.post(call, target, arguments, isStreaming: true)
        return lease
    }

    /// Nobody reads the stream any more.
    func endStream(_ call: Outgoing, _ items: Mailbox<ByteBuffer>) {
        let isOpen = self.state.withLock { state in
            for item in items.drain() { state.backlog.remove(item.readableBytes) }
            guard let id = call.id, case .stream = state.calls.end(id) else { return false }
            return true
        }
        self.gate.ring()
        guard isOpen, let id = call.id else { return }
        var record = ByteBuffer()
        self.kind.encodeCancelInvocation(invocationID: id, into: &record)
        _ = try? self.write(record, session: call.session)
        self.giveUp(call, CancellationError())
    }

    /// A call on its way to the hub, and the connection that it goes over.
    struct Outgoing: Sendable {
        /// `nil` if it is not answered.
        var id: String?
        var uploads: [Upload]
        var session: Int
    }

    /// - Parameter enter: Enters who waits for the answer, and returns the id; `nil` if too many wait.
    private func begin(
        _ arguments: CallArguments, _ enter: ((inout Calls, [Upload]) -> String?)? = nil
    ) throws(SignalRClientError) -> Outgoing {
        let call = try self.state.withLock { state throws(SignalRClientError) -> Outgoing? in
            if let refusal = state.life.refusal { throw refusal }
            var call = Outgoing(id: nil, uploads: [], session: state.session)
            for source in arguments.uploads {
                let upload = state.calls.begin(upload: { Upload(id: $0, session: call.session, source: source) })
                if let upload { call.uploads.append(upload) }
            }
            call.id = enter?(&state.calls, call.uploads)
            if call.uploads.count == arguments.uploads.count, call.id != nil || enter == nil { return call }
            if let id = call.id { state.calls.end(id) }
            for upload in call.uploads { state.calls.end(upload.id) }
            return nil
        }
        guard let call else { throw SignalRClientError(.overloaded, "Too many calls wait for an answer of the hub.") }
        self.gate.ring()
        return call
    }

    /// Nobody waits for the answer any more.
    private func giveUp(_ call: Outgoing, _ error: any Error) {
        self.state.withLock { state in
            if let id = call.id { state.calls.end(id) }
            for upload in call.uploads { state.calls.end(upload.id) }
        }
        for upload in call.uploads { upload.stop(.givenUp(error)) }
    }

    private func record(
        of call: Outgoing, _ target: String, _ arguments: CallArguments, isStreaming: Bool = false
    ) throws -> ByteBuffer {
        var record = ByteBuffer()
        try self.kind.encodeCall(
            target: target, arguments: arguments.values, invocationID: call.id, streamIDs: call.uploads.map(\.id),
            isStreaming: isStreaming, into: &record
        )
        return record
    }

    /// Sends a call without waiting until it has gone out, and then its streams.
    private func post(_ call: Outgoing, _ target: String, _ arguments: CallArguments, isStreaming: Bool) throws {
        let record = try self.record(of: call, target, arguments, isStreaming: isStreaming)
        _ = try self.write(record, session: call.session)
        for upload in call.uploads { self.uploads.put(upload) }
    }

    /// Sends a record over the connection it belongs to, and waits until it has gone out.
    func send(_ record: ByteBuffer, session: Int) async throws {
        let written = try self.write(record, session: session)
        do {
            try await written.get()
        } catch {
            throw SignalRClientError(.connectionLost, SignalRClientError.lost.message, cause: error)
        }
    }

    /// - Returns: Succeeds when the record has gone out.
    private func write(_ record: ByteBuffer, session: Int) throws(SignalRClientError) -> EventLoopFuture<Void> {
        try self.state.withLock { state throws(SignalRClientError) in
            if let refusal = state.life.refusal { throw refusal }
            guard state.session == session, let socket = state.socket else { throw .lost }
            return socket.write(record)
        }
    }

    /// Sends the streams that go along with calls, until there will be no other connection.
    func runUploads() async {
        await withDiscardingTaskGroup { tasks in
            while let upload = try? await self.uploads.next() {
                tasks.addTask { await upload.run(self) }
            }
        }
    }

    /// A stream to the hub has ended.
    func ended(_ upload: Upload) {
        self.state.withLock { _ = $0.calls.end(upload.id) }
    }
}

/// A stream that is under way. When nobody holds it any more, the server is told to end it.
final class StreamLease: Sendable {
    let items: Mailbox<ByteBuffer>
    let core: ClientCore
    private let call: ClientCore.Outgoing

    init(call: ClientCore.Outgoing, items: Mailbox<ByteBuffer>, core: ClientCore) {
        self.call = call
        self.items = items
        self.core = core
    }

    deinit { self.core.endStream(self.call, self.items) }
}
