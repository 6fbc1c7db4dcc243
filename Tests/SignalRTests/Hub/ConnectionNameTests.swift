import SignalR
import Testing

/// What can be done from outside with one connection, by its name.
@Suite(.timeLimit(.minutes(1))) struct ConnectionNameTests {
    private let ended = Probe<String>()

    private var hub: Hub {
        Hub("test") { hub in
            hub.authenticate { request in request.query("user").map { HubUser(id: $0) } }
            hub.on("Who") { (caller: HubCaller) in caller.connectionID }
            hub.on("Sync") { (_: HubCaller) in }
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
        }
    }

    private func id(of client: WireClient) async throws -> String {
        guard case .result(.string(let id), _) = try await client.invoke("Who") else { return "" }
        return id
    }

    @Test func groupsByName() async throws {
        let hub = self.hub
        try await TestServer.run(["/hub": hub]) { server in
            let ann = try await WireClient.connect(to: server, .json)
            let bob = try await WireClient.connect(to: server, .messagepack)
            let (annID, bobID) = (try await self.id(of: ann), try await self.id(of: bob))
            #expect(try await hub.groups.add(annID, to: "room"))
            #expect(try await hub.groups.add(annID, to: "room"))
            #expect(try await hub.groups.add(bobID, to: "Room"))
            // Nobody is nothing.
            #expect(try await hub.groups.add("nobody", to: "room") == false)
            #expect(try await hub.groups.remove("nobody", from: "room") == false)
            try await hub.clients.group("room").send("Heard", 1)
            #expect(try await ann.next() == .call("Heard", [1], id: nil))
            #expect(try await bob.invoke("Sync") == .result(.null, id: "1"))

            #expect(try await hub.groups.remove(annID, from: "room"))
            #expect(try await hub.groups.remove(annID, from: "room"))
            #expect(try await hub.clients.group("room").exists() == false)
            try await hub.clients.group("room").send("Heard", 2)
            try await hub.clients.group("Room").send("Heard", 3)
            #expect(try await ann.invoke("Sync") == .result(.null, id: "1"))
            #expect(try await bob.next() == .call("Heard", [3], id: nil))
        }
    }

    @Test func whoIsThere() async throws {
        let hub = self.hub
        #expect(try await hub.clients.all.exists() == false)
        try await TestServer.run(["/hub": hub]) { server in
            let ann = try await WireClient.connect(to: server, .json, "/hub?user=ann")
            let annID = try await self.id(of: ann)
            #expect(try await hub.clients.all.exists())
            #expect(try await hub.clients.allExcept([annID]).exists() == false)
            #expect(try await hub.clients.client(annID).exists())
            #expect(try await hub.clients.clients(["nobody", annID]).exists())
            #expect(try await hub.clients.client("nobody").exists() == false)
            #expect(try await hub.clients.user("ann").exists())
            #expect(try await hub.clients.users(["Ann", ""]).exists() == false)
        }
    }

    @Test func closedByName() async throws {
        let hub = self.hub
        try await TestServer.run(["/hub": hub]) { server in
            let ann = try await WireClient.connect(to: server, .json, "/hub?user=ann")
            let annAgain = try await WireClient.connect(to: server, .messagepack, "/hub?user=ann")
            let bob = try await WireClient.connect(to: server, .json, "/hub?user=bob")
            let annID = try await self.id(of: ann)
            let bobID = try await self.id(of: bob)
            _ = try await self.id(of: annAgain)

            try await hub.clients.client("nobody").close()
            try await hub.clients.client(annID).send("Heard", "last")
            try await hub.clients.client(annID).close()
            #expect(try await hub.clients.client(annID).exists() == false)
            let end = try await ann.untilClosed()
            #expect(end.messages == [.call("Heard", ["last"], id: nil), .close(nil, allowReconnect: false)])
            #expect(end.code == 1000)
            #expect(await self.ended.next() == "normal")

            try await hub.clients.user("ann").close(reason: .credentialsExpired)
            #expect(try await annAgain.untilClosed().messages == [.close(nil, allowReconnect: true)])
            #expect(await self.ended.next() == "credentials_expired")
            try await hub.clients.allExcept([bobID]).close()
            #expect(try await self.id(of: bob) == bobID)
        }
    }
}
