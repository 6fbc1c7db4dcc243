import RealTimeTesting
import SignalR
import Synchronization
import Testing

/// What clients can do wrong, on every transport and in every protocol that it carries: it ends them cleanly, or fails their
/// calls, and costs the others nothing.
@Suite(.timeLimit(.minutes(2))) struct HostileClientTests {
    private let ended = Probe<String>()

    private func hub(_ build: (inout Hub) -> Void = { _ in }) -> Hub {
        Hub("test") { hub in
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
            build(&hub)
        }
    }

    private static let close = WireMessage.close("Connection closed with an error.", allowReconnect: true)

    /// Bytes of a client that are no messages, in the way of a protocol.
    private static func broken(_ kind: HubProtocolKind) -> [(name: String, bytes: [UInt8])] {
        func record(_ text: String) -> [UInt8] { Array(text.utf8) + [0x1E] }
        return switch kind {
        case .json:
            [
                ("noise", record("no json")), ("an array", record("[1]")), ("a number", record("7")), ("null", record("null")),
                ("truncated", record(#"{"type":1,"target":"Echo","argu"#)),
                ("truncated in a string", record(#"{"type":1,"target":"Ec"#)),
                ("two in one", record(#"{"type":6}{"type":6}"#)),
                ("type is text", record(#"{"type":"1"}"#)), ("no type", record(#"{"target":"Echo"}"#)),
                ("type is a fraction", record(#"{"type":1.5}"#)),
                ("target is a number", record(#"{"type":1,"target":7,"arguments":[]}"#)),
                ("id is a number", record(#"{"type":1,"invocationId":7,"target":"Echo","arguments":[]}"#)),
                ("arguments are an object", record(#"{"type":1,"target":"Echo","arguments":{}}"#)),
                ("streams are text", record(#"{"type":1,"target":"Echo","arguments":[],"streamIds":"1"}"#)),
                ("headers are a list", record(#"{"type":1,"target":"Echo","arguments":["a"],"headers":[]}"#)),
                ("an item without id", record(#"{"type":2,"item":1}"#)),
                ("a completion without id", record(#"{"type":3,"result":1}"#)),
                ("a result and an error", record(#"{"type":3,"invocationId":"1","result":1,"error":"x"}"#)),
                ("a control character", record("{\"type\":1,\"target\":\"Ec\u{1}ho\",\"arguments\":[]}")),
                ("a null byte", record("{\"type\":6\u{0}}")), ("control characters", record("\u{1}\u{2}\u{8}\u{B}\u{1F}")),
                ("too deep", record(#"{"type":1,"target":"Echo","arguments":\#(String(repeating: "[", count: 200))"#)),
            ]
        case .messagepack:
            [
                ("a type that is never used", [0x01, 0xC1]), ("an empty array", [0x01, 0x90]), ("a map", [0x01, 0x80]),
                ("no array", [0x01, 0x07]), ("type is text", [0x03, 0x91, 0xA1, 0x31]),
                ("truncated", [0x03, 0x96, 0x01, 0x80]), ("truncated in a string", [0x05, 0x96, 0x01, 0x80, 0xC0, 0xA4]),
                ("target is a number", [0x07, 0x96, 0x01, 0x80, 0xC0, 0x07, 0x90, 0x90]),
                ("id is a number", [0x0B, 0x96, 0x01, 0x80, 0x07, 0xA4, 0x45, 0x63, 0x68, 0x6F, 0x90, 0x90]),
                ("arguments are a map", [0x0B, 0x96, 0x01, 0x80, 0xC0, 0xA4, 0x45, 0x63, 0x68, 0x6F, 0x80, 0x90]),
                ("headers are a list", [0x0B, 0x96, 0x01, 0x90, 0xC0, 0xA4, 0x45, 0x63, 0x68, 0x6F, 0x90, 0x90]),
                ("streams are text", [0x0C, 0x96, 0x01, 0x80, 0xC0, 0xA4, 0x45, 0x63, 0x68, 0x6F, 0x90, 0xA1, 0x31]),
                ("an item without id", [0x05, 0x94, 0x02, 0x80, 0xC0, 0x01]),
                ("a completion of an unknown kind", [0x06, 0x94, 0x03, 0x80, 0xA1, 0x31, 0x04]),
                ("text that is none", [0x08, 0x96, 0x01, 0x80, 0xC0, 0xA1, 0xFF, 0x90, 0x90]),
                ("an array of 4 billion", [0x05, 0xDD, 0xFF, 0xFF, 0xFF, 0xFF]),
                ("a string of 4 billion", [0x09, 0x96, 0x01, 0x80, 0xC0, 0xDB, 0xFF, 0xFF, 0xFF, 0xFF]),
                ("a length of 5 bytes and more", [0x80, 0x80, 0x80, 0x80, 0x08]),
                ("too deep", [0xC8, 0x01] + Array(repeating: 0x91, count: 200)),
            ]
        }
    }

    @Test(arguments: ByteClient.Way.allCases)
    func brokenMessages(_ way: ByteClient.Way) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let witness = try await WireClient.connect(to: server, way.kind)
            for (name, bytes) in Self.broken(way.kind) {
                let client = try await ByteClient.connect(to: server, by: way)
                #expect(try await client.send(bytes) == 200)
                #expect(try await client.untilEnd() == [Self.close], "\(name)")
                await client.drop()
                #expect(await self.ended.next() == "protocol_error", "\(name)")
                #expect(try await witness.invoke("Echo", "on") == .result("on", id: "1"))
            }
        }
    }

    /// A length that is announced is refused before its bytes come; without one it is the bytes that are too many.
    @Test(arguments: ByteClient.Way.allCases)
    func messagesThatAreTooLarge(_ way: ByteClient.Way) async throws {
        let hub = self.hub { hub in
            hub.configuration.maximumReceiveSize = 1000
            hub.configuration.maximumBodySize = 2000
        }
        try await TestServer.run(["/hub": hub]) { server in
            let witness = try await WireClient.connect(to: server, way.kind)
            let whole = WireMessage.call("Echo", [.string(String(repeating: "x", count: 1000))], id: "1").bytes(in: way.kind)
            let announced: [UInt8] = way.kind == .json ? Array(whole.prefix(1000)) : [0xFF, 0xFF, 0xFF, 0xFF, 0x07]
            for bytes in [whole, announced] {
                let client = try await ByteClient.connect(to: server, by: way)
                #expect(try await client.send(bytes) == 200)
                #expect(try await client.untilEnd() == [Self.close])
                await client.drop()
                #expect(await self.ended.next() == "message_too_large")
                #expect(try await witness.invoke("Echo", "on") == .result("on", id: "1"))
            }
        }
    }

    /// A message that has begun and not ended says so when its client goes.
    @Test(arguments: ByteClient.Way.allCases)
    func anEndInsideAMessage(_ way: ByteClient.Way) async throws {
        // Long enough for an honest client on a busy machine.
        let hub = self.hub { $0.configuration.disconnectTimeout = .seconds(2) }
        try await TestServer.run(["/hub": hub]) { server in
            let witness = try await WireClient.connect(to: server, way.kind)
            let whole = WireMessage.call("Echo", ["torn"], id: "2").bytes(in: way.kind)
            for cut in [1, 5, whole.count - 1] {
                let client = try await ByteClient.connect(to: server, by: way)
                // What came before is answered.
                let first = WireMessage.call("Echo", ["whole"], id: "1").bytes(in: way.kind)
                #expect(try await client.send(first + whole[..<cut]) == 200)
                #expect(try await client.next() == .result("whole", id: "1"))
                await client.drop()
                #expect(await self.ended.next() == "message_cut_off")
                #expect(try await witness.invoke("Echo", "on") == .result("on", id: "1"))
            }
        }
    }

    /// Sockets whose client sends no more, and has not said goodbye.
    @Test(arguments: ByteClient.Way.allCases)
    func halfOpenSockets(_ way: ByteClient.Way) async throws {
        // Long enough for an honest client on a busy machine.
        let hub = self.hub { $0.configuration.disconnectTimeout = .seconds(2) }
        try await TestServer.run(["/hub": hub]) { server in
            let witness = try await WireClient.connect(to: server, way.kind)
            let client = try await ByteClient.connect(to: server, by: way)
            await client.closeOutput()
            // The end of the stream is the only goodbye that Server-Sent Events have.
            #expect(await self.ended.next() == (way == .serverSentEventsJSON ? "normal" : "connection_lost"))
            #expect(try await client.untilEnd() == [])
            await client.drop()
            #expect(try await witness.invoke("Echo", "on") == .result("on", id: "1"))
        }
    }

    /// Bytes one by one are as good as all at once.
    @Test(arguments: ByteClient.Way.allCases)
    func slowWriters(_ way: ByteClient.Way) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await ByteClient.connect(to: server, by: way)
            for byte in WireMessage.call("Echo", ["slowly"], id: "1").bytes(in: way.kind) {
                #expect(try await client.send([byte]) == 200)
            }
            #expect(try await client.next() == .result("slowly", id: "1"))
            await client.drop()
        }
    }

    /// Who begins a handshake or a message and goes no further is given up in time.
    @Test(arguments: ByteClient.Way.allCases)
    func writersThatStop(_ way: ByteClient.Way) async throws {
        let hub = self.hub { hub in
            hub.configuration.timing = HubTiming(
                handshakeTimeout: .milliseconds(300), keepAliveInterval: .seconds(15), clientTimeout: .milliseconds(300)
            )
        }
        try await TestServer.run(["/hub": hub]) { server in
            let shaking = try await ByteClient.open(to: server, by: way)
            try await shaking.send(Array(#"{"protocol":"#.utf8))
            var answer: [UInt8] = []
            while let more = try? await shaking.bytes() { answer += more }
            #expect(String(decoding: answer, as: UTF8.self) == "{\"error\":\"Handshake was canceled.\"}\u{1E}")
            await shaking.drop()
        }
        let patient = self.hub { hub in
            hub.configuration.timing = HubTiming(keepAliveInterval: .seconds(15), clientTimeout: .milliseconds(300))
        }
        try await TestServer.run(["/hub": patient]) { server in
            let client = try await ByteClient.connect(to: server, by: way)
            let torn = WireMessage.call("Echo", ["torn"], id: "1").bytes(in: way.kind).dropLast()
            try await client.send(WireMessage.ping.bytes(in: way.kind) + torn)
            #expect(try await client.untilEnd() == [Self.close])
            #expect(await self.ended.next() == "client_timeout")
            await client.drop()
        }
    }

    /// Noise with the same seed is the same noise: whatever it does to its own connection, nobody else notices.
    @Test(arguments: ByteClient.Way.allCases)
    func noise(_ way: ByteClient.Way) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let witness = try await WireClient.connect(to: server, way.kind)
            var random = SeededGenerator(seed: 20_261_124)
            for _ in 0..<40 {
                let client = try await ByteClient.connect(to: server, by: way)
                var bytes = WireMessage.call("Echo", ["a"], id: "1").bytes(in: way.kind)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...127, using: &random)
                }
                // Behind it comes what no reader takes for a message, so that the connection ends in every case.
                _ = try? await client.send(bytes + (way.kind == .json ? Array("\u{1E}[\u{1E}".utf8) : [0x01, 0xC1]))
                if way.kind == .messagepack {
                    // A length that was changed may swallow it: a longer run of the same swallows nothing for ever.
                    _ = try? await client.send(Array(repeating: [0x01, 0xC1], count: 20_000).flatMap { $0 })
                }
                _ = try? await client.untilEnd()
                await client.drop()
                #expect(try await witness.invoke("Echo", "on") == .result("on", id: "1"))
            }
        }
    }
}
