import RealTimeTesting
import SignalR
import Testing

/// The seam holds: hubs of several nodes are one, with a lifetime manager that knows nothing of how `SignalR` works inside.
@Suite(.timeLimit(.minutes(1))) struct BackplaneTests {
    private let backplane = Backplane()

    @Test(arguments: HubLifetimeManagerConformance.checks)
    func keepsItsPromises(_ check: ConformanceCheck<HubLifetimeManagerConformance>) async throws {
        let hubs = (0..<2).map { _ in Hub("node", lifetime: self.backplane.node()) { _ in } }
        try await check.run(on: HubLifetimeManagerConformance(of: hubs))
    }

    @Test(arguments: HubLifetimeManagerConformance.checks)
    func aloneItIsAnyOther(_ check: ConformanceCheck<HubLifetimeManagerConformance>) async throws {
        try await check.run(on: HubLifetimeManagerConformance(of: [Hub("node", lifetime: self.backplane.node()) { _ in }]))
    }

    private func chat() -> Hub {
        Hub("chat", lifetime: self.backplane.node()) { hub in
            hub.on("Join") { (caller: HubCaller, room: String) in try await caller.groups.join(room) }
            hub.on("Leave") { (caller: HubCaller, room: String) in try await caller.groups.leave(room) }
            hub.on("Say") { (caller: HubCaller, room: String, text: String) in
                try await caller.clients.othersInGroup(room).send("Said", text)
            }
            hub.on("Ask") { (caller: HubCaller, id: String) in
                try await caller.clients.client(id).invoke("Age", returning: Int.self)
            }
            hub.on("Known") { [backplane] (caller: HubCaller) in backplane.knows(caller.connectionID) }
        }
    }

    @Test func callersUseItToo() async throws {
        let (here, there) = (self.chat(), self.chat())
        try await withTestClients(of: here, as: ["ann", "bob"]) { ann, bob in
            try await withTestClients(of: there, as: ["eve"], using: .messagepack) { eve in
                // Before the first call is handled, the backend has heard of the connection.
                #expect(try await ann.invoke("Known", returning: Bool.self))
                for client in [ann, bob, eve] { try await client.invoke("Join", "room") }
                try await ann.invoke("Say", "room", "hello")
                for client in [bob, eve] { #expect(try await client.next() == .invocation("Said", ["hello"])) }
                try await bob.invoke("Leave", "room")
                try await eve.invoke("Say", "room", "bye")
                #expect(try await ann.next() == .invocation("Said", ["bye"]))
                for client in [ann, bob, eve] { #expect(try await client.unread().isEmpty) }

                eve.answer("Age") { 7 }
                #expect(try await ann.invoke("Ask", eve.connectionID, returning: Int.self) == 7)
                #expect(here.connectionCount == 2 && there.connectionCount == 1)
            }
        }
    }

    @Test func connectionsEndWithTheirNode() async throws {
        let (here, there) = (self.chat(), self.chat())
        let ann = try await TestHubClient.connect(to: here)
        let bob = try await TestHubClient.connect(to: there)
        await here.closeAll()
        #expect(try await ann.next() == .close(error: nil, allowReconnect: true))
        #expect(try await there.clients.client(ann.connectionID).exists() == false)
        #expect(try await here.clients.client(bob.connectionID).exists())
        await bob.close()
    }

    /// A connection that cannot be reached by others does not begin.
    @Test func whatABackendRefusesEnds() async throws {
        struct Down: Error {}
        struct Refusing: HubLifetimeManager {
            let base: BackplaneLifetimeManager
            var local: InMemoryHubLifetimeManager? { self.base.local }
            func send(_ message: SerializedHubMessage, to target: HubTarget) async throws { throw Down() }
            func post(_ message: SerializedHubMessage, to target: HubTarget, at position: Int64?) {}
            func invoke(_ call: SerializedHubMessage, id: String, on: String, timeout: Duration) async throws -> ClientAnswer {
                throw Down()
            }
            func join(_ group: String, connectionID: String) async throws -> Bool { throw Down() }
            func leave(_ group: String, connectionID: String) async throws -> Bool { throw Down() }
            func exists(_ target: HubTarget) async throws -> Bool { throw Down() }
            func close(_ target: HubTarget, reason: CloseReason) async throws { throw Down() }
            func connected(_ connectionID: String, user: HubUser?) async throws { throw Down() }
        }
        let hub = Hub("chat", lifetime: Refusing(base: self.backplane.node())) { _ in }
        let ann = try await TestHubClient.connect(to: hub)
        #expect(try await ann.next() == .close(error: "Connection closed with an error.", allowReconnect: false))
        await #expect(throws: Down.self) { try await hub.clients.all.send("Heard") }
        await #expect(throws: Down.self) { try await hub.groups.add("a", to: "b") }
    }
}
