import NIOCore
import Synchronization
import Testing

@testable import SignalR

@Suite(.timeLimit(.minutes(1))) struct EndsTests {
    private let ended = Probe<String>()

    private func hub(_ build: (inout Hub) -> Void = { _ in }) -> Hub {
        Hub("test") { hub in
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.on("Abort") { (caller: HubCaller) in caller.abort() }
            build(&hub)
        }
    }

    @Test func theClientSaysGoodbye() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await HubClient.connect(to: server)
            try await client.send(.close(1000))
            let frame = try await client.frame()
            #expect(frame.opcode == 8)
            #expect(frame.code == 1000)
            #expect(await client.readToEnd().readableBytes == 0)
            #expect(await self.ended.next() == "normal")
        }
    }

    @Test func theClientSaysGoodbyeInTheProtocol() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await HubClient.connect(to: server)
            // Calls that came before are answered first.
            try await client.send(#"{"type":1,"invocationId":"1","target":"Echo","arguments":["a"]}"#, #"{"type":7}"#)
            let (records, code) = try await client.untilClosed()
            #expect(records == [#"{"type":3,"invocationId":"1","result":"a"}"#, #"{"type":7}"#])
            #expect(code == 1000)
            try await client.send(.close(1000))
            #expect(await client.readToEnd().readableBytes == 0)
            #expect(await self.ended.next() == "normal")
        }
    }

    /// Whoever runs the server may leave the process when it has ended, and clients on other event loops would not be told.
    @Test(arguments: TestTransport.allCases)
    func theServerEndsBehindItsConnections(_ transport: TestTransport) async throws {
        let lifetime = InMemoryHubLifetimeManager(hub: "test")
        var hub = Hub("test", lifetime: lifetime) { _ in }
        hub.configuration.closeTimeout = .milliseconds(300)
        try await TestServer.run(["/hub": hub], clientsStay: true) { server in
            // None of them answers a goodbye.
            for _ in 0..<4 { _ = try await transport.connect(to: server) }
            #expect(!lifetime.hasRoom(maximum: 4))
        }
        #expect(lifetime.hasRoom(maximum: 1))
    }

    /// What went wrong with the client is told to the hub, and not back to the client.
    @Test(arguments: ByteClient.Way.allCases)
    func theClientSaysWhyItGoes(_ way: ByteClient.Way) async throws {
        let reasons = Probe<CloseReason>()
        let hub = self.hub { hub in hub.onDisconnect { _, reason in reasons.add(reason) } }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await ByteClient.connect(to: server, by: way)
            let call = WireMessage.call("Echo", ["a"], id: "1").bytes(in: way.kind)
            try await client.send(call + WireMessage.close("The disk is full.").bytes(in: way.kind))
            #expect(try await client.untilEnd() == [.result("a", id: "1"), .close()])
            await client.drop()
            let reason = await reasons.next()
            #expect(reason.name == "client_failed")
            #expect(reason.error == "The disk is full.")
        }
    }

    @Test func aResetIsToldWithinASecond() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            for _ in 0..<5 {
                let client = try await HubClient.connect(to: server)
                let began = ContinuousClock.now
                try await client.reset()
                #expect(await self.ended.next() == "connection_lost")
                #expect(began.duration(to: .now) < .seconds(1))
            }
        }
    }

    /// Pings of the WebSocket are of the browser, not of the client: they are no sign that it lives.
    @Test func pingsOfTheWebSocketAreNoSignOfLife() async throws {
        let hub = self.hub { hub in
            hub.configuration.timing = HubTiming(keepAliveInterval: .seconds(15), clientTimeout: .milliseconds(300))
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            try await client.send(#"{"type":6}"#)
            // Were they, this would go on for ever.
            var frame: Frame
            repeat {
                try await client.send(Frame(opcode: 9, content: [1]))
                frame = try await client.frame()
            } while frame.opcode == 10
            #expect(frame.text.hasPrefix(#"{"type":7,"error":"Connection closed with an error.","#))
            #expect(await self.ended.next() == "client_timeout")
        }
    }

    /// Who reads nothing while something waits is cut off, over either transport that has a socket of its own.
    @Test(arguments: [TestTransport.webSockets, .serverSentEvents])
    func whoTakesNothingIsCutOff(_ transport: TestTransport) async throws {
        let hub = self.hub { hub in
            hub.configuration.outboxBytes = 1 << 30
            hub.configuration.sendTimeout = .milliseconds(200)
        }
        try await TestServer.run(["/hub": hub]) { server in
            let stuck = try await transport.connect(to: server, reads: false)
            let fast = try await HubClient.connect(to: server)
            while hub.connectionCount < 2 { try await Task.sleep(for: .milliseconds(2)) }
            let text = String(repeating: "x", count: 100_000)
            for number in 0..<300 {
                try await hub.clients.all.send("Fill", number, text)
                #expect(try await fast.next().hasPrefix(#"{"type":1,"target":"Fill","arguments":[\#(number),"#))
            }
            #expect(await self.ended.next() == "send_timeout")
            #expect(try await fast.invoke("Echo", #""on""#).contains("on"))
            await stuck.drop()
        }
    }

    /// Within five seconds, also where clients do not answer.
    @Test(arguments: TestTransport.allCases)
    func shutdownIsBounded(_ transport: TestTransport) async throws {
        let hub = self.hub { $0.configuration.closeTimeout = .milliseconds(500) }
        let began = try await TestServer.run(["/hub": hub]) { server in
            var clients: [any TransportClient] = []
            for _ in 0..<5 { clients.append(try await transport.connect(to: server)) }
            let began = ContinuousClock.now
            await server.shutDown()
            // Whoever polls at that moment is told, as another test shows; these do not.
            for client in clients where transport != .longPolling {
                #expect(await client.untilEnd() == [#"{"type":7,"allowReconnect":true}"#])
            }
            return began
        }
        #expect(began.duration(to: .now) < .seconds(5))
        for _ in 0..<5 { #expect(await self.ended.next() == "server_shutting_down") }
    }

    @Test func theConnectionIsLost() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let first = try await HubClient.connect(to: server)
            await first.drop()
            #expect(await self.ended.next() == "connection_lost")
            let second = try await HubClient.connect(to: server)
            try await second.reset()
            #expect(await self.ended.next() == "connection_lost")
        }
    }

    @Test func callsOfOneWhoLeftAreHandled() async throws {
        let gate = Probe<Void>()
        let seen = Probe<Int>()
        let hub = self.hub { hub in
            hub.on("Wait") { (_: HubCaller) in await gate.next() }
            hub.on("Note") { (_: HubCaller, number: Int) in seen.add(number) }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            try await client.send(
                #"{"type":1,"target":"Wait","arguments":[]}"#, #"{"type":1,"target":"Note","arguments":[1]}"#
            )
            try await client.send(#"{"type":1,"target":"Note","arguments":[2]}"#)
            try await client.send(.close(1000))
            #expect(try await client.frame().code == 1000)
            gate.add(())
            #expect(await seen.next() == 1)
            #expect(await seen.next() == 2)
            #expect(await self.ended.next() == "normal")
        }
    }

    @Test func callsThatDoNotEndAreCutOff() async throws {
        let began = Probe<Void>()
        let cancelled = Probe<Bool>()
        let hub = self.hub { hub in
            hub.configuration.closeTimeout = .milliseconds(50)
            hub.on("Sleep") { (_: HubCaller) in
                began.add(())
                try? await Task.sleep(for: .seconds(600))
                cancelled.add(Task.isCancelled)
            }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            try await client.send(#"{"type":1,"target":"Sleep","arguments":[]}"#)
            await began.next()
            await client.drop()
            #expect(await cancelled.next())
            #expect(await self.ended.next() == "connection_lost")
        }
    }

    @Test func theHubEndsIt() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await HubClient.connect(to: server)
            try await client.send(#"{"type":1,"target":"Abort","arguments":[]}"#)
            let (records, code) = try await client.untilClosed()
            #expect(records == [#"{"type":7}"#])
            #expect(code == 1000)
            #expect(await self.ended.next() == "normal")
        }
    }

    @Test func whoDoesNotAnswerAGoodbyeIsCutOff() async throws {
        let hub = self.hub { $0.configuration.closeTimeout = .milliseconds(50) }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            try await client.send(#"{"type":1,"target":"Abort","arguments":[]}"#)
            _ = try await client.untilClosed()
            #expect(await client.readToEnd().readableBytes == 0)
        }
    }

    @Test func theHubDoesNotWantIt() async throws {
        let hub = self.hub { hub in
            hub.onConnect { caller in
                if caller.request.query("in") == nil { throw HubException("Full.") }
                try await caller.send("Welcome", caller.request.path)
            }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let refused = try await HubClient.connect(to: server)
            let (records, code) = try await refused.untilClosed()
            #expect(records == [#"{"type":7,"error":"Connection closed with an error. HubException: Full."}"#])
            #expect(code == 1000)
            let welcome = try await HubClient.connect(to: server, "/hub?in=1")
            try await welcome.expect(#"{"type":1,"target":"Welcome","arguments":["/hub"]}"#)
            try await welcome.close()
            // Only of the second one.
            #expect(await self.ended.next() == "normal")
        }
    }

    @Test func pingsAndSilence() async throws {
        let hub = self.hub { hub in
            hub.configuration.timing = HubTiming(keepAliveInterval: .milliseconds(20), clientTimeout: .milliseconds(200))
        }
        try await TestServer.run(["/hub": hub]) { server in
            let silent = try await HubClient.connect(to: server)
            // Whoever never pings is not timed out.
            for _ in 0..<15 { #expect(try await silent.frame().text == "{\"type\":6}\u{1E}") }
            try await silent.send(#"{"type":6}"#)
            let (records, code) = try await silent.untilClosed()
            #expect(records == [#"{"type":7,"error":"Connection closed with an error.","allowReconnect":true}"#])
            #expect(code == 1000)
            #expect(await self.ended.next() == "client_timeout")
        }
    }

    @Test func aSlowClientIsDroppedAndCostsNobodyElse() async throws {
        let hub = self.hub { $0.configuration.outboxBytes = 100_000 }
        try await TestServer.run(["/hub": hub]) { server in
            let slow = try await HubClient.connect(to: server, reads: false)
            let fast = try await HubClient.connect(to: server)
            // The slow one does not read its answer; it has shaken hands when the hub counts it.
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
            #expect(try await fast.invoke("Echo", #""still here""#).contains("still here"))
            // What it missed it is told, should it read on in time.
            try await slow.startReading()
            try await slow.send(.close(1000))
            #expect(
                String(buffer: await slow.readToEnd()).contains(
                    #""error":"Connection closed because the client does not keep up.","allowReconnect":true"#))
        }
    }

    @Test func whoCatchesUpWaitsForRoom() async throws {
        let sent = Mutex(0)
        let hub = self.hub { hub in
            hub.configuration.outboxBytes = 200_000
            hub.on("CatchUp") { (caller: HubCaller) in
                caller.afterReply {
                    let text = String(repeating: "x", count: 50_000)
                    for number in 0..<400 {
                        guard (try? await caller.send("Page", number, text)) == true else { return }
                        sent.withLock { $0 += 1 }
                    }
                }
            }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            _ = try await client.invoke("CatchUp")
            // 20 MB through an outbox of 200 kB: it is never dropped.
            for number in 0..<400 {
                #expect(try await client.next().hasPrefix(#"{"type":1,"target":"Page","arguments":[\#(number),"#))
            }
            #expect(sent.withLock { $0 } >= 399)
            try await client.close()
            #expect(await self.ended.next() == "normal")
        }
    }

    @Test func waitingForRoomEndsWithTheConnection() async throws {
        let began = Probe<Void>()
        let outcome = Probe<Bool>()
        let hub = self.hub { hub in
            hub.configuration.outboxBytes = 200_000
            hub.on("Fill") { (caller: HubCaller) in
                caller.afterReply {
                    let text = String(repeating: "x", count: 100_000)
                    began.add(())
                    while (try? await caller.send("Page", text)) == true {}
                    outcome.add(true)
                }
            }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server, reads: false)
            try await client.send(#"{"type":1,"target":"Fill","arguments":[]}"#)
            await began.next()
            try await client.reset()
            #expect(await outcome.next())
        }
    }

    @Test func closingAll() async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let clients = try await [HubClient.connect(to: server), HubClient.connect(to: server)]
            async let closing: Void = hub.closeAll()
            for client in clients {
                let (records, code) = try await client.untilClosed()
                #expect(records == [#"{"type":7,"allowReconnect":true}"#])
                #expect(code == 1000)
                try await client.send(.close(1000))
            }
            await closing
            #expect(hub.connectionCount == 0)
            // The hub goes on.
            let another = try await HubClient.connect(to: server)
            #expect(try await another.invoke("Echo", #""a""#).contains(#""a""#))
        }
    }

    @Test func gracefulShutdown() async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let open = try await HubClient.connect(to: server)
            let shaking = try await HubClient.upgrade(to: server)
            await server.shutDown()
            let (records, code) = try await open.untilClosed()
            #expect(records == [#"{"type":7,"allowReconnect":true}"#])
            #expect(code == 1000)
            try await open.send(.close(1000))
            #expect(try await shaking.untilClosed().code == 1000)
            try await shaking.send(.close(1000))
            #expect(await self.ended.next() == "server_shutting_down")
        }
    }
}
