import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Accepts every notification at once, and counts.
final class CountingReceiver: Sendable {
    private let itemCount = Atomic(0)
    private let postCount = Atomic(0)

    /// How many notifications came.
    var items: Int { self.itemCount.load(ordering: .relaxed) }
    /// How many `POST`s they came in.
    var posts: Int { self.postCount.load(ordering: .relaxed) }

    /// - Returns: The port.
    func start(on group: any EventLoopGroup) async throws -> Int {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(receiver: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return channel.localAddress?.port ?? 0
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private static let mark = Array("\"subscriptionId\"".utf8)

        private let receiver: CountingReceiver
        private var token: String?
        private var body = ByteBuffer()

        init(receiver: CountingReceiver) {
            self.receiver = receiver
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch self.unwrapInboundIn(data) {
            case .head(let head):
                self.body.clear()
                self.token = head.uri.split(separator: "validationToken=").dropFirst().first
                    .flatMap { $0.replacing("+", with: " ").removingPercentEncoding }
            case .body(var part): self.body.writeBuffer(&part)
            case .end:
                if self.token == nil {
                    self.receiver.postCount.add(1, ordering: .relaxed)
                    self.receiver.itemCount.add(self.countItems(), ordering: .relaxed)
                }
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

        private func countItems() -> Int {
            self.body.withUnsafeReadableBytes { bytes in
                var count = 0
                var rest = bytes[...]
                while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
                    rest = rest[quote...]
                    if rest.starts(with: Self.mark) { count += 1 }
                    rest = rest.dropFirst()
                }
                return count
            }
        }
    }
}
