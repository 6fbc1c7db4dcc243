import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import SignalR

@Suite struct FrontLoopTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Channels of one event loop, as the listener sets them up.
    private func accept(_ count: Int, on eventLoop: EmbeddedEventLoop) throws -> (FrontLoop, [EmbeddedChannel]) {
        let configuration = ListenerConfiguration(idleTimeout: .seconds(75), requestTimeout: .seconds(30))
        let routes = FrontRoutes(hubs: [:], endpoints: [], configuration: configuration, logger: self.logger)
        let front = FrontChannel(routes: routes) { _, _, _ in }
        let channels = try (0..<count).map { _ in
            let channel = EmbeddedChannel(loop: eventLoop)
            _ = try front.accept(channel)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            return channel
        }
        return (routes.loop(on: eventLoop), channels)
    }

    @Test func oneClockServesAll() throws {
        let eventLoop = EmbeddedEventLoop()
        let (loop, channels) = try self.accept(5, on: eventLoop)
        #expect(loop.count == 5)
        #expect(loop.isTicking)
        eventLoop.advanceTime(by: .seconds(1))
        #expect(channels.filter(\.isActive).count == 5)
        loop.tick(now: .now() + .seconds(76))
        eventLoop.run()
        #expect(channels.filter(\.isActive).count == 0)
        #expect(loop.count == 0)
    }

    @Test func theOthersKeepTheirPlaces() throws {
        let eventLoop = EmbeddedEventLoop()
        let (loop, channels) = try self.accept(4, on: eventLoop)
        for (index, left) in [(1, 3), (0, 2), (3, 1), (2, 0)] {
            try channels[index].close().wait()
            #expect(loop.count == left)
        }
    }

    @Test func theClockStopsBehindTheLast() throws {
        let eventLoop = EmbeddedEventLoop()
        let (loop, channels) = try self.accept(1, on: eventLoop)
        try channels[0].close().wait()
        eventLoop.advanceTime(by: .seconds(1))
        #expect(!loop.isTicking)
        eventLoop.advanceTime(by: .seconds(10))
        let again = EmbeddedChannel(loop: eventLoop)
        let routes = FrontRoutes(hubs: [:], endpoints: [], configuration: .init(), logger: self.logger)
        _ = try FrontChannel(routes: routes) { _, _, _ in }.accept(again)
        #expect(routes.loop(on: eventLoop).isTicking)
    }
}
