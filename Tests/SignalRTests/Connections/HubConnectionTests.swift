import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import SignalR

/// What only time and a transport under control can show.
@Suite struct HubConnectionTests {
    /// Takes everything, and has as much left to send as the test says.
    private final class Transport: HubTransport {
        let kind = TransportKind.webSockets
        var outstanding = 0
        var sent: [String] = []
        private let eventLoop: any EventLoop

        init(on eventLoop: any EventLoop) { self.eventLoop = eventLoop }

        var closeFuture: EventLoopFuture<Void> { self.eventLoop.makeSucceededVoidFuture() }
        func append(_ records: ByteBuffer) { self.sent.append(String(buffer: records)) }
        func append(framed bytes: UnsafeRawBufferPointer) {}
        func write(framed bytes: UnsafeRawBufferPointer) {}
        func flush() {}
        func discardWaiting() {}
        func setReading(_ isReading: Bool) {}
        func close() {}
        func tick(now: LoopInstant) {}
    }

    private static func at(_ seconds: Int64) -> LoopInstant { LoopInstant(nanoseconds: seconds * 1_000_000_000) }

    @Test func noPingsWhileSomethingWaits() {
        let eventLoop = EmbeddedEventLoop()
        let hub = Hub("test") { _ in }
        let endpoint = HubEndpoint(hub: hub, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let (loop, mailbox) = hub.local.loop(on: eventLoop)
        let request = HubRequest(head: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/hub"), remoteAddress: nil)
        let connection = HubConnection(
            id: "a", user: nil, request: request, endpoint: endpoint, loop: loop, mailbox: mailbox, now: Self.at(0)
        )
        let transport = Transport(on: eventLoop)
        connection.begin(over: transport)
        var handshake = ByteBuffer(string: "{\"protocol\":\"json\",\"version\":1}\u{1E}")
        connection.received(&handshake, now: Self.at(0))
        #expect(transport.sent == ["{}\u{1E}"])
        for second in Int64(1)...60 {
            transport.outstanding = second > 20 && second < 50 ? 1 : 0
            connection.tick(now: Self.at(second))
        }
        // Those of seconds 30 and 45 are left out, not made up for.
        #expect(transport.sent == ["{}\u{1E}", "{\"type\":6}\u{1E}", "{\"type\":6}\u{1E}"])
        connection.close(.normal)
    }
}
