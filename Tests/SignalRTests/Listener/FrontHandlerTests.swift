import Hummingbird
import NIOCore
import NIOHTTP1
import SignalR
import Testing

@Suite(.timeLimit(.minutes(1))) struct FrontHandlerTests {
    /// Answers with the body: at once, or from another task.
    private struct EchoEndpoint: LoopEndpoint {
        let maximumBodySize = 1000

        func accepts(_ head: HTTPRequestHead) -> Bool { head.uri.hasPrefix("/echo") }

        func respond(to request: LoopRequest, reply: @escaping @Sendable (LoopResponse) -> Void) {
            let response = LoopResponse(status: .ok, headers: ["Content-Type": "text/plain"], body: request.body)
            guard request.head.uri.hasSuffix("later") else { return reply(response) }
            Task {
                for _ in 0..<10 { await Task.yield() }
                reply(response)
            }
        }
    }

    private func serve(
        configuration: ListenerConfiguration = .init(), _ body: (TestServer) async throws -> Void
    ) async throws {
        let router = Router()
        router.get("/plain") { _, _ in
            for _ in 0..<10 { await Task.yield() }
            return "from the router"
        }
        router.post("/upload") { request, _ in
            let buffer = try await request.body.collect(upTo: 1 << 20)
            return "\(buffer.readableBytes)"
        }
        let hub = Hub("test") { hub in hub.on("Echo") { (_: HubCaller, text: String) in text } }
        try await TestServer.run(
            ["/hub": hub], endpoints: [EchoEndpoint()], router: router, configuration: configuration, body
        )
    }

    private func post(_ path: String, _ body: String, more: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\(more)\r\n\(body)"
    }

    @Test func answersMixedPipelinedRequestsInOrder() async throws {
        try await self.serve { server in
            let stream = try await ByteStream.connect(port: server.port)
            let get = "GET /plain HTTP/1.1\r\nHost: h\r\n\r\n"
            let requests = [
                self.post("/echo/later", "1"), get, self.post("/echo", "2"), self.post("/upload", "abc"), get,
                self.post("/hub/negotiate", ""), self.post("/echo/later", "3"), self.post("/echo", "4"), get,
                "GET /missing HTTP/1.1\r\nHost: h\r\n\r\n", self.post("/echo", "5"),
            ]
            try await stream.send(requests.joined())
            let expected = [
                "1", "from the router", "2", "3", "from the router", nil, "3", "4", "from the router", nil, "5",
            ]
            for (index, body) in expected.enumerated() {
                let answer = try await stream.read(HTTPAnswer.take)
                #expect(answer.status == (index == 9 ? 404 : 200))
                if let body { #expect(answer.body == body, "the \(index + 1)th answer") }
            }
            await stream.close()
        }
    }

    @Test func becomesAWebSocketOnAUsedConnection() async throws {
        try await self.serve { server in
            for first in [self.post("/echo", "1"), "GET /plain HTTP/1.1\r\nHost: h\r\n\r\n"] {
                let stream = try await ByteStream.connect(port: server.port)
                // The handshake of the hub comes before the answer to the upgrade.
                try await stream.send(first + HubClient.request("/hub", port: server.port))
                #expect(try await stream.read(HTTPAnswer.take).status == 200)
                #expect(try await stream.read(HTTPAnswer.take).status == 101)
                try await stream.send(ByteBuffer(bytes: Frame.text("{\"protocol\":\"json\",\"version\":1}\u{1E}").bytes))
                #expect(try await stream.read(Frame.take).text == "{}\u{1E}")
                await stream.close()
            }
        }
    }

    @Test func takesFramesThatComeWithTheUpgrade() async throws {
        try await self.serve { server in
            let stream = try await ByteStream.connect(port: server.port)
            var bytes = ByteBuffer(string: HubClient.request("/hub", port: server.port))
            bytes.writeBytes(Frame.text("{\"protocol\":\"json\",\"version\":1}\u{1E}").bytes)
            try await stream.send(bytes)
            #expect(try await stream.read(HTTPAnswer.take).status == 101)
            #expect(try await stream.read(Frame.take).text == "{}\u{1E}")
            await stream.close()
        }
    }

    @Test func refusesLargeBodies() async throws {
        try await self.serve { server in
            let declared = try await ByteStream.connect(port: server.port)
            try await declared.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n")
            let text = String(buffer: await declared.readToEnd())
            #expect(text.hasPrefix("HTTP/1.1 413 ") && text.contains("Connection: close"))
            let chunked = try await ByteStream.connect(port: server.port)
            try await chunked.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<2 { try await chunked.send("1f4\r\n\(String(repeating: "x", count: 500))\r\n") }
            try await chunked.send("1\r\nx\r\n")
            #expect(String(buffer: await chunked.readToEnd()).hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func saysThatItExpectsTheBody() async throws {
        try await self.serve { server in
            let stream = try await ByteStream.connect(port: server.port)
            try await stream.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await stream.read(HTTPAnswer.take).status == 100)
            try await stream.send("hi")
            #expect(try await stream.read(HTTPAnswer.take).body == "hi")
            await stream.close()
        }
    }

    @Test func whatIsBeingAnsweredIsAnsweredWhenTheServerGoesAway() async throws {
        let arrived = Probe<Void>()
        let goOn = Probe<Void>()
        let router = Router()
        router.get("/slow") { _, _ in
            arrived.add(())
            await goOn.next()
            return "answered"
        }
        try await TestServer.run([:], router: router) { server in
            // The first connection of a server is none like the others.
            var streams: [ByteStream] = []
            for _ in 0..<3 { streams.append(try await ByteStream.connect(port: server.port)) }
            for stream in streams {
                try await stream.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
                await arrived.next()
            }
            await server.shutDown()
            for _ in streams { goOn.add(()) }
            for stream in streams { #expect(try await stream.read(HTTPAnswer.take).body == "answered") }
            for stream in streams { #expect(await stream.readToEnd().readableBytes == 0) }
        }
    }

    @Test func othersAreServedWhenTheFirstHasGone() async throws {
        try await self.serve { server in
            let first = try await ByteStream.connect(port: server.port)
            await first.close()
            for _ in 0..<3 { #expect(try await server.request("GET", "/plain").body == "from the router") }
        }
    }

    @Test func idleConnectionsEnd() async throws {
        try await self.serve(configuration: ListenerConfiguration(idleTimeout: .milliseconds(50))) { server in
            let idle = try await ByteStream.connect(port: server.port)
            #expect(await idle.readToEnd().readableBytes == 0)
        }
    }

    @Test func whoDoesNotEndBehindTheLastAnswerIsCutOff() async throws {
        try await self.serve { server in
            let stream = try await ByteStream.connect(port: server.port)
            try await stream.send("nonsense\r\n\r\n")
            #expect(String(buffer: await stream.readToEnd()).hasPrefix("HTTP/1.1 400 "))
            await #expect(throws: (any Error).self) {
                while true {
                    try await stream.send("x")
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
        }
    }

    @Test func slowRequestsEnd() async throws {
        try await self.serve(configuration: ListenerConfiguration(requestTimeout: .milliseconds(50))) { server in
            let slow = try await ByteStream.connect(port: server.port)
            try await slow.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nh")
            #expect(String(buffer: await slow.readToEnd()).hasPrefix("HTTP/1.1 408 "))
        }
    }
}
