import NIOCore
import SignalR
import Testing

@Suite(.timeLimit(.minutes(1))) struct ClientResultTests {
    private let ended = Probe<String>()
    private var hub: Hub {
        Hub("test") { hub in
            hub.on("Who") { (caller: HubCaller) in caller.connectionID }
            hub.on("AskMe") { (caller: HubCaller, number: Int) in
                try await caller.invoke("Double", number, returning: Int.self)
            }
            hub.on("AskNothing") { (caller: HubCaller) in
                try await caller.clients.caller.invoke("Nothing", returning: Bool?.self) == nil
            }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
        }
    }

    private func id(of client: WireClient) async throws -> String {
        guard case .result(.string(let id), _) = try await client.invoke("Who") else { return "" }
        return id
    }

    @Test(arguments: HubProtocolKind.allCases)
    func fromOutside(_ kind: HubProtocolKind) async throws {
        let hub = self.hub
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await WireClient.connect(to: server, kind)
            let connectionID = try await self.id(of: client)
            let proxy = hub.clients.client(connectionID)
            func ask<Value: Decodable & Sendable>(
                _ type: Value.Type, timeout: Duration = .seconds(60), _ answer: (String) async throws -> Void
            ) async throws -> Result<Value, any Error> {
                async let outcome: Result<Value, any Error> = {
                    do {
                        return .success(try await proxy.invoke("Add", 1, "x", returning: type, timeout: timeout))
                    } catch {
                        return .failure(error)
                    }
                }()
                guard case .call("Add", [1, "x"], let id?, _) = try await client.next() else {
                    Issue.record("It is a call with an id.")
                    return await outcome
                }
                #expect(id.hasPrefix("s"))
                try await answer(id)
                return await outcome
            }
            #expect(try await ask(Int.self) { try await client.send(.result(42, id: $0)) }.get() == 42)
            #expect(try await ask(String?.self) { try await client.send(.done(id: $0)) }.get() == nil)
            #expect(try await ask([String].self) { try await client.send(.result(["a"], id: $0)) }.get() == ["a"])
            let failed = try await ask(Int.self) { try await client.send(.failure("Client didn't provide a result.", id: $0)) }
            #expect(throws: HubException("Client didn't provide a result.")) { try failed.get() }
            let wrong = try await ask(Int.self) { try await client.send(.result("x", id: $0)) }
            #expect { try wrong.get() } throws: { error in
                (error as? ClientResultError)?.message == "Error trying to deserialize result to Int."
            }
            // In time, or never: a late answer is passed over.
            var late = ""
            let timedOut = try await ask(Int.self, timeout: .milliseconds(20)) { late = $0 }
            #expect { try timedOut.get() } throws: { ($0 as? ClientResultError)?.code == .timedOut }
            try await client.send(.result(1, id: late), .result(1, id: "s999999"))
            #expect(try await client.invoke("Echo", "on") == .result("on", id: "1"))

            let cancelled = Task { try await proxy.invoke("Add", returning: Int.self) }
            guard case .call("Add", [], let id?, _) = try await client.next() else { throw CancellationError() }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            try await client.send(.result(1, id: id))

            let disconnected = try await ask(Int.self) { _ in await client.socket.drop() }
            #expect { try disconnected.get() } throws: { error in
                (error as? ClientResultError)?.message == "Connection '\(connectionID)' disconnected."
            }
            #expect(await self.ended.next() == "connection_lost")
            await #expect {
                try await proxy.invoke("Add", returning: Int.self)
            } throws: { error in
                (error as? ClientResultError)?.message == "Connection '\(connectionID)' does not exist."
            }
            await #expect {
                try await hub.clients.all.invoke("Add", returning: Int.self)
            } throws: { error in
                (error as? ClientResultError)?.message == "InvokeAsync only works with Single clients."
            }
        }
    }

    /// The answer comes behind calls that wait for the one that asks.
    @Test(arguments: HubProtocolKind.allCases)
    func aMethodAsksItsCaller(_ kind: HubProtocolKind) async throws {
        var hub = self.hub
        hub.configuration.inboxBytes = 1000
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await WireClient.connect(to: server, kind)
            try await client.send(.call("AskMe", [21], id: "1"))
            guard case .call("Double", [21], let id?, _) = try await client.next() else { throw CancellationError() }
            let text = WireValue.string(String(repeating: "x", count: 200))
            for number in 0..<8 { try await client.send(.call("Echo", [text], id: "e\(number)")) }
            try await client.send(.result(42, id: id))
            #expect(try await client.next() == .result(42, id: "1"))
            for number in 0..<8 { #expect(try await client.next() == .result(text, id: "e\(number)")) }
            try await client.send(.call("AskNothing", [], id: "2"))
            guard case .call("Nothing", [], let other?, _) = try await client.next() else { throw CancellationError() }
            try await client.send(.done(id: other))
            #expect(try await client.next() == .result(.bool(true), id: "2"))
        }
    }

    @Test func whoConnectsCanBeAsked() async throws {
        let answers = Probe<Int>()
        let hub = Hub("test") { hub in
            hub.onConnect { caller in answers.add(try await caller.invoke("Age", returning: Int.self)) }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await WireClient.connect(to: server, .json)
            guard case .call("Age", [], let id?, _) = try await client.next() else { throw CancellationError() }
            try await client.send(.result(7, id: id))
            #expect(await answers.next() == 7)
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func whoAnswersForAnotherIsDropped(_ kind: HubProtocolKind) async throws {
        var hub = self.hub
        hub.configuration.detailedErrors = true
        try await TestServer.run(["/hub": hub]) { [hub] server in
            let client = try await WireClient.connect(to: server, kind)
            let thief = try await WireClient.connect(to: server, kind)
            let thiefID = try await self.id(of: thief)
            let proxy = hub.clients.client(try await self.id(of: client))
            async let answer = proxy.invoke("Secret", returning: Int.self)
            guard case .call("Secret", [], let id?, _) = try await client.next() else { throw CancellationError() }
            try await thief.send(.result(0, id: id))
            let text = "Connection ID '\(thiefID)' is not valid for invocation ID '\(id)'."
            #expect(
                try await thief.next()
                    == .close("Connection closed with an error. InvalidDataException: \(text)", allowReconnect: true)
            )
            try await client.send(.result(1, id: id))
            #expect(try await answer == 1)
        }
    }
}
