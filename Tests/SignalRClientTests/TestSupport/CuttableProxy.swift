import NIOCore
import NIOPosix
import RealTimeTesting
import Synchronization

/// Passes bytes on between clients and a port, until it cuts their connections.
final class CuttableProxy: Sendable {
    private let open = Mutex<[any Channel]>([])
    /// How many connections there have been.
    let count = Watched(0)

    /// Runs `body` with a proxy and its port.
    static func run<Value: Sendable>(
        to port: Int, _ body: (CuttableProxy, Int) async throws -> Value
    ) async throws -> Value {
        let proxy = CuttableProxy()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in proxy.join(client, to: port) }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let value = try await body(proxy, server.localAddress?.port ?? 0)
            proxy.cut()
            try await server.close()
            return value
        } catch {
            proxy.cut()
            try await server.close()
            throw error
        }
    }

    /// Cuts all connections there are.
    func cut() {
        let channels = self.open.withLock { open in
            defer { open = [] }
            return open
        }
        for channel in channels { channel.close(promise: nil) }
    }

    private func join(_ client: any Channel, to port: Int) -> EventLoopFuture<Void> {
        ClientBootstrap(group: client.eventLoop)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture { try server.pipeline.syncOperations.addHandler(Passer(to: client)) }
            }
            .connect(host: "127.0.0.1", port: port)
            .flatMapThrowing { server in
                try client.pipeline.syncOperations.addHandler(Passer(to: server))
                self.open.withLock { $0 += [client, server] }
                self.count.change { $0 += 1 }
            }
            .flatMap { client.setOption(.autoRead, value: true) }
    }
}

/// Passes bytes and the end on to another channel of the same event loop.
private final class Passer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) {
        self.other = other
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.other.writeAndFlush(self.unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.other.close(promise: nil)
    }
}
