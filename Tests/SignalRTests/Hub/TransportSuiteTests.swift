import HummingbirdCore
import Logging
import SignalRProtocol
import Synchronization
import Testing

@testable import SignalR

/// What every transport does alike.
@Suite(.timeLimit(.minutes(2))) struct TransportSuiteTests {
    private let ended = Probe<String>()

    private func hub(_ build: (inout Hub) -> Void = { _ in }) -> Hub {
        Hub("test") { hub in
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.on("Who") { (caller: HubCaller) in caller.connectionID }
            hub.on("Join") { (caller: HubCaller, group: String) in try await caller.groups.join(group) }
            hub.on("Abort") { (caller: HubCaller) in caller.abort() }
            build(&hub)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func handshakes(_ transport: TestTransport) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await transport.connect(to: server)
            #expect(try await client.call("Echo", #""ü""#) == #"{"type":3,"invocationId":"1","result":"ü"}"#)
            try await client.leave()
            #expect(await self.ended.next() == "normal")
        }
    }

    @Test func connectionsAreCountedByTransport() async throws {
        let metrics = Counters()
        var hub = Hub("test", metrics: metrics) { hub in
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
        }
        hub.configuration.closeTimeout = .milliseconds(200)
        try await TestServer.run(["/hub": hub]) { [hub] server in
            for (others, transport) in TestTransport.allCases.enumerated() {
                let client = try await transport.connect(to: server)
                let staying = try await transport.connect(to: server)
                _ = try await staying.call("Echo", #""here""#)
                #expect(metrics["signalr.connects", transport.rawValue] == 2)
                #expect(metrics.gauge("signalr.connections", transport.rawValue) == 2)
                try await client.leave()
                #expect(await self.ended.next() == "normal")
                #expect(metrics.gauge("signalr.connections", transport.rawValue) == 1)
                #expect(metrics["signalr.disconnects", "normal"] == others + 1)
                #expect(hub.connectionCount == others + 1)
            }
        }
        for transport in TestTransport.allCases { #expect(metrics.gauge("signalr.connections", transport.rawValue) == 0) }
        #expect(metrics.gauge("signalr.connections", "inProcess") == nil)
    }

    @Test(arguments: TestTransport.allCases)
    func refusedHandshakes(_ transport: TestTransport) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            for (request, error) in [
                (#"{"protocol":"other","version":1}"#, "The protocol 'other' is not supported."),
                (#"{"protocol":"json","version":3}"#, "The server does not support version 3 of the 'json' protocol."),
                ("nonsense", "An unexpected error occurred during connection handshake."),
            ] {
                let token = try await server.negotiate()
                let client: any TransportClient =
                    switch transport {
                    case .webSockets: try await HubClient.upgrade(to: server, "/hub?id=\(token)")
                    case .serverSentEvents: try await EventsClient.open(to: server, token: token)
                    case .longPolling: try await PollingClient.open(to: server, token: token)
                    }
                try await client.send(all: [request])
                #expect(await client.untilEnd() == [#"{"error":"\#(error)"}"#])
                await client.drop()
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func messagesInManyPieces(_ transport: TestTransport) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await transport.connect(to: server)
            // Several in one piece are handled in order.
            try await client.send(
                all: (0..<20).map { #"{"type":1,"invocationId":"\#($0)","target":"Echo","arguments":["\#($0)"]}"# })
            for number in 0..<20 { try await client.expect(#"{"type":3,"invocationId":"\#(number)","result":"\#(number)"}"#) }
            await client.drop()
        }
    }

    @Test(arguments: TestTransport.allCases)
    func broadcasts(_ transport: TestTransport) async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let clients = try await [transport.connect(to: server), transport.connect(to: server)]
            for number in 0..<200 { try await hub.clients.all.send("Note", number) }
            for client in clients {
                for number in 0..<200 { try await client.expect(#"{"type":1,"target":"Note","arguments":[\#(number)]}"#) }
            }
            let text = String(repeating: "é\n", count: 50_000)
            try await hub.clients.all.send("Long", text)
            for client in clients { #expect(try await client.next().utf8.count > 200_000) }
            for client in clients { await client.drop() }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func groups(_ transport: TestTransport) async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let (one, two) = try await (transport.connect(to: server), transport.connect(to: server))
            _ = try await one.call("Join", #""a""#)
            _ = try await two.call("Join", #""b""#)
            for number in 0..<50 {
                try await hub.clients.group("a").send("A", number)
                try await hub.clients.group("b").send("B", number)
                try await hub.clients.groups(["a", "b"]).send("Both", number)
            }
            for (client, name) in [(one, "A"), (two, "B")] {
                for number in 0..<50 {
                    try await client.expect(#"{"type":1,"target":"\#(name)","arguments":[\#(number)]}"#)
                    try await client.expect(#"{"type":1,"target":"Both","arguments":[\#(number)]}"#)
                }
                await client.drop()
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func theHubEndsIt(_ transport: TestTransport) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await transport.connect(to: server)
            try await client.send(all: [#"{"type":1,"target":"Abort","arguments":[]}"#])
            #expect(await client.untilEnd() == [#"{"type":7}"#])
            #expect(await self.ended.next() == "normal")
            let wrong = try await transport.connect(to: server)
            try await wrong.send(all: ["[]"])
            #expect(
                await wrong.untilEnd() == [#"{"type":7,"error":"Connection closed with an error.","allowReconnect":true}"#])
            #expect(await self.ended.next() == "protocol_error")
            await client.drop()
            await wrong.drop()
        }
    }

    @Test(arguments: TestTransport.allCases)
    func theClientSaysGoodbyeInTheProtocol(_ transport: TestTransport) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await transport.connect(to: server)
            try await client.send(all: [
                #"{"type":1,"invocationId":"1","target":"Echo","arguments":["a"]}"#, #"{"type":7}"#,
            ])
            #expect(await client.untilEnd() == [#"{"type":3,"invocationId":"1","result":"a"}"#, #"{"type":7}"#])
            #expect(await self.ended.next() == "normal")
            await client.drop()
        }
    }

    @Test(arguments: TestTransport.allCases)
    func silence(_ transport: TestTransport) async throws {
        let hub = self.hub { hub in
            hub.configuration.timing = HubTiming(keepAliveInterval: .milliseconds(20), clientTimeout: .milliseconds(300))
        }
        try await TestServer.run(["/hub": hub]) { server in
            // The client of long polling takes no ping.
            let client = try await transport.connect(to: server)
            try await client.send(all: [#"{"type":6}"#])
            #expect(
                await client.untilEnd() == [#"{"type":7,"error":"Connection closed with an error.","allowReconnect":true}"#])
            #expect(await self.ended.next() == "client_timeout")
            await client.drop()
        }
    }

    @Test(arguments: TestTransport.allCases)
    func aSlowClientIsDroppedAndCostsNobodyElse(_ transport: TestTransport) async throws {
        let hub = self.hub { $0.configuration.outboxBytes = 100_000 }
        try await TestServer.run(["/hub": hub]) { server in
            let slow = try await transport.connect(to: server, reads: false)
            let fast = try await TestTransport.webSockets.connect(to: server)
            while hub.connectionCount < 2 { try await Task.sleep(for: .milliseconds(2)) }
            let text = String(repeating: "x", count: 60_000)
            var count = 0
            while hub.connectionCount == 2 {
                try await hub.clients.all.send("Fill", count, text)
                #expect(try await fast.next().hasPrefix(#"{"type":1,"target":"Fill","arguments":[\#(count),"#))
                count += 1
                try #require(count < 2000, "120 MB are in the buffers of one socket.")
            }
            #expect(await self.ended.next() == "slow_client")
            #expect(try await fast.call("Echo", #""still here""#).contains("still here"))
            await slow.drop()
        }
    }

    @Test(arguments: TestTransport.allCases)
    func whoCatchesUpWaitsForRoom(_ transport: TestTransport) async throws {
        let hub = self.hub { hub in
            hub.configuration.outboxBytes = 200_000
            hub.on("CatchUp") { (caller: HubCaller) in
                caller.afterReply {
                    let text = String(repeating: "x", count: 50_000)
                    for number in 0..<100 {
                        guard (try? await caller.send("Page", number, text)) == true else { return }
                    }
                }
            }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await transport.connect(to: server)
            _ = try await client.call("CatchUp")
            for number in 0..<100 {
                #expect(try await client.next().hasPrefix(#"{"type":1,"target":"Page","arguments":[\#(number),"#))
            }
            try await client.leave()
            #expect(await self.ended.next() == "normal")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func whoGoesWithoutAWordIsMissedOnce(_ transport: TestTransport) async throws {
        let count = Mutex(0)
        let hub = self.hub { hub in
            hub.configuration.disconnectTimeout = .seconds(2)
            hub.onDisconnect { _, _ in count.withLock { $0 += 1 } }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await transport.connect(to: server)
            await client.drop()
            let reason = await self.ended.next()
            #expect(reason == (transport == .serverSentEvents ? "normal" : "connection_lost"))
            #expect(hub.connectionCount == 0)
        }
        #expect(count.withLock { $0 } == 1)
    }

    @Test(arguments: TestTransport.allCases)
    func gracefulShutdown(_ transport: TestTransport) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await transport.connect(to: server)
            guard let polling = client as? PollingClient else {
                await server.shutDown()
                #expect(await client.untilEnd() == [#"{"type":7,"allowReconnect":true}"#])
                await client.drop()
                #expect(await self.ended.next() == "server_shutting_down")
                return
            }
            // Of two polls the one that is not replaced is held, and learns of it.
            let answers = Probe<HTTPAnswer>()
            await withThrowingTaskGroup(of: Void.self) { tasks in
                for stream in [polling.polls, polling.sending] {
                    tasks.addTask { answers.add(try await stream.request("GET", polling.target)) }
                }
                #expect(await answers.next().status == 204)
                await server.shutDown()
                #expect(await answers.next().body == "{\"type\":7,\"allowReconnect\":true}\u{1E}")
            }
            await client.drop()
            #expect(await self.ended.next() == "server_shutting_down")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func closingAll(_ transport: TestTransport) async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await transport.connect(to: server)
            async let closing: Void = hub.closeAll()
            #expect(await client.untilEnd() == [#"{"type":7,"allowReconnect":true}"#])
            try? await client.leave()
            await closing
            #expect(hub.connectionCount == 0)
            let another = try await transport.connect(to: server)
            #expect(try await another.call("Echo", #""a""#).contains(#""a""#))
            await another.drop()
        }
    }

    @Test(arguments: TestTransport.allCases)
    func manyConnectionsLeaveNothing(_ transport: TestTransport) async throws {
        var hub = self.hub()
        hub.configuration.timing.handshakeTimeout = .seconds(60)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let endpoint = HubEndpoint(hub: hub, logger: logger)
        let routes = FrontRoutes(hubs: ["/hub": endpoint], endpoints: [], configuration: .init(), logger: logger)
        let listener = HTTPServerBuilder { FrontChannel(routes: routes, responder: $0) }
        try await TestServer.run([:], listener: listener) { server in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for worker in 0..<8 {
                    tasks.addTask {
                        for round in 0..<15 {
                            let client = try await transport.connect(to: server)
                            _ = try await client.call("Join", #""group \#(worker) \#(round)""#)
                            switch round % 3 {
                            case 0: try await client.leave()
                            case 1:
                                try await client.send(all: [#"{"type":7}"#])
                                _ = await client.untilEnd()
                                await client.drop()
                            default:
                                try await client.send(all: [#"{"type":1,"target":"Abort","arguments":[]}"#])
                                _ = await client.untilEnd()
                                await client.drop()
                            }
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            for _ in 0..<120 { #expect(await self.ended.next() == "normal") }
            // Sockets end a little later than connections.
            while endpoint.namedCount > 0 || !hub.local.hasRoom(maximum: 1) { try await Task.sleep(for: .milliseconds(2)) }
            #expect(hub.connectionCount == 0)
        }
    }
}
