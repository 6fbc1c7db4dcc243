import NIOCore
import RealTimeTesting
import SignalR
import SignalRProtocol
import Testing

@testable import SignalRClient

/// Connections that go on over another socket.
@Suite(.timeLimit(.minutes(2))) struct StatefulReconnectTests {
    // MARK: - A server that behaves as a test wants

    private func client(
        _ port: Int, _ kind: HubProtocolKind, _ change: (inout HubClient.Configuration) -> Void = { _ in }
    ) -> HubClient {
        HubClient.testing(port: port) {
            $0.hubProtocol = kind
            $0.usesStatefulReconnect = true
            $0.retryPolicy = .never
            // The clocks, and with them acknowledgements, tick every 10 ms.
            $0.keepAliveInterval = .milliseconds(40)
            change(&$0)
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func whatWasNotAcknowledgedIsRepeated(kind: HubProtocolKind) async throws {
        let seen = Watched<[[HubMessage]]>([])
        try await ScriptedServer.run { server, number in
            if number == 0 { try await server.shakeHands(kind, version: 2) } else { server.resume(kind) }
            var messages: [HubMessage] = []
            func take(_ count: Int) async throws {
                for _ in 0..<count { messages.append(try await server.nextMessage()) }
            }
            switch number {
            case 0:
                try await take(3)
                try await server.send { kind, buffer in kind.encodeAck(sequenceID: 2, into: &buffer) }
                try await take(1)
            case 1:
                // Its word to go on, and two of the client's.
                try await take(3)
                try await server.send { kind, buffer in kind.encodeSequence(sequenceID: 1, into: &buffer) }
                try await take(1)
            default:
                try await take(1)
                seen.change { $0.append(messages) }
                return await server.waitForEnd()
            }
            seen.change { $0.append(messages) }
        } _: { port in
            // No pings that would reset the connection when it is cut.
            let client = self.client(port, kind) { $0.keepAliveInterval = .seconds(15) }
            try await client.run { client in
                for number in 1...4 { try await client.send("Note", number) }
                await seen.wait { $0.count == 1 }
                try await client.send("Note", 5)
                await seen.wait { $0.count == 3 }
            }
        }
        #expect(seen.value.map { $0.map(self.summary) } == [["1", "2", "3", "4"], ["from 3", "3", "4", "5"], ["from 3"]])
    }

    private func summary(_ message: HubMessage) -> String {
        switch message {
        case .invocation(var call): (try? call.arguments.next(Int.self)).map(String.init) ?? call.target
        case .sequence(let sequenceID): "from \(sequenceID)"
        case .ack(let sequenceID): "have \(sequenceID)"
        default: "\(message)"
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func whatWasHadBeforeIsPassedOver(kind: HubProtocolKind) async throws {
        let numbers = Watched<[Int]>([])
        let acknowledgement = Watched<Int64>(0)
        try await ScriptedServer.run { server, connection in
            if connection == 0 { try await server.shakeHands(kind, version: 2) } else { server.resume(kind) }
            func say(_ range: ClosedRange<Int>) async throws {
                try await server.send { kind, buffer in
                    for number in range { try kind.encodeInvocation(target: "Say", arguments: number, into: &buffer) }
                }
            }
            guard connection > 0 else {
                try await say(1...3)
                await numbers.wait { $0.count == 3 }
                return
            }
            // Nothing counts until the server has said where it goes on.
            try await say(7...8)
            try await server.send { kind, buffer in
                kind.encodePing(into: &buffer)
                kind.encodeSequence(sequenceID: 2, into: &buffer)
            }
            try await say(2...5)
            while true {
                guard case .ack(let sequenceID) = try await server.nextMessage() else { continue }
                acknowledgement.change { $0 = sequenceID }
            }
        } _: { port in
            let client = self.client(port, kind)
            client.on("Say") { (number: Int) in numbers.change { $0.append(number) } }
            try await client.run { _ in
                await numbers.wait { $0.count >= 5 }
                await acknowledgement.wait { $0 == 5 }
            }
        }
        #expect(numbers.value == [1, 2, 3, 4, 5])
    }

    @Test func withoutRoomCallsWait() async throws {
        let received = Watched<[Int]>([])
        let acknowledges = Watched(false)
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands(.json, version: 2)
            var count: Int64 = 0
            while case .invocation(var call) = try await server.nextMessage() {
                let number = try call.arguments.next(Int.self)
                received.change { $0.append(number) }
                count += 1
                if count == 1 { await acknowledges.wait { $0 } }
                let acknowledged = count
                try await server.send { kind, buffer in kind.encodeAck(sequenceID: acknowledged, into: &buffer) }
            }
        } _: { port in
            // The first does not fit, and is taken; no other is, until it has arrived.
            let client = self.client(port, .json) { $0.reconnectBufferBytes = 10 }
            try await client.run { client in
                try await client.send("Note", 0)
                let sent = Watched(0)
                await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask {
                        for number in 1...5 {
                            try await client.send("Note", number)
                            sent.change { $0 = number }
                        }
                    }
                    tasks.addTask { _ = try await client.invoke("Note", 99, as: Int.self) }
                    await received.wait { $0 == [0] }
                    // Whoever waits can be given up.
                    await withThrowingTaskGroup(of: Void.self) { waiting in
                        waiting.addTask { try await client.send("Note", 100) }
                        waiting.cancelAll()
                        await #expect(throws: CancellationError.self) { try await waiting.waitForAll() }
                    }
                    #expect(sent.value == 0)
                    acknowledges.change { $0 = true }
                    await received.wait { $0.count == 7 }
                    tasks.cancelAll()
                    while let result = await tasks.nextResult() { _ = result }
                }
            }
        }
        #expect(received.value.filter { $0 != 99 } == [0, 1, 2, 3, 4, 5])
    }

    @Test(arguments: [9, -1]) func aServerThatContradictsItselfIsLeft(sequenceID: Int64) async throws {
        let connections = Watched(0)
        try await ScriptedServer.run { server, number in
            connections.change { $0 += 1 }
            switch number {
            case 0: try await server.shakeHands(.json, version: 2)
            case 1:
                server.resume(.json)
                try await server.send { kind, buffer in kind.encodeSequence(sequenceID: sequenceID, into: &buffer) }
                await server.waitForEnd()
            default:
                try await server.shakeHands(.json, version: 2)
                await server.waitForEnd()
            }
        } _: { port in
            let reconnected = Watched(false)
            let client = self.client(port, .json) { $0.retryPolicy = RetryPolicy { _ in .milliseconds(1) } }
            client.onReconnected { reconnected.change { $0 = true } }
            try await client.run { _ in await reconnected.wait { $0 } }
        }
        #expect(connections.value == 3)
    }

    // MARK: - Our own server

    private struct Journal {
        var notes: [Int] = []
        var uploaded: [Int] = []
    }

    private let journal = Watched(Journal())

    private func hub(_ change: (inout HubConfiguration) -> Void = { _ in }) -> Hub {
        let journal = self.journal
        var hub = Hub("stateful") { hub in
            hub.on("ConnectionID") { (caller: HubCaller) in caller.connectionID }
            hub.on("Note") { (caller: HubCaller, number: Int) in
                journal.change { $0.notes.append(number) }
                try await caller.send("Noted", number, String(repeating: "é", count: number % 50))
            }
            hub.on("Double") { (_: HubCaller, number: Int) in 2 * number }
            hub.on("Ask") { (caller: HubCaller, number: Int) in
                try await caller.invoke("Triple", number, returning: Int.self)
            }
            hub.on("Never") { (_: HubCaller) in try await Task.sleep(for: .seconds(600)) }
            hub.stream("Echo") { (_: HubCaller, numbers: SignalR.HubStream<Int>) in
                let (echo, sink) = AsyncThrowingStream.makeStream(of: Int.self)
                let task = Task {
                    do {
                        for try await number in numbers {
                            journal.change { $0.uploaded.append(number) }
                            sink.yield(number)
                        }
                        sink.finish()
                    } catch {
                        sink.finish(throwing: error)
                    }
                }
                sink.onTermination = { _ in task.cancel() }
                return echo
            }
        }
        hub.configuration.allowsStatefulReconnect = true
        hub.configuration.reconnectTimeout = .seconds(30)
        hub.configuration.timing.keepAliveInterval = .milliseconds(40)
        change(&hub.configuration)
        return hub
    }

    /// Every kind of traffic in both directions, over sockets that are cut after any number of bytes: the connection stays, and
    /// nothing is lost nor comes twice.
    @Test(arguments: HubProtocolKind.allCases, [1, 2, 3])
    func whereverItIsCutNothingIsLostNorDoubled(kind: HubProtocolKind, seed: UInt64) async throws {
        let cuts = 20
        var random = SeededGenerator(seed: seed)
        // The first connection negotiates.
        var budgets: [Int?] = [nil]
        for _ in 0..<cuts {
            budgets.append(.random(in: 1...(Bool.random(using: &random) ? 900 : 9_000), using: &random))
        }
        let plan = budgets
        let noted = Watched<[Int]>([])
        let reconnects = Watched(0)
        try await TestServer.run(["/hub": self.hub()]) { server in
            try await CuttableProxy.run(to: server.port, budget: { $0 < plan.count ? plan[$0] : nil }) { proxy, port in
                let client = self.client(port, kind) {
                    $0.retriesFirstConnection = true
                    $0.retryPolicy = RetryPolicy { _ in .milliseconds(1) }
                }
                client.on("Noted") { (number: Int, padding: String) in
                    #expect(padding.count == number % 50)
                    noted.change { $0.append(number) }
                }
                client.on("Triple") { (number: Int) in 3 * number }
                client.onReconnected { reconnects.change { $0 += 1 } }
                try await client.run { client in
                    let connectionID: String = try await client.invoke("ConnectionID")
                    let (numbers, sink) = AsyncStream.makeStream(of: Int.self)
                    async let echo = Array(client.stream("Echo", UploadStream(numbers), of: Int.self))
                    var last = 0
                    while proxy.count.value <= cuts {
                        for _ in 0..<5 {
                            last += 1
                            try await client.send("Note", last)
                            sink.yield(last)
                        }
                        let double: Int = try await client.invoke("Double", last)
                        let triple: Int = try await client.invoke("Ask", last)
                        #expect(double == 2 * last && triple == 3 * last)
                    }
                    sink.finish()
                    let echoed = try await echo
                    let all = Array(1...last)
                    #expect(echoed == all)
                    await noted.wait { $0.count >= all.count }
                    #expect(noted.value == all && self.journal.value.notes == all && self.journal.value.uploaded == all)
                    #expect(try await client.invoke("ConnectionID") == connectionID)
                }
            }
        }
        #expect(reconnects.value == 0)
    }

    @Test(arguments: HubProtocolKind.allCases) func aForgottenConnectionIsFollowedByAnother(kind: HubProtocolKind) async throws {
        let reconnects = Watched(0)
        let hub = self.hub { $0.reconnectTimeout = .milliseconds(50) }
        try await TestServer.run(["/hub": hub]) { server in
            try await CuttableProxy.run(to: server.port) { proxy, port in
                let client = self.client(port, kind) { $0.retryPolicy = RetryPolicy { _ in .milliseconds(1) } }
                client.onReconnected { reconnects.change { $0 += 1 } }
                try await client.run { client in
                    let first: String = try await client.invoke("ConnectionID")
                    try await client.send("Note", 1)
                    await self.journal.wait { $0.notes == [1] }
                    async let lost = clientError { try await client.invoke("Never") }
                    proxy.block()
                    await proxy.refused.wait { $0 > 1 }
                    // As long as there is hope.
                    #expect(client.isConnected)
                    while hub.connectionCount > 0 { try await Task.sleep(for: .milliseconds(2)) }
                    proxy.unblock()
                    let error = try await lost
                    #expect(error?.code == .connectionLost)
                    await reconnects.wait { $0 == 1 }
                    #expect(try await client.invoke("ConnectionID") != first)
                }
            }
        }
    }

    @Test func withoutHopeAndRetriesItEnds() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            try await CuttableProxy.run(to: server.port) { proxy, port in
                let client = self.client(port, .json) { $0.reconnectTimeout = .milliseconds(100) }
                try await client.run { client in
                    proxy.block()
                    let end = try await client.waitUntilClosed()
                    #expect(end.code == .connectionLost && !client.isConnected && proxy.refused.value > 1)
                }
                // Whoever leaves meanwhile need not wait for it.
                proxy.unblock()
                let before = proxy.refused.value
                try await self.client(port, .json).run { _ in
                    proxy.block()
                    await proxy.refused.wait { $0 > before + 1 }
                }
            }
        }
    }

    /// What the server ends is not resumed, and what it does not offer is not used.
    @Test func itIsForConnectionsThatWereAgreedToBeKept() async throws {
        let other = self.hub { $0.allowsStatefulReconnect = false }
        try await TestServer.run(["/other": other]) { server in
            try await CuttableProxy.run(to: server.port) { proxy, port in
                let reconnects = Watched(0)
                let client = HubClient.testing(port: port, "/other") { $0.usesStatefulReconnect = true }
                client.onReconnected { reconnects.change { $0 += 1 } }
                try await client.run { client in
                    proxy.cut()
                    await reconnects.wait { $0 == 1 }
                    let double: Int = try await client.invoke("Double", 4)
                    #expect(double == 8)
                }
            }
        }
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let reconnects = Watched(0)
            let client = self.client(server.port, .json) { $0.retryPolicy = RetryPolicy { _ in .milliseconds(1) } }
            client.onReconnected { reconnects.change { $0 += 1 } }
            try await client.run { client in
                let first: String = try await client.invoke("ConnectionID")
                await hub.closeAll(reason: .serverShuttingDown)
                await reconnects.wait { $0 == 1 }
                #expect(try await client.invoke("ConnectionID") != first)
            }
        }
    }
}

extension Array where Element: Sendable {
    fileprivate init<Source: AsyncSequence>(_ source: Source) async throws where Source.Element == Element {
        self = []
        for try await element in source { self.append(element) }
    }
}
