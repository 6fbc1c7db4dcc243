import NIOCore
import NIOHTTP1

/// Carries a connection's messages in the endless answer to one request; its client sends with others.
///
/// The answer ends with its connection, which HTTP/1.0 proxies understand, too.
final class ServerSentEventsTransport: ChannelDuplexHandler, SocketTransport, PostedTransport {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// The head has not been written.
        case beginning
        case open
        /// It ends when everything has left, or at the deadline.
        case leaving(deadline: LoopInstant)
        case ended
    }

    let connection: any HubTransportOwner
    var kind: TransportKind { .serverSentEvents }
    private let closeTimeout: Duration
    private let early: ByteBuffer
    private let whenEnded: () -> Void
    private(set) var context: ChannelHandlerContext?
    var outbox: Outbox
    var socket = DirectSocket.none
    var sendWatch: SendWatch
    var sends: SendQueue<HubInquiry>
    private var phase = Phase.beginning

    /// - Parameters:
    ///   - connection: What it carries.
    ///   - configuration: Its limits.
    ///   - early: What the client sent before.
    ///   - whenEnded: Called on the event loop when nothing is left of it.
    init(
        connection: HubConnection, configuration: HubConfiguration, early: ByteBuffer, whenEnded: @escaping () -> Void
    ) {
        self.connection = connection
        self.closeTimeout = configuration.closeTimeout
        self.early = early
        self.whenEnded = whenEnded
        self.outbox = Outbox(limit: configuration.outboxBytes)
        self.sendWatch = SendWatch(timeout: configuration.sendTimeout)
        self.sends = SendQueue(limit: configuration.maximumBodySize)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.end(.connectionLost)
        self.context = nil
    }

    /// The head of the answer, and the comment that makes browsers call it open.
    ///
    /// - Parameter origin: The page that may see it.
    static func response(origin: String?) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: 384)
        buffer.writeStaticString("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")
        buffer.writeStaticString("Cache-Control: no-cache,no-store\r\nPragma: no-cache\r\n")
        // Neither may anything on the way compress it, nor hold it back.
        buffer.writeStaticString("Content-Encoding: identity\r\nX-Accel-Buffering: no\r\nConnection: close\r\n")
        if let origin {
            var headers = HTTPHeaders()
            headers.allow(origin: origin)
            for (name, value) in headers { buffer.writeString("\(name): \(value)\r\n") }
        }
        buffer.writeStaticString("\r\n:\r\n")
        return buffer
    }

    func begin(response: ByteBuffer, isPlain: Bool) {
        guard self.context != nil, case .beginning = self.phase else { return }
        self.phase = .open
        self.carry(behind: response, isPlain: isPlain)
        self.takeEarly(self.early)
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Whatever it is, it is not for us: this answer ends with the connection.
    }

    // MARK: - Out

    var carriesBinary: Bool { false }

    func append(_ records: ByteBuffer) {
        guard case .open = self.phase else { return }
        var event = self.connection.takeScratch()
        records.withUnsafeReadableBytes { event.writeServerSentEvent($0) }
        self.act(on: event.withUnsafeReadableBytes { self.outbox.append($0) })
        self.connection.giveBack(event)
    }

    func append(framed bytes: UnsafeRawBufferPointer) {
        guard case .open = self.phase else { return }
        let events = self.events(of: bytes)
        self.act(on: events.withUnsafeReadableBytes { self.outbox.append($0) })
        self.connection.giveBack(events)
    }

    func write(framed bytes: UnsafeRawBufferPointer) {
        guard case .open = self.phase else { return }
        let events = self.events(of: bytes)
        self.act(on: events.withUnsafeReadableBytes { self.outbox.write($0, to: self.socket) })
        self.connection.giveBack(events)
    }

    private func events(of frames: UnsafeRawBufferPointer) -> ByteBuffer {
        var events = self.connection.takeScratch()
        frames.forEachWebSocketPayload { events.writeServerSentEvent($0) }
        return events
    }

    func handedOverWritten() {
        self.leaveIfDone()
        if case .open = self.phase { self.connection.drained() }
    }

    // MARK: - Ends

    func close() {
        guard case .open = self.phase else { return }
        self.flush()
        // Writing may have found that there is nobody any more.
        guard case .open = self.phase else { return }
        self.phase = .leaving(deadline: LoopInstant.now().advanced(by: self.closeTimeout))
        self.leaveIfDone()
    }

    private func leaveIfDone() {
        guard case .leaving = self.phase, self.outbox.outstanding == 0 else { return }
        self.context?.close(promise: nil)
    }

    func tick(now: LoopInstant) {
        switch self.phase {
        case .leaving(let deadline): if now >= deadline { self.context?.close(promise: nil) }
        case .open: self.watchSending(now: now)
        case .beginning, .ended: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.end(.connectionLost)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: self.connection.close(.serverShuttingDown)
        case ChannelEvent.inputClosed:
            // A client of this transport has no other way to say goodbye.
            self.end(.normal)
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Errors of the socket: nothing more can be said to the client.
        context.close(promise: nil)
    }

    private func end(_ reason: CloseReason) {
        self.socket = .none
        if case .ended = self.phase { return }
        self.phase = .ended
        self.connection.transportEnding(reason)
        self.connection.transportEnded()
        self.refuseSends()
        self.whenEnded()
    }
}
