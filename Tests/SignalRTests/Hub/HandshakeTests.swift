import SignalR
import Testing

@Suite(.timeLimit(.minutes(1))) struct HandshakeTests {
    private let ended = Probe<String>()
    private var hub: Hub {
        Hub("test") { hub in
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
        }
    }

    /// A handshake that is refused, or never comes, is nobody's connection: its beginning is not told, nor its end.
    @Test func theHubNeverHearsOfWhomItRefuses() async throws {
        let begun = Probe<String>()
        var hub = self.hub
        hub.onConnect { caller in begun.add(caller.request.query("who") ?? "") }
        try await TestServer.run(["/hub": hub]) { server in
            for request in [#"{"protocol":"foo","version":1}"#, #"{"protocol":"json","version":3}"#, "{", #"{"type":6}"#] {
                let refused = try await HubClient.upgrade(to: server, "/hub?who=refused")
                try await refused.send(request)
                _ = try await refused.untilClosed()
                await refused.drop()
            }
            await (try await HubClient.upgrade(to: server, "/hub?who=silent")).drop()
            let good = try await HubClient.connect(to: server, "/hub?who=good")
            #expect(await begun.next() == "good")
            try await good.close()
            #expect(await self.ended.next() == "normal")
        }
    }

    /// Whoever is being told everything meanwhile is told first that the handshake was good.
    @Test(arguments: ByteClient.Way.allCases)
    func theAnswerComesBeforeEverythingElse(_ way: ByteClient.Way) async throws {
        var hub = self.hub
        hub.onConnect { caller in try await caller.clients.all.send("Welcome") }
        try await TestServer.run(["/hub": hub]) { [hub] server in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    while !Task.isCancelled {
                        try await hub.clients.all.send("Noise", 1)
                        try? await Task.sleep(for: .milliseconds(1))
                    }
                }
                for _ in 0..<10 {
                    let client = try await ByteClient.open(to: server, by: way)
                    try await client.send(Array("{\"protocol\":\"\(way.kind.rawValue)\",\"version\":1}\u{1E}".utf8))
                    let first = try await client.bytes()
                    #expect(first.starts(with: Array("{}\u{1E}".utf8)), "\(String(decoding: first, as: UTF8.self))")
                    await client.drop()
                }
                tasks.cancelAll()
            }
        }
    }

    private func refused(_ request: String, _ expected: String, detailed: Bool = false) async throws {
        var hub = self.hub
        hub.configuration.detailedErrors = detailed
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.upgrade(to: server)
            try await client.send(request)
            let (records, code) = try await client.untilClosed()
            #expect(records == [#"{"error":"\#(expected)"}"#])
            #expect(code == 1000)
            // Nobody was connected.
            #expect(hub.connectionCount == 0)
            let other = try await HubClient.connect(to: server)
            #expect(try await other.invoke("Echo", #""on""#).contains("on"))
            try await other.close()
            #expect(await self.ended.next() == "normal")
        }
    }

    @Test func unknownProtocol() async throws {
        try await self.refused(#"{"protocol":"foo","version":1}"#, "The protocol 'foo' is not supported.")
    }

    @Test func unknownVersion() async throws {
        try await self.refused(
            #"{"protocol":"json","version":3}"#, "The server does not support version 3 of the 'json' protocol."
        )
    }

    @Test func malformed() async throws {
        try await self.refused("{", "An unexpected error occurred during connection handshake.")
        try await self.refused(
            #"{"version":1}"#,
            "An unexpected error occurred during connection handshake. InvalidDataException: Missing required property 'protocol'.",
            detailed: true
        )
    }

    @Test func tooLarge() async throws {
        var hub = self.hub
        hub.configuration.maximumReceiveSize = 64
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.upgrade(to: server)
            try await client.send(.text(String(repeating: " ", count: 64)))
            #expect(try await client.untilClosed().records == [#"{"error":"Handshake was canceled."}"#])
        }
    }

    @Test func late() async throws {
        var hub = self.hub
        hub.configuration.timing.handshakeTimeout = .milliseconds(20)
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.upgrade(to: server)
            try await client.send(.text(#"{"protocol":"#))
            let (records, code) = try await client.untilClosed()
            #expect(records == [#"{"error":"Handshake was canceled."}"#])
            #expect(code == 1000)
        }
    }

    @Test func inOneFrameWithCalls() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = try await HubClient.upgrade(to: server)
            try await client.send(
                #"{"protocol":"JSON","version":1,"more":[]}"#, #"{"type":6}"#,
                #"{"type":1,"invocationId":"a","target":"Echo","arguments":["1"]}"#,
                #"{"type":1,"invocationId":"b","target":"echo","arguments":["2"]}"#
            )
            try await client.expect("{}")
            try await client.expect(#"{"type":3,"invocationId":"a","result":"1"}"#)
            try await client.expect(#"{"type":3,"invocationId":"b","result":"2"}"#)
        }
    }

    @Test func byteByByteInBinaryFragments() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = try await HubClient.upgrade(to: server)
            let text = Array((#"{"protocol":"json","version":1}"# + "\u{1E}").utf8)
            for (index, byte) in text.enumerated() {
                try await client.send(
                    Frame(opcode: index == 0 ? 2 : 0, content: [byte], isFinal: index == text.count - 1)
                )
            }
            // A whole frame of its own.
            #expect(try await client.frame().text == "{}\u{1E}")
        }
    }
}
