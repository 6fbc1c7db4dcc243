import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import SignalR

@Suite(.timeLimit(.minutes(1))) struct DirectSocketTests {
    private final class Wrapper: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
    }

    /// Accepts one connection as the listener does.
    ///
    /// - Parameter wrapped: Whether something lies between the socket and the listener's handlers, as TLS would.
    private func accept(wrapped: Bool, _ body: (FrontConnection, ByteStream) async throws -> Void) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let routes = FrontRoutes(hubs: [:], endpoints: [], configuration: .init(), logger: logger)
        let front = FrontChannel(routes: routes) { _, _, _ in }
        let accepted = Probe<FrontConnection>()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                let wrapping = channel.eventLoop.makeCompletedFuture {
                    if wrapped { try channel.pipeline.syncOperations.addHandler(Wrapper()) }
                }
                return wrapping.flatMap { front.setup(channel: channel, logger: logger) }.map { accepted.add($0) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await ByteStream.connect(port: server.localAddress?.port ?? 0)
        try await body(await accepted.next(), client)
        await client.close()
        try await server.close()
    }

    @Test func writesToTheSocketItself() async throws {
        try await self.accept(wrapped: false) { connection, client in
            #expect(connection.isPlain)
            let channel = connection.channel
            let sent = try await channel.eventLoop.submit {
                Array("hello".utf8).withUnsafeBytes { DirectSocket(of: channel).send($0) }
            }.get()
            #if os(Linux)
            #expect(sent == 5)
            #expect(try await client.read { $0.readString(length: 5) } == "hello")
            #else
            #expect(sent == 0)
            #endif
        }
    }

    @Test func neverWhereSomethingIsInBetween() async throws {
        try await self.accept(wrapped: true) { connection, _ in
            #expect(!connection.isPlain)
        }
    }

    @Test func takesNothingWhereThereIsNone() {
        #expect(Array("a".utf8).withUnsafeBytes { DirectSocket.none.send($0) } == 0)
    }
}
