import HummingbirdCore
import Logging
import NIOCore
import Synchronization
import Testing

@testable import SignalR

/// Connections come and go, and nothing is left of them: what `HubLoad rounds` shows in megabytes, in objects.
@Suite(.timeLimit(.minutes(1))) struct RoundsTests {
    /// Those that were made, as long as they live. Used on their event loops only.
    private final class Watch: Sendable {
        private struct Weak: Sendable {
            // Written once, here; that it becomes nil is not a race.
            nonisolated(unsafe) weak var connection: HubConnection?
        }

        private let connections = Mutex<[Weak]>([])

        func add(_ connection: HubConnection) { self.connections.withLock { $0.append(Weak(connection: connection)) } }

        /// How many were made, and how many of them live.
        var counts: (made: Int, alive: Int) {
            self.connections.withLock { ($0.count, $0.filter { $0.connection != nil }.count) }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func nothingLivesOn(_ transport: TestTransport) async throws {
        let watch = Watch()
        let hub = Hub("test") { hub in
            hub.onConnect { caller in
                await caller.connection.perform { watch.add($0) }
                try await caller.groups.join("everybody")
            }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
        }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let endpoint = HubEndpoint(hub: hub, logger: logger)
        let routes = FrontRoutes(hubs: ["/hub": endpoint], endpoints: [], configuration: .init(), logger: logger)
        let listener = HTTPServerBuilder { FrontChannel(routes: routes, responder: $0) }
        try await TestServer.run([:], listener: listener) { server in
            for round in 1...4 {
                var clients: [any TransportClient] = []
                for _ in 0..<10 {
                    let client = try await transport.connect(to: server)
                    _ = try await client.call("Echo", #""a""#)
                    clients.append(client)
                }
                for client in clients { try await client.leave() }
                // Sockets end a little later than their clients.
                while watch.counts.alive > 0 || endpoint.namedCount > 0 { try await Task.sleep(for: .milliseconds(2)) }
                #expect(watch.counts.made == round * 10)
                #expect(hub.connectionCount == 0)
            }
        }
    }
}
