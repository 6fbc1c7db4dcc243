import NIOCore
import NIOPosix

/// A kept connection that sends a request as soon as the last one is answered. Used on its event loop only.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let headEnd = Array("\r\n\r\n".utf8)

    private var received = ByteBuffer()
    private var context: ChannelHandlerContext?
    private var next: () -> ByteBuffer = { ByteBuffer() }
    private var end = ContinuousClock.now
    private var asked = ContinuousClock.now
    /// How long each `202` took, in nanoseconds.
    private(set) var times: [Int64] = []
    /// How many other answers there were, by status; 0 for a connection that ended.
    private(set) var others: [Int: Int] = [:]

    static func connect(port: Int, on eventLoop: any EventLoop) async throws -> NIOLoopBound<LoadConnection> {
        let made = eventLoop.makePromise(of: NIOLoopBound<LoadConnection>.self)
        _ = try await ClientBootstrap(group: eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = LoadConnection()
                    try channel.pipeline.syncOperations.addHandler(connection)
                    made.succeed(NIOLoopBound(connection, eventLoop: channel.eventLoop))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return try await made.futureResult.get()
    }

    /// Sends, waits for the answer, and begins anew, until a moment.
    func run(until end: ContinuousClock.Instant, _ next: @escaping () -> ByteBuffer) {
        self.end = end
        self.next = next
        self.send()
    }

    func close() { self.context?.close(promise: nil) }

    private func send() {
        self.asked = .now
        guard self.asked < self.end else { return }
        self.context?.writeAndFlush(self.wrapOutboundOut(self.next()), promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        if self.asked < self.end { self.others[0, default: 0] += 1 }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.received.writeBuffer(&bytes)
        guard let status = self.takeAnswer() else { return }
        if status == 202 {
            let duration = self.asked.duration(to: .now)
            self.times.append(duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000)
        } else {
            self.others[status, default: 0] += 1
        }
        self.send()
    }

    /// - Returns: The status, when the whole answer is there.
    private func takeAnswer() -> Int? {
        let view = self.received.readableBytesView
        guard let end = view.firstRange(of: Self.headEnd) else { return nil }
        let head = String(decoding: view[..<end.lowerBound], as: UTF8.self).lowercased()
        let length = head.split(separator: "content-length: ").dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        guard view.endIndex - end.upperBound >= length else { return nil }
        self.received.clear()
        return Int(head.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0
    }
}
