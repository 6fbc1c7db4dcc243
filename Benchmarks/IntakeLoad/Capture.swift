import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Stands where notifications are sent to: answers handshakes, and keeps the bodies of all else.
struct Capture {
    let port: Int
    /// What came, in order; without what Graph tells about subscriptions.
    let bodies: AsyncStream<String>
    private let channel: any Channel

    static func start() async throws -> Capture {
        let (bodies, body) = AsyncStream.makeStream(of: String.self)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(bodies: body))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return Capture(port: channel.localAddress?.port ?? 0, bodies: bodies, channel: channel)
    }

    func stop() async throws { try await self.channel.close() }

    /// A port that nobody listens at now.
    static func freePort() async throws -> Int {
        let capture = try await Capture.start()
        try await capture.stop()
        return capture.port
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let bodies: AsyncStream<String>.Continuation
        private var token: String?
        private var body = ByteBuffer()

        init(bodies: AsyncStream<String>.Continuation) {
            self.bodies = bodies
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head):
                self.body.clear()
                self.token = head.uri.split(separator: "validationToken=").dropFirst().first
                    .flatMap { $0.replacing("+", with: " ").removingPercentEncoding }
            case .body(var part): self.body.writeBuffer(&part)
            case .end:
                let text = String(buffer: self.body)
                if self.token == nil, !text.contains("lifecycleEvent") { self.bodies.yield(text) }
                let answer = ByteBuffer(string: self.token ?? "")
                let head = HTTPResponseHead(
                    version: .http1_1, status: self.token == nil ? .accepted : .ok,
                    headers: ["Content-Type": "text/plain", "Content-Length": "\(answer.readableBytes)"]
                )
                context.write(self.wrapOutboundOut(.head(head)), promise: nil)
                context.write(self.wrapOutboundOut(.body(.byteBuffer(answer))), promise: nil)
                context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
