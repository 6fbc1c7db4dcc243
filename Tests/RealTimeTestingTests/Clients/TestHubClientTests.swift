import RealTimeTesting
import SignalR
import Testing

@Suite(.timeLimit(.minutes(1))) struct TestHubClientTests {
    private let ended = Watched<[String]>([])

    private var hub: Hub {
        Hub("chat") { hub in
            hub.on("SendMessage") { (caller: HubCaller, user: String, text: String) in
                try await caller.clients.others.send("ReceiveMessage", user, text)
            }
            hub.on("Add") { (_: HubCaller, a: Int, b: Int) in a + b }
            hub.on("Nothing") { (_: HubCaller) in }
            hub.on("Fail") { (_: HubCaller) throws -> Int in throw HubException("Not today.") }
            hub.on("WhoAmI") { (caller: HubCaller) in caller.user?.id }
            hub.on("Header") { (caller: HubCaller, name: String) in caller.request.header(name) }
            hub.on("AskMe") { (caller: HubCaller) in try await caller.invoke("Age", returning: Int.self) }
            hub.stream("Countdown") { (_: HubCaller, from: Int) in
                AsyncStream<Int> { continuation in
                    for number in (0...from).reversed() { continuation.yield(number) }
                    continuation.finish()
                }
            }
            hub.stream("Forever") { (_: HubCaller) in
                AsyncThrowingStream<Int, any Error>(unfolding: {
                    try Task.checkCancellation()
                    return 1
                })
            }
            hub.stream("Broken") { (_: HubCaller) in
                AsyncThrowingStream<Int, any Error> { continuation in
                    continuation.yield(1)
                    continuation.finish(throwing: HubException("It broke."))
                }
            }
            hub.onDisconnect { [ended] _, reason in ended.change { $0.append(reason.name) } }
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func othersHearAMessage(_ kind: HubProtocolKind) async throws {
        try await withTestClients(of: self.hub, using: kind) { ann, bob in
            #expect(ann.connectionID != bob.connectionID && bob.kind == kind)
            try await ann.send("SendMessage", "ann", "hi")
            #expect(try await bob.next() == .invocation("ReceiveMessage", ["ann", "hi"]))
            #expect(try await ann.unread() == [])
            try await bob.send("SendMessage", "bob", "1")
            try await bob.invoke("SendMessage", "bob", "2")
            #expect(
                try await ann.unread() == [
                    .invocation("ReceiveMessage", ["bob", "1"]), .invocation("ReceiveMessage", ["bob", "2"]),
                ]
            )
        }
        await self.ended.wait { $0.count == 2 }
        #expect(self.ended.value == ["normal", "normal"])
    }

    @Test(arguments: HubProtocolKind.allCases)
    func callsAndTheirAnswers(_ kind: HubProtocolKind) async throws {
        try await withTestClients(of: self.hub, using: kind) { ann in
            #expect(try await ann.invoke("Add", 1, 2, returning: Int.self) == 3)
            try await ann.invoke("Nothing")
            #expect(try await ann.invoke("WhoAmI", returning: String?.self) == nil)
            await #expect { try await ann.invoke("Fail") } throws: { error in
                (error as? HubException)?.message.hasSuffix("HubException: Not today.") == true
            }
            await #expect { try await ann.invoke("Unknown") } throws: { ($0 as? HubException) != nil }
            await #expect { try await ann.invoke("Add", 1, 2, returning: String.self) } throws: { error in
                (error as? TestHubError)?.code == .unexpected
            }
            async let first = ann.invoke("Add", 1, 1, returning: Int.self)
            async let second = ann.invoke("Add", 2, 2, returning: Int.self)
            #expect(try await [first, second] == [2, 4])
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func streams(_ kind: HubProtocolKind) async throws {
        try await withTestClients(of: self.hub, using: kind) { ann in
            var items: [Int] = []
            for try await item in try await ann.stream("Countdown", 3, of: Int.self) { items.append(item) }
            #expect(items == [3, 2, 1, 0])

            let broken = try await ann.stream("Broken", of: Int.self)
            #expect(try await broken.next() == 1)
            await #expect(throws: HubException.self) { try await broken.next() }

            let forever = try await ann.stream("Forever", of: Int.self)
            for _ in 0..<100 { #expect(try await forever.next() == 1) }
            forever.cancel()
            while try await forever.next() != nil {}
        }
    }

    /// What is not taken holds a stream up, and not the process.
    @Test func aStreamWaitsForItsReader() async throws {
        var hub = self.hub
        hub.configuration.outboxBytes = 4096
        let sent = Watched(0)
        hub.stream("Counted") { (_: HubCaller) in
            AsyncStream<Int>(unfolding: {
                let number = sent.change { sent in
                    sent += 1
                    return sent
                }
                return number < 2000 ? number : nil
            })
        }
        try await withTestClients(of: hub) { ann in
            let stream = try await ann.stream("Counted", of: Int.self)
            #expect(try await stream.next() == 1)
            // The connection goes on meanwhile.
            #expect(try await ann.invoke("Add", 1, 1, returning: Int.self) == 2)
            #expect(sent.value < 1000)
            var last = 1
            while let item = try await stream.next() { last = item }
            #expect(last == 1999)
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func uploads(_ kind: HubProtocolKind) async throws {
        var hub = self.hub
        hub.configuration.streamBufferCapacity = 2
        hub.on("Sum") { (_: HubCaller, factor: Int, numbers: HubStream<Int>) in
            var sum = 0
            for try await number in numbers { sum += number }
            return sum * factor
        }
        hub.on("First") { (_: HubCaller, numbers: HubStream<Int>) in
            for try await number in numbers { return number }
            return 0
        }
        let numbers = AsyncStream<Int> { continuation in
            for number in 1...200 { continuation.yield(number) }
            continuation.finish()
        }
        let broken = AsyncThrowingStream<Int, any Error> { $0.finish(throwing: HubException("No more.")) }
        try await withTestClients(of: hub, using: kind) { ann in
            let sum = try await ann.invoke("Sum", 2, sending: numbers, returning: Int.self)
            #expect(sum == 40_200)
            await #expect(throws: HubException.self) { try await ann.invoke("Sum", 2, sending: broken, returning: Int.self) }
            let more = AsyncStream<Int> { continuation in
                for number in 7..<100 { continuation.yield(number) }
                continuation.finish()
            }
            #expect(try await ann.invoke("First", sending: more, returning: Int.self) == 7)
            #expect(try await ann.invoke("Add", 1, 2, returning: Int.self) == 3)
        }
    }

    @Test func clientsAnswer() async throws {
        var hub = self.hub
        let ages = Watched<[Int]>([])
        hub.onConnect { caller in
            let age = try await caller.invoke("Age", returning: Int.self)
            ages.change { $0.append(age) }
        }
        try await withTestClients(of: hub) { ann in
            // The hub has asked already, before anything could answer.
            ann.answer("age") { 7 }
            await ages.wait { $0 == [7] }
            let age = try await ann.invoke("AskMe", returning: Int.self)
            #expect(age == 7)
            ann.answer("Age") { () throws -> Int in throw HubException("Secret.") }
            await #expect(throws: HubException.self) { try await ann.invoke("AskMe", returning: Int.self) }
        }
    }

    @Test func whoConnects() async throws {
        var hub = self.hub
        hub.authenticate { request in
            guard request.bearerToken != "wrong" else { throw HubAuthenticationError() }
            return request.bearerToken.map { HubUser(id: $0) }
        }
        let callers: [TestCaller] = [
            "ann", TestCaller(target: "/chat?access_token=bob"),
            TestCaller(headers: ["Authorization": "Bearer eve", "X-Room": "a"]),
        ]
        try await withTestClients(of: hub, as: callers) { ann, bob, eve in
            #expect(try await ann.invoke("WhoAmI", returning: String.self) == "ann")
            #expect(try await bob.invoke("WhoAmI", returning: String.self) == "bob")
            #expect(try await eve.invoke("WhoAmI", returning: String.self) == "eve")
            #expect(try await eve.invoke("Header", "x-room", returning: String?.self) == "a")
            try await hub.clients.user("bob").send("Hello", ["to": "bob"])
            #expect(try await bob.next() == .invocation("Hello", [["to": "bob"]]))
            #expect(try await ann.unread() == [])
            #expect(try await eve.unread() == [])
        }
        await #expect(throws: HubAuthenticationError.self) {
            try await withTestClients(of: hub, as: [TestCaller(target: "/?access_token=wrong")]) { _ in }
        }
    }

    @Test func whereThereIsNoRoom() async throws {
        var hub = self.hub
        hub.configuration.maximumConnections = 1
        let ann = try await TestHubClient.connect(to: hub)
        await #expect { try await TestHubClient.connect(to: hub) } throws: { ($0 as? TestHubError)?.code == .refused }
        await ann.close()
        let bob = try await TestHubClient.connect(to: hub)
        #expect(hub.connectionCount == 1)
        await bob.close()
        #expect(hub.connectionCount == 0)
    }

    @Test func ends() async throws {
        let hub = self.hub
        let ann = try await TestHubClient.connect(to: hub)
        ann.drop()
        await self.ended.wait { $0 == ["connection_lost"] }
        await #expect { try await ann.next() } throws: { ($0 as? TestHubError)?.code == .closed }
        await #expect { try await ann.send("Nothing") } throws: { ($0 as? TestHubError)?.code == .closed }
        await #expect { try await ann.invoke("Nothing") } throws: { ($0 as? TestHubError)?.code == .closed }

        let bob = try await TestHubClient.connect(to: hub)
        await hub.closeAll()
        #expect(try await bob.next() == .close(error: nil, allowReconnect: true))
        await #expect { try await bob.next() } throws: { ($0 as? TestHubError)?.code == .closed }
    }

    @Test func whoTakesNothingIsDropped() async throws {
        var hub = self.hub
        hub.configuration.outboxBytes = 10_000
        try await withTestClients(of: hub) { ann, bob in
            let text = String(repeating: "x", count: 1000)
            for _ in 0..<20 {
                try await hub.clients.all.send("Heard", text)
                #expect(try await bob.next() == .invocation("Heard", [.string(text)]))
            }
            await self.ended.wait { $0 == ["slow_client"] }
            #expect(try await ann.unread().last == .close(error: CloseReason.slowClient.error, allowReconnect: true))
            #expect(try await bob.invoke("Add", 1, 2, returning: Int.self) == 3)
        }
    }

    @Test func whatDoesNotComeIsMissed() async throws {
        try await withTestClients(of: self.hub) { ann in
            await #expect { try await ann.next(within: .milliseconds(10)) } throws: { error in
                "\(error)" == "A message of the hub did not come within 0.01 seconds."
            }
            let waiting = Task { try await ann.next() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    @Test func manyCallsInOrder() async throws {
        let hub = self.hub
        let numbers = Watched<[Int]>([])
        var counting = hub
        counting.on("Count") { (_: HubCaller, number: Int) in numbers.change { $0.append(number) } }
        counting.configuration.inboxBytes = 200
        try await withTestClients(4, of: counting) { clients in
            for number in 0..<500 { try await clients[0].send("Count", number) }
            try await clients[0].invoke("Nothing")
            #expect(numbers.value == Array(0..<500))
            #expect(clients.count == 4)
        }
    }
}
