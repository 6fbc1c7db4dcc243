import NIOCore
import SignalR
import SignalRProtocol
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServerSentEventsTests {
    private let ended = Probe<String>()

    private func hub(_ build: (inout Hub) -> Void = { _ in }) -> Hub {
        Hub("test") { hub in
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            build(&hub)
        }
    }

    @Test(arguments: ["text/event-stream", "text/html, Text/Event-Stream;q=0.9"])
    func theHead(_ accept: String) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let token = try await server.negotiate()
            let stream = try await RequestStream.open(to: server)
            let answer = try await stream.request("GET", "/hub?id=\(token)", headers: ["Accept": accept])
            #expect(answer.status == 200)
            #expect(
                answer.headers == [
                    "content-type": "text/event-stream", "cache-control": "no-cache,no-store", "pragma": "no-cache",
                    "content-encoding": "identity", "x-accel-buffering": "no", "connection": "close",
                ])
            // Before there is anything to say.
            #expect(try await stream.stream.read { $0.readBytes(length: 3) } == [0x3A, 0x0D, 0x0A])
            await stream.stream.close()
        }
    }

    @Test func itCarriesTextOnly() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await EventsClient.open(to: server, token: try await server.negotiate())
            try await client.send(all: [#"{"protocol":"messagepack","version":1}"#])
            #expect(
                await client.untilEnd() == [
                    #"{"error":"Cannot use the 'messagepack' protocol on the current transport. The transport does not support 'Binary' transfer format."}"#
                ])
        }
    }

    @Test func pings() async throws {
        let hub = self.hub { $0.configuration.timing.keepAliveInterval = .milliseconds(20) }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try #require(try await TestTransport.serverSentEvents.connect(to: server) as? EventsClient)
            for _ in 0..<3 { #expect(try await client.event() == "{\"type\":6}\u{1E}") }
            try await client.leave()
        }
    }

    @Test func messagesOfManyLines() async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let client = try #require(try await TestTransport.serverSentEvents.connect(to: server) as? EventsClient)
            hub.clients.all.send(SerializedHubMessage(record: ByteBuffer(string: "{\"type\":1,\n\"a\":\r\n2}\u{1E}")))
            #expect(try await client.event() == "{\"type\":1,\n\"a\":\n2}\u{1E}")
            try await client.leave()
        }
    }

    @Test func theEndEndsTheAnswer() async throws {
        let hub = self.hub { hub in hub.on("Abort") { (caller: HubCaller) in caller.abort() } }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try #require(try await TestTransport.serverSentEvents.connect(to: server) as? EventsClient)
            try await client.send(all: [#"{"type":1,"target":"Abort","arguments":[]}"#])
            #expect(String(buffer: await client.events.readToEnd()) == "data: {\"type\":7}\u{1E}\r\n\r\n")
            #expect(await self.ended.next() == "normal")
            #expect(try await server.request("POST", client.target, body: "{}\u{1E}").status == 404)
        }
    }

    @Test func aResetIsALoss() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try #require(try await TestTransport.serverSentEvents.connect(to: server) as? EventsClient)
            try await client.events.reset()
            #expect(await self.ended.next() == "connection_lost")
        }
    }

    @Test func whatElseIsSentOnItsConnectionIsIgnored() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try #require(try await TestTransport.serverSentEvents.connect(to: server) as? EventsClient)
            try await client.events.send("GET /hub HTTP/1.1\r\n\r\n\u{0}nonsense")
            #expect(try await client.call("Echo", #""a""#).contains(#""a""#))
            try await client.leave()
        }
    }
}
