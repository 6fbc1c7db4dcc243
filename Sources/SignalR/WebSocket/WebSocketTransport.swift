import NIOCore
import SignalRProtocol

/// Carries a connection over a WebSocket: the only channel handler that is left after the upgrade.
final class WebSocketTransport: ChannelDuplexHandler, SocketTransport {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// The `101` has not been written.
        case upgrading
        case open
        /// We said goodbye; until the deadline the client may say it too.
        case closing(deadline: LoopInstant)
        /// Both said goodbye: it ends when everything has left.
        case leaving(deadline: LoopInstant)
        /// What the client sent is against the rules, and it is not listened to any more.
        case deaf(deadline: LoopInstant)
        case ended
    }

    let connection: any HubTransportOwner
    var kind: TransportKind { .webSockets }
    private let closeTimeout: Duration
    private let early: ByteBuffer
    private(set) var context: ChannelHandlerContext?
    private var phase = Phase.upgrading
    private var decoder: WebSocketFrameDecoder
    var outbox: Outbox
    var socket = DirectSocket.none
    var sendWatch: SendWatch
    private var isBinary = false
    private var isReading = true
    private var readIsPending = false

    /// - Parameters:
    ///   - connection: What it carries.
    ///   - configuration: Its limits.
    ///   - early: What the client sent before.
    init(connection: any HubTransportOwner, configuration: HubConfiguration, early: ByteBuffer = ByteBuffer()) {
        self.connection = connection
        self.closeTimeout = configuration.closeTimeout
        self.early = early
        self.decoder = WebSocketFrameDecoder(maximumMessageSize: max(1 << 20, configuration.maximumReceiveSize))
        self.outbox = Outbox(limit: configuration.outboxBytes)
        self.sendWatch = SendWatch(timeout: configuration.sendTimeout)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.end()
        self.context = nil
    }

    func begin(response: ByteBuffer, isPlain: Bool) {
        guard self.context != nil, case .upgrading = self.phase else { return }
        self.phase = .open
        self.carry(behind: response, isPlain: isPlain)
        guard self.early.readableBytes > 0 else { return }
        var early = self.early
        self.connection.received(&early, now: .now())
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.phase {
        case .upgrading, .leaving, .deaf, .ended: return
        case .open, .closing: break
        }
        var input = self.unwrapInboundIn(data)
        var payload = self.connection.takeScratch()
        let now = LoopInstant.now()
        do throws(WebSocketFrameDecoder.Violation) {
            while let event = try self.decoder.next(in: &input, payload: &payload) {
                switch event {
                case .data:
                    self.connection.received(&payload, now: now)
                    payload.clear()
                case .ping(let content):
                    self.queue(self.frame(0xA, content))
                    self.flush()
                case .pong: break
                case .close(let code):
                    self.clientSaidGoodbye(code)
                    return self.connection.giveBack(payload)
                }
            }
        } catch {
            self.refuse(error)
        }
        self.connection.giveBack(payload)
    }

    func read(context: ChannelHandlerContext) {
        if self.isReading { context.read() } else { self.readIsPending = true }
    }

    func setReading(_ isReading: Bool) {
        self.isReading = isReading
        guard isReading, self.readIsPending else { return }
        self.readIsPending = false
        self.context?.read()
    }

    private func clientSaidGoodbye(_ code: UInt16?) {
        if case .open = self.phase {
            var content = ByteBuffer()
            if let code { content.writeInteger(code) }
            self.queue(self.frame(0x8, content))
        }
        self.phase = .leaving(deadline: self.deadline)
        self.connection.transportEnding(.normal)
        self.flush()
        self.leaveIfDone()
    }

    private func refuse(_ violation: WebSocketFrameDecoder.Violation) {
        if case .open = self.phase {
            self.outbox.discardWaiting()
            self.queue(self.frame(0x8, ByteBuffer(integer: violation.code)))
            self.flush()
        }
        guard let context = self.context else { return }
        self.phase = .deaf(deadline: self.deadline)
        self.connection.transportEnding(violation == .tooLarge ? .messageTooLarge() : .protocolError())
        // Closed at once, the socket would answer what is unread with a reset, which may overtake our goodbye.
        context.close(mode: .output, promise: nil)
    }

    // MARK: - Out

    func setBinary(_ isBinary: Bool) { self.isBinary = isBinary }

    func append(_ records: ByteBuffer) {
        var frame = ByteBufferAllocator().buffer(capacity: records.readableBytes + 10)
        frame.writeWebSocketHeader(opcode: self.isBinary ? 0x2 : 0x1, length: records.readableBytes)
        frame.writeImmutableBuffer(records)
        self.queue(frame)
    }

    func append(framed bytes: UnsafeRawBufferPointer) {
        guard case .open = self.phase else { return }
        self.act(on: self.outbox.append(bytes))
    }

    func write(framed bytes: UnsafeRawBufferPointer) {
        guard case .open = self.phase else { return }
        self.act(on: self.outbox.write(bytes, to: self.socket))
    }

    var directSocket: DirectSocket {
        guard case .open = self.phase, !self.outbox.isHandedOver else { return .none }
        return self.socket
    }

    func wrote(_ sent: Int?, ofFramed bytes: UnsafeRawBufferPointer) {
        // Where there was no socket, this is the first that is heard of these bytes.
        guard sent != 0 else { return self.write(framed: bytes) }
        guard case .open = self.phase else { return }
        self.act(on: self.outbox.wrote(sent, of: bytes))
    }

    private func queue(_ frame: ByteBuffer) {
        guard case .open = self.phase else { return }
        self.act(on: self.outbox.append(frame))
    }

    private func frame(_ opcode: UInt8, _ content: ByteBuffer) -> ByteBuffer {
        var frame = ByteBufferAllocator().buffer(capacity: content.readableBytes + 2)
        frame.writeWebSocketHeader(opcode: opcode, length: content.readableBytes)
        frame.writeImmutableBuffer(content)
        return frame
    }

    func handedOverWritten() {
        self.leaveIfDone()
        if case .open = self.phase { self.connection.drained() }
    }

    // MARK: - Ends

    /// When a closing handshake that begins now is over, whatever the client does.
    private var deadline: LoopInstant { LoopInstant.now().advanced(by: self.closeTimeout) }

    func close() {
        guard case .open = self.phase else { return }
        self.queue(self.frame(0x8, ByteBuffer(integer: UInt16(1000))))
        self.flush()
        // Writing may have found that there is nobody any more.
        guard case .open = self.phase else { return }
        self.phase = .closing(deadline: self.deadline)
        self.setReading(true)
    }

    func tick(now: LoopInstant) {
        switch self.phase {
        case .closing(let deadline), .leaving(let deadline), .deaf(let deadline):
            if now >= deadline { self.context?.close(promise: nil) }
        case .open: self.watchSending(now: now)
        case .upgrading, .ended: break
        }
    }

    /// Ends when everything has left that was written before the goodbyes.
    private func leaveIfDone() {
        guard case .leaving = self.phase, self.outbox.outstanding == 0 else { return }
        self.context?.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: self.connection.shutDown()
        case ChannelEvent.inputClosed:
            // Whoever said goodbye may still be reading.
            if case .leaving = self.phase { break }
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Errors of the socket: nothing more can be said to the client.
        context.close(promise: nil)
    }

    private func end() {
        self.socket = .none
        if case .ended = self.phase { return }
        self.phase = .ended
        self.connection.transportEnded()
    }
}
