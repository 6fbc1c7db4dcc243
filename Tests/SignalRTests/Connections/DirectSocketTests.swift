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
    private func accept(
        wrapped: Bool, _ body: (_ channel: any Channel, _ isPlain: Bool, ByteStream) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let routes = FrontRoutes(hubs: [:], endpoints: [], configuration: .init(), logger: logger)
        let front = FrontChannel(routes: routes) { _, _, _ in }
        let accepted = Probe<(any Channel, Bool)>()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if wrapped { try channel.pipeline.syncOperations.addHandler(Wrapper()) }
                    accepted.add((channel, try front.accept(channel).isPlain))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await ByteStream.connect(port: server.localAddress?.port ?? 0)
        let (channel, isPlain) = await accepted.next()
        try await body(channel, isPlain, client)
        await client.close()
        try await server.close()
    }

    @Test func writesToTheSocketItself() async throws {
        try await self.accept(wrapped: false) { channel, isPlain, client in
            #expect(isPlain)
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
        try await self.accept(wrapped: true) { _, isPlain, _ in
            #expect(!isPlain)
        }
    }

    @Test func takesNothingWhereThereIsNone() {
        #expect(Array("a".utf8).withUnsafeBytes { DirectSocket.none.send($0) } == 0)
    }
}
