import NIOCore
import NIOPosix

/// A WebSocket client that costs little, so that the server is what is measured. Used on its event loop only.
///
/// It sends unfragmented frames of text, masked with zeros, and takes frames apart that hold whole messages.
final class BenchClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Failure: Error {
        case refused(String)
        case ended
    }

    private enum Phase {
        case upgrading
        case handshake
        case ready
    }

    private let isHub: Bool
    private let ready: EventLoopPromise<Void>
    private var phase = Phase.upgrading
    private var received = ByteBuffer()
    private var context: ChannelHandlerContext?
    private var question: ByteBuffer?
    private var end = ContinuousClock.now
    private var asked = ContinuousClock.now
    /// How long each answer took, in nanoseconds.
    private(set) var times: [Int64] = []

    private init(isHub: Bool, ready: EventLoopPromise<Void>) {
        self.isHub = isHub
        self.ready = ready
    }

    /// Connects to a server on this machine, and waits until messages may be sent.
    ///
    /// - Parameters:
    ///   - port: Where it listens.
    ///   - path: What is asked for.
    ///   - eventLoop: Where the client lives.
    ///   - isHub: Whether to shake hands with a hub behind the upgrade.
    ///   - source: The last part of the address to connect from: each has its own ports.
    static func connect(
        port: Int, path: String, on eventLoop: any EventLoop, isHub: Bool, source: Int = 1
    ) async throws -> NIOLoopBound<BenchClient> {
        let made = eventLoop.makePromise(of: NIOLoopBound<BenchClient>.self)
        let ready = eventLoop.makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: eventLoop)
            .bind(to: SocketAddress(ipAddress: "127.0.0.\(source)", port: 0))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let client = BenchClient(isHub: isHub, ready: ready)
                    try channel.pipeline.syncOperations.addHandler(client)
                    made.succeed(NIOLoopBound(client, eventLoop: channel.eventLoop))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let request =
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        try await channel.writeAndFlush(ByteBuffer(string: request))
        try await ready.futureResult.get()
        return try await made.futureResult.get()
    }

    /// Sends a message, waits for one, and begins anew, until a moment.
    func askAgainAndAgain(_ message: String, until end: ContinuousClock.Instant) {
        self.end = end
        self.question = Self.frame(message)
        self.ask()
    }

    /// Says goodbye, and waits until nothing is left of the connection.
    static func close(_ client: NIOLoopBound<BenchClient>) async throws {
        try await client.eventLoop.flatSubmit { client.value.close() }.get()
    }

    private func close() -> EventLoopFuture<Void> {
        self.question = nil
        guard let context = self.context else { return self.ready.futureResult.eventLoop.makeSucceededVoidFuture() }
        let goodbye = ByteBuffer(bytes: [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8])
        context.writeAndFlush(self.wrapOutboundOut(goodbye), promise: nil)
        return context.channel.closeFuture
    }

    private func ask() {
        guard let question = self.question, let context = self.context else { return }
        self.asked = .now
        guard self.asked < self.end else { return }
        context.writeAndFlush(self.wrapOutboundOut(question), promise: nil)
    }

    // MARK: - Channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) { self.ready.fail(Failure.ended) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.received.writeBuffer(&bytes)
        if case .upgrading = self.phase { self.takeAnswer() }
        while let message = self.takeMessage() { self.handle(message) }
        if self.received.readableBytes == 0 { self.received.clear() }
    }

    private func takeAnswer() {
        let text = self.received.readableBytesView
        let end = text.indices.dropLast(3).first { text[$0..<($0 + 4)].elementsEqual("\r\n\r\n".utf8) }
        guard let end else { return }
        let head = self.received.readString(length: end + 4 - text.startIndex) ?? ""
        guard head.hasPrefix("HTTP/1.1 101") else { return self.ready.fail(Failure.refused(head)) }
        if self.isHub {
            self.phase = .handshake
            let handshake = Self.frame(#"{"protocol":"json","version":1}"# + "\u{1E}")
            self.context?.writeAndFlush(self.wrapOutboundOut(handshake), promise: nil)
        } else {
            self.phase = .ready
            self.ready.succeed()
        }
    }

    private func takeMessage() -> ByteBuffer? {
        if case .upgrading = self.phase { return nil }
        let start = self.received.readerIndex
        guard let first = self.received.getInteger(at: start, as: UInt8.self),
            let second = self.received.getInteger(at: start + 1, as: UInt8.self)
        else { return nil }
        var header = 2
        var length = Int(second & 0x7F)
        if length == 126 {
            guard let value = self.received.getInteger(at: start + 2, as: UInt16.self) else { return nil }
            (header, length) = (4, Int(value))
        }
        guard self.received.readableBytes >= header + length else { return nil }
        self.received.moveReaderIndex(forwardBy: header)
        let content = self.received.readSlice(length: length)
        if first & 0x0F == 0x8 {
            self.context?.close(promise: nil)
            return nil
        }
        return content
    }

    private func handle(_ message: ByteBuffer) {
        guard case .ready = self.phase else {
            self.phase = .ready
            return self.ready.succeed()
        }
        // Pings of the hub are no answers.
        guard self.question != nil, message.readableBytes > 13 else { return }
        self.times.append(self.asked.duration(to: .now).nanoseconds)
        self.ask()
    }

    private static func frame(_ text: String) -> ByteBuffer {
        var frame = ByteBuffer()
        let count = text.utf8.count
        precondition(count < 126, "Only short messages are sent.")
        frame.writeBytes([0x81, 0x80 | UInt8(count), 0, 0, 0, 0])
        frame.writeString(text)
        return frame
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 { self.components.seconds * 1_000_000_000 + self.components.attoseconds / 1_000_000_000 }
}
