import NIOCore
import RealTimeTesting
import SignalR
import Testing

/// What must be the same in every protocol, and what only MessagePack can get wrong.
@Suite(.timeLimit(.minutes(1))) struct ProtocolTests {
    struct Mail: Codable, Sendable {
        var subject: String
        var size: Int
    }

    private let ended = Probe<String>()
    private var hub: Hub {
        Hub("test") { hub in
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.on("Add") { (_: HubCaller, a: Int, b: Int) in a + b }
            hub.on("Nothing") { (_: HubCaller) in }
            hub.on("Resize") { (_: HubCaller, mail: Mail, factor: Int) in
                Mail(subject: mail.subject, size: mail.size * factor)
            }
            hub.on("Fail") { (_: HubCaller) in throw HubException("No.") }
            hub.on("Join") { (caller: HubCaller, group: String) in try await caller.groups.join(group) }
            hub.on("Tell") { (caller: HubCaller, text: String) in
                #expect(try await caller.send("Heard", text))
                try await caller.clients.group("g").send("Heard", text, 1)
            }
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func callsAndAnswers(_ kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = try await WireClient.connect(to: server, kind)
            #expect(try await client.invoke("Echo", "grüße\u{1F600}\n\u{1E}") == .result("grüße\u{1F600}\n\u{1E}", id: "1"))
            #expect(try await client.invoke("add", 20, 22, id: "abc") == .result(42, id: "abc"))
            #expect(try await client.invoke("Nothing") == .result(.null, id: "1"))
            let mail = WireValue.object(["subject": "s", "size": 7])
            #expect(
                try await client.invoke("Resize", mail, 6) == .result(.object(["subject": "s", "size": 42]), id: "1")
            )
            let unknown = "Failed to invoke 'Nope' due to an error on the server. HubException: Method does not exist."
            #expect(try await client.invoke("Nope") == .failure(unknown, id: "1"))
            let failed = "An unexpected error occurred invoking 'Fail' on the server. HubException: No."
            #expect(try await client.invoke("Fail") == .failure(failed, id: "1"))
            let unbound = "Failed to invoke 'Add' due to an error on the server."
            #expect(try await client.invoke("Add", 1) == .failure(unbound, id: "1"))
            #expect(try await client.invoke("Add", "x", 1) == .failure(unbound, id: "1"))
            // Several in one frame; without an id there is no answer.
            try await client.send(.call("Echo", ["a"]), .ping, .call("Fail", []), .call("Echo", ["b"], id: "2"))
            #expect(try await client.next() == .result("b", id: "2"))
            try await client.send(.close())
            #expect(try await client.next() == .close())
            #expect(await self.ended.next() == "normal")
        }
    }

    @Test func bothProtocolsInOneGroup() async throws {
        let hub = self.hub
        try await TestServer.run(["/hub": hub]) { server in
            var clients: [WireClient] = []
            for kind in [HubProtocolKind.json, .messagepack, .messagepack, .json, .messagepack] {
                clients.append(try await WireClient.connect(to: server, kind))
            }
            for client in clients.dropLast() { _ = try await client.invoke("Join", "g") }
            for number in 0..<300 {
                if number % 3 == 0 { try await hub.clients.group("g").send("Heard", "g", number) }
                try await hub.clients.all.send("Heard", "all", number)
                hub.clients.all.send(try SerializedHubMessage("Heard", "feed"), at: Int64(number / 2))
            }
            let fragment = JSONFragment(ByteBuffer(string: #"{"a":[1,null,true,"x"]}"#))
            hub.clients.all.send(SerializedHubMessage("Fragment", fragment: fragment))
            for (index, client) in clients.enumerated() {
                for number in 0..<300 {
                    if number % 3 == 0, index < 4 { #expect(try await client.next() == .call("Heard", ["g", .int(number)])) }
                    #expect(try await client.next() == .call("Heard", ["all", .int(number)]))
                    if number % 2 == 0 { #expect(try await client.next() == .call("Heard", ["feed"])) }
                }
                let value = WireValue.object(["a": [1, .null, .bool(true), "x"]])
                #expect(try await client.next() == .call("Fragment", [value]))
            }
            // Who leaves its place to another of its kind is still found.
            for index in [0, 1] { try await clients[index].close() }
            #expect(await self.ended.next() == "normal")
            #expect(await self.ended.next() == "normal")
            #expect(try await clients[2].invoke("Tell", "x") == .result(.null, id: "1"))
            #expect(try await clients[2].next() == .call("Heard", ["x"]))
            for index in [2, 3] { #expect(try await clients[index].next() == .call("Heard", ["x", 1])) }
        }
    }

    /// Answers and broadcasts of every size at once, seeded: each frame holds whole messages, which the clients insist on.
    @Test(arguments: HubProtocolKind.allCases)
    func everyFrameHoldsWholeMessages(_ kind: HubProtocolKind) async throws {
        let hub = self.hub
        try await TestServer.run(["/hub": hub]) { server in
            let clients = [try await WireClient.connect(to: server, kind), try await WireClient.connect(to: server, kind)]
            var random = SeededGenerator(seed: 7)
            let letters = ["x", "é", "\u{1F600}", "\n", "\u{1E}", "\"", "\\"]
            func text() -> String {
                let count = [0, 1, 40, 125, 126, 300, 1500][Int.random(in: 0..<7, using: &random)]
                return String(repeating: letters[Int.random(in: 0..<letters.count, using: &random)], count: count)
            }
            for _ in 0..<5 {
                var sent: [WireMessage] = []
                var broadcasts: [WireMessage] = []
                for number in 0..<20 {
                    sent.append(.call("Echo", [.string(text())], id: "\(number)"))
                    let broadcast = String(repeating: text(), count: Int.random(in: 1...4, using: &random))
                    broadcasts.append(.call("Heard", [.string(broadcast), .int(number)]))
                    try await hub.clients.all.send("Heard", broadcast, number)
                }
                for client in clients {
                    for message in sent { try await client.send(message) }
                    var answers: [WireMessage] = []
                    var heard: [WireMessage] = []
                    while answers.count < 20 || heard.count < 20 {
                        let message = try await client.next()
                        if case .call = message { heard.append(message) } else { answers.append(message) }
                    }
                    #expect(heard == broadcasts)
                    #expect(
                        answers
                            == sent.map { message in
                                guard case .call(_, let arguments, let id?, _) = message else { return .ping }
                                return .result(arguments[0], id: id)
                            })
                }
            }
        }
    }

    @Test func nothingElseIsAgreedOn() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let stream = try await ByteStream.connect(port: server.port)
            try await stream.send(
                HubClient.request(
                    "/hub", port: server.port,
                    headers: [
                        "Sec-WebSocket-Protocol": "chat, json",
                        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
                    ]))
            let answer = try await stream.read(HTTPAnswer.take)
            #expect(answer.status == 101)
            #expect(answer.headers.keys.sorted() == ["connection", "sec-websocket-accept", "upgrade"])
            // Who compresses all the same breaks the rules.
            try await stream.send(ByteBuffer(bytes: Frame(opcode: 1, content: [0x41], reserved: 4).bytes))
            #expect(try await stream.read(Frame.take).code == 1002)
            await stream.close()
        }
    }

    /// The bytes of the specification, and the kinds of frames that real clients send.
    @Test func messagePackOnTheWire() async throws {
        let hub = self.hub
        try await TestServer.run(["/hub": hub]) { server in
            let socket = try await HubClient.upgrade(to: server)
            // JavaScript's handshake is text, others' is binary, and either may come in pieces.
            let handshake = Array("{\"protocol\":\"messagepack\",\"version\":1}\u{1E}".utf8)
            try await socket.send(Frame(opcode: 2, content: Array(handshake[..<9]), isFinal: false))
            try await socket.send(Frame(opcode: 0, content: Array(handshake[9...])))
            #expect(try await socket.frame() == Frame(opcode: 2, content: Array("{}\u{1E}".utf8), mask: nil))
            let echo: [UInt8] = [
                0x0F, 0x96, 0x01, 0x80, 0xA1, 0x31, 0xA4, 0x45, 0x63, 0x68, 0x6F, 0x91, 0xA2, 0x68, 0x69, 0x90,
            ]
            let answer: [UInt8] = [0x09, 0x95, 0x03, 0x80, 0xA1, 0x31, 0x03, 0xA2, 0x68, 0x69]
            try await socket.send(Frame(opcode: 2, content: echo))
            #expect(try await socket.frame() == Frame(opcode: 2, content: answer, mask: nil))
            // A message in three frames, then one as five elements.
            for part in [echo[..<1], echo[1..<7], echo[7...]] {
                try await socket.send(Frame(opcode: 2, content: Array(part)))
            }
            #expect(try await socket.frame() == Frame(opcode: 2, content: answer, mask: nil))
            try await socket.send(Frame(opcode: 2, content: [0x0E, 0x95] + echo[2...].dropLast()))
            #expect(try await socket.frame() == Frame(opcode: 2, content: answer, mask: nil))
            // An unknown type, and then a ping.
            try await socket.send(Frame(opcode: 2, content: [0x02, 0x91, 0x63, 0x02, 0x91, 0x06] + echo))
            #expect(try await socket.frame() == Frame(opcode: 2, content: answer, mask: nil))
        }
    }

    @Test func jsonInBinaryFrames() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let socket = try await HubClient.upgrade(to: server)
            try await socket.send(Frame(opcode: 2, content: Array("{\"protocol\":\"json\",\"version\":1}\u{1E}".utf8)))
            #expect(try await socket.frame() == Frame(opcode: 1, content: Array("{}\u{1E}".utf8), mask: nil))
            try await socket.send(Frame(opcode: 2, content: WireMessage.call("Echo", ["a"], id: "1").bytes(in: .json)))
            try await socket.expect(#"{"type":3,"invocationId":"1","result":"a"}"#)
        }
    }

    /// Nothing a client sends costs the others anything.
    @Test func brokenMessagePack() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let witness = try await WireClient.connect(to: server, .messagepack)
            let cases: [[UInt8]] = [
                [0x01, 0xC1], [0x01, 0x90], [0x02, 0x91, 0xA0], [0x03, 0x92, 0x01, 0x80], [0x01, 0x81],
                // No id where there must be one; a completion of an unknown kind.
                [0x04, 0x94, 0x02, 0x80, 0xC0, 0x01], [0x06, 0x94, 0x03, 0x80, 0xA1, 0x31, 0x04],
                // Lengths that promise too much.
                [0x05, 0xDD, 0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0x80, 0x80, 0x80, 0x08], [0xFF, 0xFF, 0x7F],
                [0x81, 0x80, 0x02],
            ]
            for bytes in cases {
                let client = try await WireClient.connect(to: server, .messagepack)
                try await client.socket.send(Frame(opcode: 2, content: bytes))
                let (messages, code) = try await client.untilClosed()
                #expect(messages == [.close("Connection closed with an error.", allowReconnect: true)])
                #expect(code == 1000)
                await client.socket.drop()
                let isTooLarge = bytes.first == 0xFF || bytes.first == 0x81
                #expect(await self.ended.next() == (isTooLarge ? "message_too_large" : "protocol_error"))
                #expect(try await witness.invoke("Echo", "on") == .result("on", id: "1"))
            }
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func aMessageOfExactlyTheLimit(_ kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            for (excess, isTaken) in [(0, true), (1, false)] {
                let client = try await WireClient.connect(to: server, kind)
                let overhead =
                    WireMessage.call("Echo", [.string(String(repeating: "x", count: 20_000))], id: "1")
                    .bytes(in: kind).count - 20_000
                let text = WireValue.string(String(repeating: "x", count: 32_768 - overhead + excess))
                #expect(WireMessage.call("Echo", [text], id: "1").bytes(in: kind).count == 32_768 + excess)
                try await client.send(.call("Echo", [text], id: "1"))
                #expect(
                    try await client.next()
                        == (isTaken ? .result(text, id: "1") : .close("Connection closed with an error.", allowReconnect: true))
                )
            }
        }
    }
}
