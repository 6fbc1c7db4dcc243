import Testing

@testable import GraphEmulator

@Suite struct FaultTableTests {
    private var table = FaultTable(random: EmulatorRandom(seed: 1))

    @Test(arguments: [
        ("GET /v1.0/users/*/messages", "GET", "/v1.0/Users/a/messages", true),
        ("GET /v1.0/users/*/messages", "POST", "/v1.0/users/a/messages", false),
        ("get /v1.0/users/*/messages", "GET", "/v1.0/users/a/messages/b", false),
        ("/v1.0/**", "PATCH", "/v1.0/subscriptions/x", true),
        ("/v1.0/**", "PATCH", "/v1.0", true),
        ("/v1.0/**", "PATCH", "/beta/subscriptions", false),
        ("/v1.0/subscriptions/**", "POST", "/v1.0/subscriptions", true),
        ("/", "GET", "/", true),
        ("/", "GET", "/a", false),
    ])
    func routes(_ pattern: String, _ method: String, _ path: String, _ isMet: Bool) throws {
        #expect(try #require(RoutePattern(pattern)).matches(method: method, path: path) == isMet)
    }

    @Test(arguments: ["", "v1.0", "GET", "GET POST /v1.0", "/**/x"]) func whatIsNoRoute(_ pattern: String) {
        #expect(RoutePattern(pattern) == nil)
        #expect(throws: GraphEmulatorError.self) { try Fault(.route(pattern), .drop).validate() }
    }

    @Test mutating func aFaultHappensSoOften() throws {
        _ = try self.table.set(Fault(.route("GET /v1.0/**"), .drop, count: 2))
        #expect(self.table.effects(method: "POST", path: "/v1.0/users") == [])
        #expect(self.table.effects(method: "GET", path: "/v1.0/users") == [.drop])
        #expect(self.table.rules.first?.remaining == 1)
        #expect(self.table.effects(method: "GET", path: "/v1.0/users") == [.drop])
        #expect(self.table.effects(method: "GET", path: "/v1.0/users") == [])
        #expect(self.table.rules.isEmpty)
    }

    @Test mutating func allThatFitApplyInOrder() throws {
        _ = try self.table.set(Fault(.deliveries, .duplicate))
        let second = try self.table.set(Fault(.endpoint("http://127.0.0.1:9/n"), .delay(.seconds(1))))
        _ = try self.table.set(Fault(.subscription("ABC"), .reorder))
        _ = try self.table.set(Fault(.subscription("abc"), .status(500)))
        #expect(
            self.table.effects(onItemOf: "abc", to: "http://127.0.0.1:9/n?shard=1")
                == [.duplicate, .delay(.seconds(1)), .reorder]
        )
        #expect(self.table.effects(onItemOf: "other", to: "http://127.0.0.1:9/m") == [.duplicate])
        #expect(self.table.effects(onPostOf: ["x", "abc"], to: "http://127.0.0.1:9/m") == [.status(500)])
        #expect(self.table.effects(onPostOf: ["x"], to: "http://127.0.0.1:9/n") == [])
        #expect(self.table.remove(second) == true)
        #expect(self.table.remove(second) == false)
        #expect(self.table.effects(onItemOf: "x", to: "http://127.0.0.1:9/n") == [.duplicate])
        self.table.removeAll()
        #expect(self.table.effects(onItemOf: "abc", to: "x") == [])
    }

    /// With a seed it is the same each time, however often other faults were asked.
    @Test func chanceIsRepeatable() throws {
        func draws(asking others: Int) throws -> [Bool] {
            var table = FaultTable(random: EmulatorRandom(seed: 42))
            _ = try table.set(Fault(.subscription("a"), .drop, probability: 0.3))
            _ = try table.set(Fault(.subscription("b"), .drop, probability: 0.3))
            return (0..<1000).map { _ in
                for _ in 0..<others { _ = table.effects(onItemOf: "a", to: "x") }
                return !table.effects(onItemOf: "b", to: "x").isEmpty
            }
        }
        let first = try draws(asking: 0)
        #expect(try first == draws(asking: 3))
        #expect((230...370).contains(first.count { $0 }))
    }

    @Test func whatMakesNoSense() {
        let wrong = [
            Fault(.route("/v1.0/**"), .duplicate), Fault(.route("/v1.0/**"), .tokens(.expired)),
            Fault(.subscription("a"), .doneButStatus(504)), Fault(.deliveries, .drop, probability: 1.1),
            Fault(.deliveries, .drop, count: 0), Fault(.deliveries, .status(99)), Fault(.route("/x"), .doneButStatus(600)),
        ]
        for fault in wrong {
            #expect(throws: GraphEmulatorError.self, "\(fault)") { try fault.validate() }
        }
    }

    @Test mutating func thereAreOnlySoMany() throws {
        for _ in 0..<1000 { _ = try self.table.set(Fault(.deliveries, .drop)) }
        #expect(throws: GraphEmulatorError.self) { try self.table.set(Fault(.deliveries, .drop)) }
    }

    @Test(arguments: [
        (Fault.RetryAfter.none, nil), (.seconds(5), "5"), (.decimal(2.128), "2.128"), (.decimal(10), "10.000"),
        (.date(90), "Tue, 24 Nov 2026 09:31:30 GMT"),
    ])
    func retryAfter(_ form: Fault.RetryAfter, _ text: String?) {
        #expect(form.text(now: morning) == text)
    }
}
