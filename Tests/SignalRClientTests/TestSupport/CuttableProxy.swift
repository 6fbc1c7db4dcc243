import NIOCore
import NIOPosix
import RealTimeTesting
import Synchronization

/// Passes bytes on between clients and a port, until it cuts their connections.
final class CuttableProxy: Sendable {
    private let open = Mutex<[any Channel]>([])
    private let isBlocked = Mutex(false)
    private let joined = Mutex(0)
    private let budget: @Sendable (Int) -> Int?
    /// How many connections there have been.
    let count = Watched(0)
    /// How many were refused.
    let refused = Watched(0)

    private init(budget: @escaping @Sendable (Int) -> Int?) {
        self.budget = budget
    }

    /// Runs `body` with a proxy and its port.
    ///
    /// - Parameters:
    ///   - port: Where bytes are passed on to.
    ///   - budget: How many bytes, in both directions together, a connection passes on before it is cut. It is told how many
    ///     connections there were before. `nil`: as many as come.
    static func run<Value: Sendable>(
        to port: Int, budget: @escaping @Sendable (Int) -> Int? = { _ in nil },
        _ body: (CuttableProxy, Int) async throws -> Value
    ) async throws -> Value {
        let proxy = CuttableProxy(budget: budget)
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

    /// Cuts all connections there are, and lets no other through.
    func block() {
        self.isBlocked.withLock { $0 = true }
        self.cut()
    }

    func unblock() { self.isBlocked.withLock { $0 = false } }

    private func join(_ client: any Channel, to port: Int) -> EventLoopFuture<Void> {
        guard !self.isBlocked.withLock({ $0 }) else {
            self.refused.change { $0 += 1 }
            return client.close()
        }
        let number = self.joined.withLock { joined in
            defer { joined += 1 }
            return joined
        }
        let budget = Budget(self.budget(number))
        return ClientBootstrap(group: client.eventLoop)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(Passer(to: client, budget))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .flatMapThrowing { server in
                try client.pipeline.syncOperations.addHandler(Passer(to: server, budget))
                self.open.withLock { $0 += [client, server] }
                self.count.change { $0 += 1 }
            }
            .flatMap { client.setOption(.autoRead, value: true) }
    }
}

/// How many bytes may still pass.
private final class Budget: Sendable {
    private let bytes: Mutex<Int?>

    init(_ bytes: Int?) {
        self.bytes = Mutex(bytes)
    }

    /// Takes what may pass of so many bytes.
    func take(_ count: Int) -> Int {
        self.bytes.withLock { bytes in
            guard let left = bytes else { return count }
            let taken = min(left, count)
            bytes = left - taken
            return taken
        }
    }
}

/// Passes bytes and the end on to another channel of the same event loop.
private final class Passer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let budget: Budget

    init(to other: any Channel, _ budget: Budget) {
        self.other = other
        self.budget = budget
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        let count = bytes.readableBytes
        let taken = self.budget.take(count)
        if let passed = bytes.readSlice(length: taken), taken > 0 { self.other.writeAndFlush(passed, promise: nil) }
        guard taken < count else { return }
        self.other.close(promise: nil)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.other.close(promise: nil)
    }
}
