import NIOCore
import SignalR
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    private let ended = Probe<String>()

    private func hub(_ events: Probe<String>) -> Hub {
        Hub("test") { hub in
            hub.stream("Countdown") { (_: HubCaller, from: Int) in
                AsyncStream<Int> { continuation in
                    for number in (0...from).reversed() { continuation.yield(number) }
                    continuation.finish()
                }
            }
            hub.stream("Forever") { (_: HubCaller) in
                AsyncStream<Int> { continuation in
                    continuation.onTermination = { _ in events.add("ended") }
                    continuation.yield(1)
                }
            }
            hub.stream("FailsAtOnce") { (_: HubCaller) -> AsyncStream<Int> in throw HubException("never") }
            hub.stream("FailsLater") { (_: HubCaller, isPublic: Bool) in
                AsyncThrowingStream<String, any Error> { continuation in
                    continuation.yield("one")
                    continuation.finish(throwing: isPublic ? HubException("later") : CancellationError())
                }
            }
            hub.on("Sum") { (_: HubCaller, numbers: HubStream<Int>) in
                var sum = 0
                for try await number in numbers { sum += number }
                return sum
            }
            hub.on("Join2") { (_: HubCaller, first: HubStream<String>, separator: String, second: HubStream<Int>) in
                var words: [String] = []
                for try await word in first { words.append(word) }
                for try await number in second { words.append("\(number)") }
                return words.joined(separator: separator)
            }
            hub.on("First") { (_: HubCaller, numbers: HubStream<Int>) in
                for try await number in numbers { return number }
                return -1
            }
            hub.on("Hold") { (_: HubCaller, numbers: HubStream<Int>) in
                events.add("holding")
                do {
                    for try await _ in numbers {}
                } catch is CancellationError {
                    events.add("cancelled")
                }
            }
            hub.stream("Doubled") { (_: HubCaller, numbers: HubStream<Int>) in numbers.map { $0 * 2 } }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
        }
    }

    private func failed(_ method: String, _ text: String) -> String {
        "An unexpected error occurred invoking '\(method)' on the server. HubException: \(text)"
    }

    // MARK: - To the client

    @Test(arguments: HubProtocolKind.allCases)
    func itemsAndTheEnd(_ kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub(Probe())]) { server in
            let client = try await WireClient.connect(to: server, kind)
            try await client.send(.stream("Countdown", [3], id: "7"))
            for number in [3, 2, 1, 0] { #expect(try await client.next() == .item(.int(number), id: "7")) }
            #expect(try await client.next() == .done(id: "7"))
            // The id can be used again.
            try await client.send(.stream("countdown", [0], id: "7"))
            #expect(try await client.next() == .item(0, id: "7"))
            #expect(try await client.next() == .done(id: "7"))
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func cancelling(_ kind: HubProtocolKind) async throws {
        let events = Probe<String>()
        try await TestServer.run(["/hub": self.hub(events)]) { server in
            let client = try await WireClient.connect(to: server, kind)
            try await client.send(.stream("Forever", [], id: "1"))
            #expect(try await client.next() == .item(1, id: "1"))
            // Others go on beside it.
            #expect(try await client.invoke("Echo", "a", id: "2") == .result("a", id: "2"))
            try await client.send(.cancel(id: "unknown"), .cancel(id: "1"))
            #expect(try await client.next() == .done(id: "1"))
            #expect(await events.next() == "ended")
            // With the same bytes as the call: there may be an item, and there is an end.
            try await client.send(.stream("Forever", [], id: "3"), .cancel(id: "3"))
            var message = try await client.next()
            if message == .item(1, id: "3") { message = try await client.next() }
            #expect(message == .done(id: "3"))
            try await client.send(.cancel(id: "3"))
            #expect(try await client.invoke("Echo", "b") == .result("b", id: "1"))
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func failures(_ kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub(Probe())]) { server in
            let client = try await WireClient.connect(to: server, kind)
            try await client.send(.stream("FailsAtOnce", [], id: "1"))
            #expect(try await client.next() == .failure(self.failed("FailsAtOnce", "never"), id: "1"))
            let later = "An error occurred on the server while streaming results."
            for (isPublic, text) in [(true, "\(later) HubException: later"), (false, later)] {
                try await client.send(.stream("FailsLater", [.bool(isPublic)], id: "2"))
                #expect(try await client.next() == .item("one", id: "2"))
                #expect(try await client.next() == .failure(text, id: "2"))
            }
            let notStreaming = "The client attempted to invoke the non-streaming 'Echo' method with a streaming invocation."
            try await client.send(.stream("Echo", ["a"], id: "3"))
            #expect(try await client.next() == .failure(notStreaming, id: "3"))
            let streaming = "The client attempted to invoke the streaming 'Countdown' method with a non-streaming invocation."
            #expect(try await client.invoke("Countdown", 1) == .failure(streaming, id: "1"))
            // The first stream of an id goes on.
            try await client.send(.stream("Forever", [], id: "4"), .stream("Countdown", [5], id: "4"))
            var found = [try await client.next(), try await client.next()]
            if case .item = found[0] { found.reverse() }
            #expect(found == [.failure("Invocation ID '4' is already in use.", id: "4"), .item(1, id: "4")])
            try await client.send(.cancel(id: "4"))
            #expect(try await client.next() == .done(id: "4"))
        }
    }

    /// A client that reads nothing holds up what is made for it, and nothing else.
    @Test(arguments: HubProtocolKind.allCases)
    func aSlowClientSlowsTheSource(_ kind: HubProtocolKind) async throws {
        let counter = Counter()
        var hub = Hub("test") { hub in
            hub.stream("Fill") { (_: HubCaller) in counter }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
        }
        hub.configuration.outboxBytes = 200_000
        try await TestServer.run(["/hub": hub]) { server in
            let slow = try await HubClient.upgrade(to: server, reads: false)
            try await slow.send(#"{"protocol":"\#(kind.rawValue)","version":1}"#)
            try await slow.send(
                Frame(opcode: 2, content: WireMessage.stream("Fill", [], id: "1").bytes(in: kind))
            )
            let witness = try await WireClient.connect(to: server, kind)
            // It has stopped when it makes nothing during many calls of somebody else.
            var last = -1
            while last != counter.count {
                last = counter.count
                for _ in 0..<40 { _ = try await witness.invoke("Echo", "on") }
            }
            #expect(last > 0 && last < Counter.limit)
            #expect(hub.connectionCount == 2)
            await slow.drop()
        }
    }

    // MARK: - From the client

    @Test(arguments: HubProtocolKind.allCases)
    func uploads(_ kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub(Probe())]) { server in
            let client = try await WireClient.connect(to: server, kind)
            // Items come with the same bytes as the call.
            try await client.send(
                .call("Sum", [], id: "1", streams: ["u"]), .item(1, id: "u"), .item(2, id: "u"), .item(39, id: "u"),
                .done(id: "u")
            )
            #expect(try await client.next() == .result(42, id: "1"))
            try await client.send(.call("Join2", ["-"], id: "2", streams: ["a", "b"]))
            try await client.send(.item(1, id: "b"), .item("x", id: "a"), .item(2, id: "b"), .item("y", id: "a"))
            try await client.send(.done(id: "b"), .done(id: "a"))
            #expect(try await client.next() == .result("x-y-1-2", id: "2"))
            // Whoever has enough gets an answer; the rest is passed over.
            try await client.send(.call("First", [], id: "3", streams: ["u"]), .item(7, id: "u"))
            #expect(try await client.next() == .result(7, id: "3"))
            try await client.send(.item(8, id: "u"), .done(id: "u"), .item(9, id: "nobody"), .done(id: "nobody"))
            #expect(try await client.invoke("Echo", "on") == .result("on", id: "1"))
            try await client.send(.stream("Doubled", [], id: "4", streams: ["u"]))
            for number in 1...20 {
                try await client.send(.item(.int(number), id: "u"))
                #expect(try await client.next() == .item(.int(number * 2), id: "4"))
            }
            try await client.send(.done(id: "u"))
            #expect(try await client.next() == .done(id: "4"))
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func uploadFailures(_ kind: HubProtocolKind) async throws {
        var hub = self.hub(Probe())
        hub.configuration.maximumStreams = 2
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await WireClient.connect(to: server, kind)
            try await client.send(
                .call("Sum", [], id: "1", streams: ["u"]), .item(1, id: "u"), .failure("Something bad", id: "u"))
            #expect(try await client.next() == .failure(self.failed("Sum", "Something bad"), id: "1"))
            try await client.send(.call("Sum", [], id: "2", streams: ["u"]), .item("x", id: "u"), .item(1, id: "u"))
            #expect(try await client.next() == .failure(self.failed("Sum", "Failed to bind Stream message."), id: "2"))
            try await client.send(.call("Echo", ["a"], id: "3", streams: ["u"]))
            let unexpected = self.failed("Echo", "Client sent 1 stream(s), Hub method expects 0.")
            #expect(try await client.next() == .failure(unexpected, id: "3"))
            #expect(
                try await client.invoke("Sum")
                    == .failure(
                        self.failed("Sum", "Client sent 0 stream(s), Hub method expects 1."), id: "1"
                    )
            )
            try await client.send(.call("Sum", [1], id: "4", streams: ["u"]))
            #expect(
                try await client.next() == .failure("Failed to invoke 'Sum' due to an error on the server.", id: "4")
            )
            try await client.send(.call("Sum", [], id: "5", streams: ["v"]), .call("Sum", [], id: "6", streams: ["v"]))
            #expect(try await client.next() == .failure("Invocation ID 'v' is already in use.", id: "6"))
            try await client.send(.call("Sum", [], id: "7", streams: ["w"]), .call("Sum", [], id: "8", streams: ["x"]))
            #expect(
                try await client.next() == .failure(self.failed("Sum", "There are too many streams on this connection."), id: "8")
            )
            try await client.send(.done(id: "v"))
            #expect(try await client.next() == .result(0, id: "5"))
        }
    }

    /// What is unread is bounded, and nothing of it is lost.
    @Test(arguments: HubProtocolKind.allCases)
    func aFullStreamIsReadNoFurther(_ kind: HubProtocolKind) async throws {
        let gate = Probe<Void>()
        let hub = Hub("test") { hub in
            hub.on("Take") { (_: HubCaller, texts: HubStream<String>) in
                await gate.next()
                var count = 0
                for try await text in texts { count += text.utf8.count }
                return count
            }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await WireClient.connect(to: server, kind)
            let witness = try await WireClient.connect(to: server, kind)
            try await client.send(.call("Take", [], id: "1", streams: ["u"]))
            let text = String(repeating: "x", count: 10_000)
            async let sent: Void = {
                for _ in 0..<60 { try await client.send(.item(.string(text), id: "u")) }
                try await client.send(.done(id: "u"), .call("Echo", ["behind"], id: "2"))
            }()
            for _ in 0..<50 { _ = try await witness.invoke("Echo", "on") }
            gate.add(())
            try await sent
            let found = [try await client.next(), try await client.next()]
            #expect(found.contains(.result(600_000, id: "1")))
            #expect(found.contains(.result("behind", id: "2")))
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func theEndOfTheConnectionEndsStreams(_ kind: HubProtocolKind) async throws {
        let events = Probe<String>()
        try await TestServer.run(["/hub": self.hub(events)]) { server in
            let client = try await WireClient.connect(to: server, kind)
            try await client.send(.call("Hold", [], id: "1", streams: ["u"]))
            #expect(await events.next() == "holding")
            try await client.send(.stream("Forever", [], id: "2"))
            #expect(try await client.next() == .item(1, id: "2"))
            await client.socket.drop()
            #expect(await Set([events.next(), events.next()]) == ["cancelled", "ended"])
            #expect(await self.ended.next() == "connection_lost")
        }
    }

    // MARK: - Beside each other

    @Test func severalCallsAtOnce() async throws {
        let begun = Probe<Int>()
        let gates = (0..<3).map { _ in Probe<Void>() }
        var hub = Hub("test") { hub in
            hub.on("Wait") { (_: HubCaller, number: Int) in
                begun.add(number)
                await gates[number].next()
                return number
            }
        }
        hub.configuration.maximumParallelInvocations = 2
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await WireClient.connect(to: server, .json)
            try await client.send(.call("Wait", [0], id: "0"), .call("Wait", [1], id: "1"), .call("Wait", [2], id: "2"))
            #expect(await Set([begun.next(), begun.next()]) == [0, 1])
            gates[1].add(())
            #expect(try await client.next() == .result(1, id: "1"))
            // Only now is there room for the third.
            #expect(await begun.next() == 2)
            gates[2].add(())
            #expect(try await client.next() == .result(2, id: "2"))
            gates[0].add(())
            #expect(try await client.next() == .result(0, id: "0"))
        }
    }
}

/// Makes items when it is asked for them.
private final class Counter: AsyncSequence, Sendable {
    static let limit = 100_000
    private let made = Atomic(0)

    var count: Int { self.made.load(ordering: .relaxed) }

    func makeAsyncIterator() -> Iterator { Iterator(counter: self) }

    struct Iterator: AsyncIteratorProtocol {
        let counter: Counter
        let text = String(repeating: "x", count: 1000)

        mutating func next() async -> String? {
            self.counter.made.add(1, ordering: .relaxed).newValue < Counter.limit ? self.text : nil
        }
    }
}
