import SignalR
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct FilterTests {
    private enum Visits: HubItemKey { typealias Value = Int }
    private enum Welcome { static let method = ClientMethod<String, Int>("Welcome") }

    @Test(arguments: HubProtocolKind.allCases)
    func aroundCalls(_ kind: HubProtocolKind) async throws {
        let order = Mutex<[String]>([])
        @Sendable func note(_ text: String) { order.withLock { $0.append(text) } }
        let hub = Hub("test") { hub in
            hub.filter { invocation, next in
                note("outer \(invocation.method)")
                do {
                    let result = try await next(invocation)
                    note("outer \(result.value as? Int ?? -1)")
                    return result
                } catch let error as HubException {
                    note("outer threw")
                    throw HubException("Outer: \(error.message)")
                }
            }
            hub.filter { invocation, next in
                note("inner \(invocation.arguments.count)")
                if invocation.method == "Forbidden" { throw HubException("no") }
                let result = try await next(invocation)
                guard let value = result.value as? Int else { return result }
                return HubResult(value + 1)
            }
            hub.on("Add") { (_: HubCaller, a: Int, b: Int) in a + b }
            hub.on("Nothing") { (_: HubCaller) in }
            hub.on("Forbidden") { (_: HubCaller) in 1 }
            hub.stream("Count") { (_: HubCaller, to: Int) in
                AsyncStream<Int> { continuation in
                    for number in 1...to { continuation.yield(number) }
                    continuation.finish()
                }
            }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await WireClient.connect(to: server, kind)
            #expect(try await client.invoke("Add", 1, 2) == .result(4, id: "1"))
            #expect(order.withLock { $0 } == ["outer Add", "inner 2", "outer 4"])
            #expect(try await client.invoke("Nothing") == .result(.null, id: "1"))
            let text = "An unexpected error occurred invoking 'Forbidden' on the server. HubException: Outer: no"
            #expect(try await client.invoke("Forbidden") == .failure(text, id: "1"))
            try await client.send(.stream("Count", [2], id: "2"))
            #expect(try await client.next() == .item(1, id: "2"))
            #expect(try await client.next() == .item(2, id: "2"))
            #expect(try await client.next() == .done(id: "2"))
        }
    }

    @Test func aroundConnections() async throws {
        let events = Probe<String>()
        let hub = Hub("test") { hub in
            hub.filterConnect { caller, next in
                if caller.request.query("bad") != nil { throw HubException("not you") }
                caller.items[Visits.self] = 1
                try await next()
                events.add("connected \(caller.items[Visits.self] ?? 0)")
            }
            hub.onConnect { caller in caller.items.update(Visits.self) { $0 = ($0 ?? 0) + 1 } }
            hub.on("Visit") { (caller: HubCaller) -> Int in
                try await caller.send(Welcome.method, "here", 1)
                try await caller.clients.caller.send(Welcome.method, "again", 2)
                return caller.items.update(Visits.self) { visits in
                    visits = (visits ?? 0) + 1
                    return visits ?? 0
                }
            }
            hub.filterDisconnect { caller, reason, next in
                await next()
                events.add("gone \(caller.items[Visits.self] ?? 0) \(reason.name)")
            }
            hub.onDisconnect { caller, _ in caller.items[Visits.self] = 100 }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let bad = try await WireClient.connect(to: server, .json, "/hub?bad=1")
            #expect(
                try await bad.next() == .close("Connection closed with an error. HubException: not you", allowReconnect: false)
            )
            let client = try await WireClient.connect(to: server, .messagepack)
            #expect(await events.next() == "connected 2")
            #expect(try await client.invoke("Visit") == .result(3, id: "1"))
            #expect(try await client.next() == .call("Welcome", ["here", 1]))
            #expect(try await client.next() == .call("Welcome", ["again", 2]))
            let other = try await WireClient.connect(to: server, .messagepack)
            #expect(await events.next() == "connected 2")
            #expect(try await other.invoke("Visit") == .result(3, id: "1"))
            try await client.close()
            #expect(await events.next() == "gone 100 normal")
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func whoMayCall(_ kind: HubProtocolKind) async throws {
        let filtered = Mutex(0)
        let hub = Hub("test") { hub in
            hub.authenticate { request in
                request.query("user").map { HubUser(id: $0, claims: ["role": request.query("role") ?? ""]) }
            }
            hub.filter { invocation, next in
                filtered.withLock { $0 += 1 }
                return try await next(invocation)
            }
            hub.on("Named", requires: .user) { (caller: HubCaller) in caller.user?.id ?? "" }
            hub.on("Ban", requires: .claim("role", "admin")) { (_: HubCaller, name: String) in name }
            hub.stream("Watch", requires: HubPolicy { $0.user?.id == "ann" }) { (_: HubCaller) in
                AsyncStream<Int> { $0.finish() }
            }
            hub.on("Open") { (_: HubCaller) in true }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let nobody = try await WireClient.connect(to: server, kind)
            for method in ["Named", "Ban"] {
                // Nothing of the arguments is looked at.
                #expect(
                    try await nobody.invoke(method, 1, 2)
                        == .failure("Failed to invoke '\(method)' because user is unauthorized", id: "1")
                )
            }
            try await nobody.send(.stream("Watch", [], id: "2"))
            #expect(try await nobody.next() == .failure("Failed to invoke 'Watch' because user is unauthorized", id: "2"))
            #expect(filtered.withLock { $0 } == 0)
            #expect(try await nobody.invoke("Open") == .result(.bool(true), id: "1"))
            let ann = try await WireClient.connect(to: server, kind, "/hub?user=ann&role=admin")
            #expect(try await ann.invoke("Named") == .result("ann", id: "1"))
            #expect(try await ann.invoke("Ban", "bob") == .result("bob", id: "1"))
            try await ann.send(.stream("Watch", [], id: "2"))
            #expect(try await ann.next() == .done(id: "2"))
        }
    }
}
