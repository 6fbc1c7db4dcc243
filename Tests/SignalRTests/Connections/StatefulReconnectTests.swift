import NIOCore
import RealTimeTesting
import SignalR
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct StatefulReconnectTests {
    private let events = Probe<String>()
    private let calls = Calls()

    private enum Place: HubItemKey { typealias Value = String }

    private func hub(_ metrics: Counters = Counters(), _ change: (inout HubConfiguration) -> Void = { _ in }) -> Hub {
        let events = self.events
        var hub = Hub("test", metrics: metrics) { hub in
            hub.onConnect { _ in events.add("connected") }
            hub.onDisconnect { _, reason in events.add(reason.name) }
            hub.on("Join") { (caller: HubCaller, group: String) in try await caller.groups.join(group) }
            hub.on("Who") { (caller: HubCaller) in caller.connectionID }
            hub.on("Note") { [calls] (_: HubCaller, number: Int) in calls.add(number) }
            hub.on("Fill") { (caller: HubCaller, count: Int) in
                for number in 0..<count {
                    guard try await caller.send("Filled", number, String(repeating: "x", count: 1000)) else { return }
                    events.add("filled")
                }
            }
            hub.on("Keep") { (caller: HubCaller, text: String) in caller.items[Place.self] = text }
            hub.on("Kept") { (caller: HubCaller) in caller.items[Place.self] }
            hub.on("Leave") { (caller: HubCaller) in caller.abort() }
        }
        hub.configuration.allowsStatefulReconnect = true
        hub.configuration.closeTimeout = .milliseconds(500)
        change(&hub.configuration)
        return hub
    }

    private func token(_ server: TestServer, _ query: String = "&useStatefulReconnect=true") async throws -> String {
        let answer = try await server.request("POST", "/hub/negotiate?negotiateVersion=1\(query)")
        guard case .object(let members) = try WireValue(json: Array(answer.body.utf8)),
            case .string(let token)? = members["connectionToken"]
        else { throw HubClient.Refused(answer: answer) }
        return token
    }

    private func connect(_ server: TestServer, _ kind: HubProtocolKind) async throws -> (client: WireClient, token: String) {
        let token = try await self.token(server)
        let client = try await WireClient.connect(to: server, kind, "/hub?id=\(token)", version: 2)
        #expect(await self.events.next() == "connected")
        return (client, token)
    }

    /// Another socket for the same connection: no negotiation, no handshake.
    private func resume(_ server: TestServer, _ kind: HubProtocolKind, _ token: String) async throws -> WireClient {
        WireClient(kind, over: try await HubClient.upgrade(to: server, "/hub?id=\(token)"))
    }

    private func refusal(_ server: TestServer, _ token: String) async throws -> Int? {
        do {
            try await HubClient.upgrade(to: server, "/hub?id=\(token)").drop()
            return nil
        } catch let refused as HubClient.Refused {
            return refused.answer.status
        }
    }

    @Test func itIsAgreedOn() async throws {
        let hub = self.hub()
        let other = self.hub { $0.allowsStatefulReconnect = false }
        try await TestServer.run(["/hub": hub, "/other": other]) { server in
            for (path, query, isAgreed) in [
                ("/hub", "&useStatefulReconnect=true", true), ("/hub", "&usestatefulreconnect=TRUE", true),
                ("/hub", "&useStatefulReconnect=maybe", false), ("/hub", "", false),
                ("/other", "&useStatefulReconnect=true", false),
            ] {
                let answer = try await server.request("POST", "\(path)/negotiate?negotiateVersion=1\(query)")
                #expect(answer.body.contains(#""useStatefulReconnect":true"#) == isAgreed)
                #expect(answer.body.contains("useStatefulReconnect") == isAgreed)
            }
            // With version 1 of the protocol it is off, and such a client never sees an acknowledgement.
            for (version, query) in [(1, "&useStatefulReconnect=true"), (2, "")] {
                let token = try await self.token(server, query)
                let client = try await WireClient.connect(to: server, .json, "/hub?id=\(token)", version: version)
                #expect(await self.events.next() == "connected")
                _ = try await client.invoke("Note", 1)
                try await client.send(.ack(77), .sequence(77))
                #expect(try await client.invoke("Note", 2) == .result(.null, id: "1"))
                #expect(client.acknowledged == 0)
                try await client.socket.reset()
                #expect(await self.events.next() == "connection_lost")
                #expect(try await self.refusal(server, token) == 404)
            }
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func nothingIsLostOrDoubled(_ kind: HubProtocolKind) async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            var (client, token) = try await self.connect(server, kind)
            #expect(try await client.invoke("Join", "g") == .result(.null, id: "1"))
            let id = try await client.invoke("Who", id: "2")
            for number in 1...3 { try await hub.clients.group("g").send("Heard", number) }
            for number in 1...3 { #expect(try await client.next() == .call("Heard", [.int(number)])) }
            // It acknowledges what it was sent: two answers and three messages.
            while client.acknowledged < 2 { _ = try await client.any() }
            try await client.send(.ack(3), .call("Note", [1], id: "3"))
            #expect(try await client.next() == .result(.null, id: "3"))
            // Lost in the middle of a message.
            let torn = WireMessage.call("Note", [2], id: "4").bytes(in: kind)
            try await client.socket.send(Frame(opcode: client.opcode, content: Array(torn.dropLast(5))))
            try await client.socket.reset()
            try await hub.clients.all.send("Heard", 4)
            try await hub.clients.user("nobody").send("Heard", 0)
            for round in 0..<4 {
                client = try await self.resume(server, kind, token)
                // Sequence first, then everything that was not acknowledged, in order.
                #expect(try await client.any() == .sequence(4))
                #expect(try await client.next() == .call("Heard", [2]))
                #expect(try await client.next() == .call("Heard", [3]))
                #expect(try await client.next() == .result(.null, id: "3"))
                #expect(try await client.next() == .call("Heard", [4]))
                if round < 3 { try await client.socket.reset() }
            }
            // The client repeats what it does not know to have arrived; it is done once.
            try await client.send(.sequence(3), .call("Note", [1], id: "3"), .call("Note", [2], id: "4"))
            #expect(try await client.next() == .result(.null, id: "4"))
            #expect(self.calls.all == [1, 2])
            #expect(try await client.invoke("Who", id: "2") == id)
            try await hub.clients.group("g").send("Heard", 5)
            #expect(try await client.next() == .call("Heard", [5]))
            #expect(hub.connectionCount == 1)
            // Nobody was told anything, and a clean end is one.
            try await client.close()
            #expect(await self.events.next() == "normal")
            #expect(try await self.refusal(server, token) == 404)
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func anotherSocketTakesThePlaceOfALiveOne(_ kind: HubProtocolKind) async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let (first, token) = try await self.connect(server, kind)
            _ = try await first.invoke("Note", 1)
            let second = try await self.resume(server, kind, token)
            #expect(try await second.any() == .sequence(1))
            #expect(try await second.next() == .result(.null, id: "1"))
            #expect(try await first.untilClosed().code == 1000)
            // What still comes of the first goes nowhere.
            try? await first.send(.call("Note", [7]))
            await first.socket.drop()
            try await second.send(.sequence(2))
            #expect(try await second.invoke("Note", 2, id: "2") == .result(.null, id: "2"))
            #expect(self.calls.all == [1, 2])
            #expect(hub.connectionCount == 1)
            try await second.send(.sequence(9))
            #expect(try await second.next() == .close("Connection closed with an error.", allowReconnect: true))
            #expect(await self.events.next() == "protocol_error")
            #expect(try await self.refusal(server, token) == 404)
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func whoDoesNotComeBackIsGone(_ kind: HubProtocolKind) async throws {
        let hub = self.hub { $0.reconnectTimeout = .milliseconds(300) }
        try await TestServer.run(["/hub": hub]) { server in
            let (client, token) = try await self.connect(server, kind)
            try await client.socket.reset()
            #expect(await self.events.next() == "connection_lost")
            #expect(hub.connectionCount == 0)
            #expect(try await self.refusal(server, token) == 404)
            let (aborted, other) = try await self.connect(server, kind)
            try await aborted.send(.call("Leave", []))
            #expect(try await aborted.next() == .close())
            #expect(await self.events.next() == "normal")
            #expect(try await self.refusal(server, other) == 404)
            // Acknowledging what was never sent ends it.
            let (liar, _) = try await self.connect(server, kind)
            try await liar.send(.ack(5))
            #expect(try await liar.next() == .close("Connection closed with an error.", allowReconnect: true))
            #expect(await self.events.next() == "protocol_error")
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func whatTheHubKeepsWithAConnectionStays(_ kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            var (client, token) = try await self.connect(server, kind)
            #expect(try await client.invoke("Keep", "here") == .result(.null, id: "1"))
            try await client.socket.reset()
            client = try await self.resume(server, kind, token)
            #expect(try await client.any() == .sequence(1))
            #expect(try await client.next() == .result(.null, id: "1"))
            try await client.send(.sequence(2))
            #expect(try await client.invoke("Kept", id: "2") == .result("here", id: "2"))
            try await client.close()
        }
    }

    /// Version 2 over the other transports is only a number: nothing is acknowledged, and nobody comes back.
    @Test(arguments: [ByteClient.Way.serverSentEventsJSON, .longPollingJSON, .longPollingMessagePack])
    func onlyWebSocketsHaveIt(_ way: ByteClient.Way) async throws {
        let hub = self.hub {
            $0.disconnectTimeout = .seconds(3)
            $0.timing = HubTiming(keepAliveInterval: .milliseconds(100))
        }
        try await TestServer.run(["/hub": hub]) { server in
            let token = try await self.token(server)
            let client = try await ByteClient.open(to: server, by: way, token: token)
            try await client.send(Array("{\"protocol\":\"\(way.kind.rawValue)\",\"version\":2}\u{1E}".utf8))
            #expect(try await client.bytes() == Array("{}\u{1E}".utf8))
            #expect(await self.events.next() == "connected")
            try await client.send(.call("Note", [1], id: "1"))
            #expect(try await client.next() == .result(.null, id: "1"))
            // What would be against the rules, were it counted.
            try await client.send(.ack(77))
            try await client.send(.sequence(77))
            try await client.send(.call("Note", [2], id: "2"))
            #expect(try await client.next() == .result(.null, id: "2"))
            await client.drop()
            #expect(await self.events.next() == (way == .serverSentEventsJSON ? "normal" : "connection_lost"))
            #expect(try await self.refusal(server, token) == 404)
        }
    }

    /// Pings are not counted, in either direction; an end is none that anybody could count behind.
    @Test(arguments: HubProtocolKind.allCases)
    func pingsAreNotCounted(_ kind: HubProtocolKind) async throws {
        let hub = self.hub { $0.timing = HubTiming(keepAliveInterval: .milliseconds(20), clientTimeout: .seconds(60)) }
        try await TestServer.run(["/hub": hub]) { server in
            var (client, token) = try await self.connect(server, kind)
            for _ in 0..<5 { #expect(try await client.any() == .ping) }
            try await client.send(.ping, .ping, .ping, .call("Note", [1], id: "1"))
            #expect(try await client.next() == .result(.null, id: "1"))
            while client.acknowledged == 0 { _ = try await client.any() }
            #expect(client.acknowledged == 1)
            try await client.send(.ack(1))
            try await client.socket.reset()
            client = try await self.resume(server, kind, token)
            let first = try await client.any()
            // Had the pings been counted, the server would pass over the next call, or repeat from another number.
            #expect(first == .sequence(1) || first == .sequence(2))
            if first == .sequence(1) { #expect(try await client.next() == .result(.null, id: "1")) }
            try await client.send(.sequence(2))
            #expect(try await client.invoke("Note", 2, id: "2") == .result(.null, id: "2"))
            #expect(self.calls.all == [1, 2])
        }
    }

    /// Whatever cannot be done with a message, it is counted: both sides go on counting alike.
    @Test(arguments: HubProtocolKind.allCases)
    func whatDoesNotBindIsCounted(_ kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let (client, _) = try await self.connect(server, kind)
            try await client.send(
                .call("Nope", []), .call("Note", []), .call("Note", [1, 2]), .call("Note", ["text"]),
                .stream("Note", [1], id: "s"), .call("Note", [1], streams: ["unknown"]), .item(1, id: "nobody"),
                .done(id: "nobody"), .cancel(id: "nobody")
            )
            guard case .failure(_, "s") = try await client.next() else { throw CancellationError() }
            #expect(try await client.invoke("Note", 10, id: "last") == .result(.null, id: "last"))
            while client.acknowledged < 10 { _ = try await client.any() }
            #expect(client.acknowledged == 10)
            #expect(self.calls.all == [10])
        }
    }

    /// Who has no socket at the moment does not hold up a server that goes away, and the hub is told.
    @Test(arguments: HubProtocolKind.allCases)
    func whoIsAwayHoldsUpNoShutdown(_ kind: HubProtocolKind) async throws {
        let hub = self.hub { $0.reconnectTimeout = .seconds(600) }
        try await TestServer.run(["/hub": hub]) { server in
            let (client, token) = try await self.connect(server, kind)
            try await client.socket.reset()
            while try await self.refusal(server, token) == 409 {}
            await hub.drain(over: .seconds(600))
            #expect(await self.events.next() == "server_shutting_down")
            #expect(hub.connectionCount == 0)
            #expect(try await self.refusal(server, token) == 404)
        }
        // Without draining the server ends as well.
        let other = self.hub { $0.reconnectTimeout = .seconds(600) }
        try await TestServer.run(["/hub": other]) { server in
            let (client, _) = try await self.connect(server, kind)
            try await client.socket.reset()
        }
    }

    @Test func whatIsKeptIsMeasured() async throws {
        let metrics = Counters()
        let hub = self.hub(metrics) {
            $0.reconnectTimeout = .milliseconds(500)
            $0.timing = HubTiming(keepAliveInterval: .milliseconds(20), clientTimeout: .seconds(60))
        }
        func kept() -> Int? { metrics.gauge("signalr.reconnect.buffered_bytes") }
        try await TestServer.run(["/hub": hub]) { server in
            #expect(kept() == 0)
            let (client, token) = try await self.connect(server, .json)
            let record = WireMessage.call("Heard", ["0123456789"]).bytes(in: .json)
            for _ in 0..<3 { try await hub.clients.all.send("Heard", "0123456789") }
            for _ in 0..<3 { _ = try await client.next() }
            // The type comes first, and without an id: as many bytes all the same.
            while kept() != 3 * record.count { try await Task.sleep(for: .milliseconds(2)) }
            try await client.send(.ack(2))
            while kept() != record.count { try await Task.sleep(for: .milliseconds(2)) }
            try await client.socket.reset()
            try await hub.clients.all.send("Heard", "0123456789")
            while kept() != 2 * record.count { try await Task.sleep(for: .milliseconds(2)) }
            // Gone for good, nothing is kept.
            #expect(await self.events.next() == "connection_lost")
            while kept() != 0 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(try await self.refusal(server, token) == 404)
        }
    }

    /// A socket that takes nothing is cut off, and its client may come back with another.
    @Test func whoTakesNothingMayComeBack() async throws {
        let metrics = Counters()
        let hub = self.hub(metrics) {
            $0.outboxBytes = 1 << 30
            $0.reconnectBufferBytes = 1 << 30
            $0.sendTimeout = .milliseconds(200)
        }
        try await TestServer.run(["/hub": hub]) { server in
            let (client, token) = try await self.connect(server, .json)
            try await client.socket.stopReading()
            let text = String(repeating: "x", count: 100_000)
            for _ in 0..<200 { try await hub.clients.all.send("Fill", text) }
            while metrics["signalr.limits.exceeded", "send_time"] == 0 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(hub.connectionCount == 1)
            await (try await self.resume(server, .json, token)).socket.drop()
            #expect(hub.connectionCount == 1)
        }
    }

    /// What is not acknowledged is bounded; who sends more waits.
    @Test(arguments: HubProtocolKind.allCases)
    func sendersWaitForAcknowledgements(_ kind: HubProtocolKind) async throws {
        let hub = self.hub { $0.reconnectBufferBytes = 3_000 }
        try await TestServer.run(["/hub": hub]) { server in
            var (client, token) = try await self.connect(server, kind)
            try await client.send(.call("Fill", [10], id: "1"))
            for number in 0..<3 {
                guard case .call("Filled", let arguments, _, _) = try await client.next() else { throw CancellationError() }
                #expect(arguments.first == .int(number))
                #expect(await self.events.next() == "filled")
            }
            // Messages for many are kept behind them, in order.
            try await hub.clients.all.send("Heard", 1)
            try await client.socket.reset()
            client = try await self.resume(server, kind, token)
            #expect(try await client.any() == .sequence(1))
            try await client.send(.sequence(2))
            var expected = 0
            var heard = 0
            var received = 0
            while true {
                let message = try await client.next()
                received += 1
                try await client.send(.ack(received))
                switch message {
                case .call("Filled", let arguments, _, _):
                    #expect(arguments.first == .int(expected))
                    expected += 1
                    continue
                case .call("Heard", _, _, _):
                    heard += 1
                    continue
                default: #expect(message == .result(.null, id: "1"))
                }
                break
            }
            #expect(expected == 10)
            #expect(heard == 1)
        }
    }

    /// Ten thousand messages each way, cut at any byte.
    @Test(arguments: HubProtocolKind.allCases)
    func manyCuts(_ kind: HubProtocolKind) async throws {
        let (rounds, perRound) = (50, 200)
        let hub = self.hub { $0.reconnectBufferBytes = 1_000_000 }
        try await TestServer.run(["/hub": hub]) { server in
            var (client, token) = try await self.connect(server, kind)
            var random = SeededGenerator(seed: 10_000)
            var heard: [Int] = []
            var received = 0
            /// What the server has not acknowledged, and how much it has.
            var unacknowledged: [[UInt8]] = []
            var acknowledged = 0
            for round in 0..<rounds {
                for number in 0..<perRound { try await hub.clients.all.send("Heard", round * perRound + number) }
                let fresh = (0..<perRound).map { WireMessage.call("Note", [.int(round * perRound + $0)]).bytes(in: kind) }
                unacknowledged += fresh
                let bytes = fresh.flatMap(\.self)
                let cut = Int.random(in: 0..<bytes.count, using: &random)
                try await client.socket.send(Frame(opcode: client.opcode, content: Array(bytes[..<cut])))
                for _ in 0..<Int.random(in: 0..<perRound, using: &random) {
                    if case .call("Heard", let arguments, _, _) = try await client.next(),
                        case .int(let number)? = arguments.first
                    {
                        received += 1
                        heard.append(number)
                    }
                }
                unacknowledged.removeFirst(max(0, client.acknowledged - acknowledged))
                acknowledged = max(acknowledged, client.acknowledged)
                try await client.socket.reset()
                client = try await self.resume(server, kind, token)
                guard case .sequence(var next) = try await client.any() else { throw CancellationError() }
                // Everything that is not known to have arrived is repeated.
                try await client.send(.sequence(acknowledged + 1))
                try await client.socket.send(Frame(opcode: client.opcode, content: unacknowledged.flatMap(\.self)))
                while heard.count < (round + 1) * perRound {
                    guard case .call("Heard", let arguments, _, _) = try await client.next(),
                        case .int(let number)? = arguments.first
                    else { throw CancellationError() }
                    if next > received {
                        received = next
                        heard.append(number)
                    }
                    next += 1
                }
                try await client.send(.ack(received))
            }
            #expect(heard == Array(0..<10_000))
            try await client.send(.call("Who", [], id: "end"))
            guard case .result(_, "end") = try await client.next() else { throw CancellationError() }
            #expect(self.calls.all == Array(0..<10_000))
        }
    }
}

/// What was called, in order.
private final class Calls: Sendable {
    private let numbers = Mutex<[Int]>([])

    var all: [Int] { self.numbers.withLock { $0 } }

    func add(_ number: Int) { self.numbers.withLock { $0.append(number) } }
}
