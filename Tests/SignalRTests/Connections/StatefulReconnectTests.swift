import NIOCore
import SignalR
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct StatefulReconnectTests {
    private let events = Probe<String>()
    private let calls = Calls()

    private func hub(_ change: (inout HubConfiguration) -> Void = { _ in }) -> Hub {
        let events = self.events
        var hub = Hub("test") { hub in
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

    /// Cuts at any byte, in both directions.
    @Test(arguments: HubProtocolKind.allCases)
    func manyCuts(_ kind: HubProtocolKind) async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            var (client, token) = try await self.connect(server, kind)
            var random = SystemRandomNumberGenerator()
            var heard: [Int] = []
            var received = 0
            var sent: [WireMessage] = []
            for round in 0..<12 {
                for number in 0..<20 { try await hub.clients.all.send("Heard", round * 20 + number) }
                let fresh = (0..<10).map { WireMessage.call("Note", [.int(round * 10 + $0)]) }
                sent += fresh
                let bytes = fresh.flatMap { $0.bytes(in: kind) }
                let cut = Int.random(in: 0..<bytes.count, using: &random)
                try await client.socket.send(Frame(opcode: client.opcode, content: Array(bytes[..<cut])))
                for _ in 0..<Int.random(in: 0..<20, using: &random) {
                    if case .call("Heard", let arguments, _, _) = try await client.next(),
                        case .int(let number)? = arguments.first
                    {
                        received += 1
                        heard.append(number)
                    }
                }
                try await client.socket.reset()
                client = try await self.resume(server, kind, token)
                guard case .sequence(var next) = try await client.any() else { throw CancellationError() }
                // Everything the client has sent is repeated, from the first.
                try await client.send(.sequence(1))
                try await client.socket.send(Frame(opcode: client.opcode, content: sent.flatMap { $0.bytes(in: kind) }))
                while heard.count < (round + 1) * 20 {
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
            #expect(heard == Array(0..<240))
            try await client.send(.call("Who", [], id: "end"))
            guard case .result(_, "end") = try await client.next() else { throw CancellationError() }
            #expect(self.calls.all == Array(0..<120))
        }
    }
}

/// What was called, in order.
private final class Calls: Sendable {
    private let numbers = Mutex<[Int]>([])

    var all: [Int] { self.numbers.withLock { $0 } }

    func add(_ number: Int) { self.numbers.withLock { $0.append(number) } }
}
