import NIOCore
import SignalR
import Testing

@Suite(.timeLimit(.minutes(1))) struct MalformedInputTests {
    private let ended = Probe<String>()
    private var hub: Hub {
        Hub("test") { hub in
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
        }
    }

    @Test func brokenFrames() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let witness = try await HubClient.connect(to: server)
            let tooLarge: [UInt8] = [0x82, 0xFF, 0, 0, 0, 0, 0xFF, 0, 0, 0, 1, 2, 3, 4]
            let cases: [(bytes: [UInt8], code: Int)] = [
                (Frame(opcode: 1, content: [0x41], mask: nil).bytes, 1002),
                (Frame(opcode: 1, content: [0x41], reserved: 4).bytes, 1002),
                (Frame(opcode: 5, content: []).bytes, 1002),
                (Frame(opcode: 0, content: []).bytes, 1002),
                (Frame.close(1005).bytes, 1002),
                (Frame(opcode: 1, content: [0xC3, 0x28]).bytes, 1007),
                (tooLarge, 1009),
            ]
            for (bytes, code) in cases {
                let client = try await HubClient.connect(to: server)
                // More is on its way when the server gives up.
                try await client.send(raw: bytes + Array(repeating: 0xFF, count: 100_000))
                let (records, found) = try await client.untilClosed()
                #expect(records == [])
                #expect(found == code)
                #expect(await client.readToEnd().readableBytes == 0)
                await client.drop()
                #expect(await self.ended.next() == (code == 1009 ? "message_too_large" : "protocol_error"))
                #expect(try await witness.invoke("Echo", #""on""#).contains("on"))
            }
        }
    }

    @Test func brokenRecords() async throws {
        var hub = self.hub
        hub.configuration.detailedErrors = true
        try await TestServer.run(["/hub": self.hub, "/detailed": hub]) { server in
            let cases = [
                ("no json", "Error reading JSON."),
                ("[1]", "Error reading JSON."),
                (#"{"type":1,"#, "Error reading JSON."),
                (#"{"target":"Echo"}"#, "Missing required property 'type'."),
                (#"{"type":"1"}"#, "Expected 'type' to be of type Number."),
                (#"{"type":1,"arguments":[]}"#, "Missing required property 'target'."),
                (#"{"type":1,"target":"Echo"}"#, "Missing required property 'arguments'."),
                (#"{"type":3,"result":1}"#, "Missing required property 'invocationId'."),
                (#"{"type":1,"target":"Echo","arguments":\#(String(repeating: "[", count: 80))"#, "Error reading JSON."),
            ]
            for (record, text) in cases {
                for (path, detail) in [("/hub", ""), ("/detailed", " InvalidDataException: \(text)")] {
                    let client = try await HubClient.connect(to: server, path)
                    try await client.send(record)
                    let (records, code) = try await client.untilClosed()
                    #expect(
                        records
                            == [#"{"type":7,"error":"Connection closed with an error.\#(detail)","allowReconnect":true}"#]
                    )
                    #expect(code == 1000)
                    try await client.send(.close(1000))
                    #expect(await self.ended.next() == "protocol_error")
                }
            }
        }
    }

    @Test func tooLargeRecords() async throws {
        var hub = self.hub
        hub.configuration.maximumReceiveSize = 1000
        hub.configuration.detailedErrors = true
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            let call = #"{"type":1,"invocationId":"1","target":"Echo","arguments":[""#
            let end = #""]}"#
            let fits = call + String(repeating: "x", count: 999 - call.utf8.count - end.utf8.count) + end
            try await client.send(fits)
            #expect(try await client.next().hasPrefix(#"{"type":3,"invocationId":"1","result":"xx"#))
            try await client.send(fits + " ")
            let (records, _) = try await client.untilClosed()
            #expect(records.count == 1)
            #expect(records[0].contains("InvalidDataException: The maximum message size of 1000B was exceeded."))
        }
    }

    @Test func pingsOfTheWebSocketAreAnswered() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = try await HubClient.connect(to: server)
            try await client.send(Frame(opcode: 9, content: [1, 2, 3]))
            let pong = try await client.frame()
            #expect(pong.opcode == 10)
            #expect(pong.content == [1, 2, 3])
            try await client.send(Frame(opcode: 10, content: []))
            #expect(try await client.invoke("Echo", #""a""#).contains(#""a""#))
        }
    }

    @Test func noiseInsteadOfHTTP() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let stream = try await ByteStream.connect(port: server.port)
            try await stream.send("\u{1}\u{2}\u{3} nonsense\r\n\r\n")
            #expect(String(buffer: await stream.readToEnd()).hasPrefix("HTTP/1.1 400 "))
            let client = try await HubClient.connect(to: server)
            #expect(try await client.invoke("Echo", #""a""#).contains(#""a""#))
        }
    }
}
