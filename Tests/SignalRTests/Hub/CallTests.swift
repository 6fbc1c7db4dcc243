import NIOCore
import SignalR
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct CallTests {
    private struct Point: Codable, Equatable {
        var x: Int
        var y: Double
    }

    private struct Failure: Error, CustomStringConvertible {
        var description: String { "the details" }
    }

    private func hub(detailed: Bool = false) -> Hub {
        Hub("test") { hub in
            hub.configuration.detailedErrors = detailed
            hub.on("Add") { (_: HubCaller, a: Int, b: Int) in a + b }
            hub.on("Echo") { (_: HubCaller, text: String) async throws in text }
            hub.on("Maybe") { (_: HubCaller, text: String?) in text ?? "nothing" }
            hub.on("Mirror") { (_: HubCaller, point: Point) in Point(x: -point.x, y: -point.y) }
            hub.on("Raw") { (_: HubCaller) in JSONFragment(ByteBuffer(string: #"{"raw":[1,2]}"#)) }
            hub.on("Nothing") { (_: HubCaller) in }
            hub.on("Refuse") { (_: HubCaller) in throw HubException("Not today.") }
            hub.on("Fail") { (_: HubCaller) in throw Failure() }
        }
    }

    @Test func answers() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await HubClient.connect(to: server)
            #expect(try await client.invoke("Add", "40,2") == #"{"type":3,"invocationId":"1","result":42}"#)
            #expect(try await client.invoke("ADD", "1,2", id: "é") == #"{"type":3,"invocationId":"é","result":3}"#)
            #expect(try await client.invoke("Nothing") == #"{"type":3,"invocationId":"1","result":null}"#)
            #expect(try await client.invoke("Maybe", "null") == #"{"type":3,"invocationId":"1","result":"nothing"}"#)
            #expect(try await client.invoke("Maybe", #""ü\u001e""#) == #"{"type":3,"invocationId":"1","result":"ü\u001e"}"#)
            #expect(try await client.invoke("Raw") == #"{"type":3,"invocationId":"1","result":{"raw":[1,2]}}"#)
            let mirrored = try await client.invoke("Mirror", #"{"y":2.5,"x":1}"#)
            #expect(mirrored.contains(#""x":-1"#) && mirrored.contains(#""y":-2.5"#))
        }
    }

    @Test func errorsHaveTheTextsThatClientsKnow() async throws {
        func error(_ text: String) -> String { #"{"type":3,"invocationId":"1","error":"\#(text)"}"# }
        try await TestServer.run(["/hub": self.hub(), "/detailed": self.hub(detailed: true)]) { server in
            let client = try await HubClient.connect(to: server)
            let detailed = try await HubClient.connect(to: server, "/detailed")
            #expect(
                try await client.invoke("Missing")
                    == error("Failed to invoke 'Missing' due to an error on the server. HubException: Method does not exist.")
            )
            let binding = "Failed to invoke 'Add' due to an error on the server."
            #expect(try await client.invoke("Add", "1") == error(binding))
            #expect(try await client.invoke("Add", #"1,"2""#) == error(binding))
            #expect(
                try await detailed.invoke("Add", "1,2,3")
                    == error(
                        binding + " InvalidDataException: Invocation provides 3 argument(s) but target expects 2."
                    )
            )
            #expect(
                try await detailed.invoke("Add", "1,{}")
                    == error(
                        binding
                            + " InvalidDataException: Error binding arguments. Make sure that the types of the provided values"
                            + " match the types of the hub method being invoked."
                    )
            )
            #expect(
                try await client.invoke("Refuse")
                    == error("An unexpected error occurred invoking 'Refuse' on the server. HubException: Not today.")
            )
            #expect(try await client.invoke("Fail") == error("An unexpected error occurred invoking 'Fail' on the server."))
            #expect(
                try await detailed.invoke("Fail")
                    == error("An unexpected error occurred invoking 'Fail' on the server. Failure: the details")
            )
            try await client.send(#"{"type":4,"invocationId":"1","target":"Echo","arguments":["a"]}"#)
            try await client.expect(
                error("The client attempted to invoke the non-streaming 'Echo' method with a streaming invocation.")
            )
            try await client.send(#"{"type":1,"invocationId":"1","target":"Echo","arguments":["a"],"streamIds":["2"]}"#)
            try await client.expect(
                error(
                    "An unexpected error occurred invoking 'Echo' on the server."
                        + " HubException: Client sent 1 stream(s), Hub method expects 0."
                )
            )
            #expect(try await client.invoke("Add", "1,1").contains("2"))
        }
    }

    @Test func callsWithoutIdGetNoAnswer() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await HubClient.connect(to: server)
            try await client.send(
                #"{"type":1,"target":"Echo","arguments":["a"]}"#, #"{"type":1,"target":"Missing","arguments":[]}"#,
                #"{"type":1,"invocationId":"","target":"Fail","arguments":[]}"#,
                // Unknown types and ids are passed over.
                #"{"type":99,"what":{}}"#, #"{"type":5,"invocationId":"7"}"#, #"{"type":2,"invocationId":"7","item":1}"#,
                #"{"type":3,"invocationId":"7","result":null}"#
            )
            #expect(try await client.invoke("Echo", #""b""#) == #"{"type":3,"invocationId":"1","result":"b"}"#)
        }
    }

    @Test func oneAfterAnother() async throws {
        let running = Mutex(0)
        let overlaps = Mutex(0)
        let hub = Hub("test") { hub in
            hub.on("Slow") { (_: HubCaller, number: Int) in
                if running.withLock({
                    $0 += 1; return $0
                }) > 1 {
                    overlaps.withLock { $0 += 1 }
                }
                for _ in 0..<(10 - number % 10) { await Task.yield() }
                running.withLock { $0 -= 1 }
                return number
            }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            for number in 0..<200 {
                try await client.send(#"{"type":1,"invocationId":"\#(number)","target":"Slow","arguments":[\#(number)]}"#)
            }
            for number in 0..<200 {
                try await client.expect(#"{"type":3,"invocationId":"\#(number)","result":\#(number)}"#)
            }
            #expect(overlaps.withLock { $0 } == 0)
        }
    }

    @Test func moreCallsThanMayWait() async throws {
        let gate = Probe<Void>()
        var hub = Hub("test") { hub in
            hub.on("Wait") { (_: HubCaller) in await gate.next() }
            hub.on("Count") { (_: HubCaller, number: Int, _: String) in number }
        }
        hub.configuration.inboxBytes = 2000
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            try await client.send(#"{"type":1,"target":"Wait","arguments":[]}"#)
            let filler = String(repeating: "x", count: 500)
            for number in 0..<100 {
                try await client.send(
                    #"{"type":1,"invocationId":"\#(number)","target":"Count","arguments":[\#(number),"\#(filler)"]}"#
                )
            }
            gate.add(())
            for number in 0..<100 {
                try await client.expect(#"{"type":3,"invocationId":"\#(number)","result":\#(number)}"#)
            }
        }
    }

    @Test func whatItSendsComesBeforeItsAnswer() async throws {
        let hub = Hub("test") { hub in
            hub.on("Tell") { (caller: HubCaller) in
                try await caller.clients.caller.send("One", 1)
                #expect(try await caller.send("Two", "2", true))
                try await caller.clients.all.send("Three")
                return "done"
            }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            try await client.send(#"{"type":1,"invocationId":"1","target":"Tell","arguments":[]}"#)
            try await client.expect(#"{"type":1,"target":"One","arguments":[1]}"#)
            try await client.expect(#"{"type":1,"target":"Two","arguments":["2",true]}"#)
            try await client.expect(#"{"type":1,"target":"Three","arguments":[]}"#)
            try await client.expect(#"{"type":3,"invocationId":"1","result":"done"}"#)
        }
    }

    @Test func workAfterTheReply() async throws {
        let cancelled = Probe<Bool>()
        let hub = Hub("test") { hub in
            hub.on("Begin") { (caller: HubCaller) in
                caller.afterReply {
                    _ = try? await caller.send("Later", 1)
                    try? await Task.sleep(for: .seconds(600))
                    cancelled.add(Task.isCancelled)
                }
                return "begun"
            }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            #expect(try await client.invoke("Begin") == #"{"type":3,"invocationId":"1","result":"begun"}"#)
            try await client.expect(#"{"type":1,"target":"Later","arguments":[1]}"#)
            // It holds up nothing, and ends with the connection.
            #expect(try await client.invoke("Echo", #""a""#).contains(#""a""#))
            try await client.close()
            #expect(await cancelled.next())
        }
    }

    @Test func calculatesLargeAnswers() async throws {
        let hub = Hub("test") { hub in
            hub.on("Fill") { (_: HubCaller, count: Int) in String(repeating: "x", count: count) }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await HubClient.connect(to: server)
            for count in [80, 125, 126, 65_000, 66_000, 5_000_000] {
                let answer = try await client.invoke("Fill", "\(count)")
                #expect(answer.utf8.count == count + #"{"type":3,"invocationId":"1","result":""}"#.utf8.count)
            }
        }
    }
}
