import SignalR
import SignalRProtocol

/// Who gets a message.
extension HubLifetimeManagerConformance {
    func everybody() async throws {
        try await self.withClients([TestCaller(), TestCaller(), TestCaller()]) { clients in
            for (number, hub) in self.hubs.enumerated() {
                let texts = (0..<50).map { "\(number)-\($0)" }
                for (index, text) in texts.enumerated() {
                    if index % 2 == 0 {
                        try await hub.clients.all.send("Heard", text)
                    } else {
                        hub.clients.all.send(try SerializedHubMessage("Heard", text))
                    }
                }
                for client in clients {
                    try demand(try await self.heard(client, of: hub), texts, "What everybody is told")
                }
            }
        }
    }

    func exceptions() async throws {
        let room = self.unique("room")
        try await self.withClients([TestCaller(), TestCaller(), TestCaller(), TestCaller()]) { clients in
            let ids = clients.map(\.connectionID)
            for client in clients.prefix(3) { try await self.hubs[0].groups.add(client.connectionID, to: room) }
            for hub in self.hubs {
                try await hub.clients.allExcept([ids[0], ids[1], "nobody"]).send("Heard", "all but two")
                try await hub.clients.group(room, except: [ids[1], ids[3]]).send("Heard", "room but one")
                try await self.expect(
                    clients[0], hears: ["room but one"], of: hub, "What somebody hears whom only the first leaves out")
                try await self.expect(clients[1], hears: [], of: hub, "What somebody hears whom both leave out")
                try await self.expect(
                    clients[2], hears: ["all but two", "room but one"], of: hub, "What somebody hears who is meant")
                try await self.expect(clients[3], hears: ["all but two"], of: hub, "What somebody hears outside of the group")
            }
        }
    }

    func connections() async throws {
        try await self.withClients([TestCaller(), TestCaller(), TestCaller()]) { clients in
            let ids = clients.map(\.connectionID)
            for hub in self.hubs {
                try await hub.clients.client("nobody").send("Heard", "never")
                try await hub.clients.client(ids[1]).send("Heard", "one")
                try await hub.clients.clients([ids[0], ids[1], "nobody", ids[0]]).send("Heard", "two")
                try await self.expect(clients[0], hears: ["two"], of: hub, "What one of two connections hears")
                try await self.expect(clients[1], hears: ["one", "two"], of: hub, "What a connection hears by its name")
                try await self.expect(clients[2], hears: [], of: hub, "What a connection hears that is not named")
            }
        }
    }

    func users() async throws {
        let (ann, bob) = (self.unique("ann"), self.unique("bob"))
        let callers = [ann, ann, bob].map { TestCaller(user: HubUser(id: $0)) } + [TestCaller()]
        try await self.withClients(callers) { clients in
            for hub in self.hubs {
                try await hub.clients.user(ann).send("Heard", "ann")
                try await hub.clients.user(ann.uppercased()).send("Heard", "never")
                try await hub.clients.users([bob, ann, bob, "nobody"]).send("Heard", "both")
                for client in clients.prefix(2) {
                    try await self.expect(client, hears: ["ann", "both"], of: hub, "What each connection of a user hears")
                }
                try await self.expect(clients[2], hears: ["both"], of: hub, "What the other user hears")
                try await self.expect(clients[3], hears: [], of: hub, "What somebody without a name hears")
            }
        }
    }

    func groups() async throws {
        let (red, blue) = (self.unique("red"), self.unique("blue"))
        try await self.withClients([TestCaller(), TestCaller(), TestCaller()]) { clients in
            let ids = clients.map(\.connectionID)
            for hub in self.hubs {
                // Twice is once, and by whomever.
                try await hub.groups.add(ids[0], to: red)
                try await hub.groups.add(ids[0], to: blue)
                try await hub.groups.add(ids[1], to: blue)
                try await hub.groups.add("nobody", to: blue)
            }
            for hub in self.hubs {
                try await hub.clients.group(red).send("Heard", "red")
                try await hub.clients.group(red.uppercased()).send("Heard", "never")
                try await hub.clients.groups([red, blue, "empty", red]).send("Heard", "both")
                try await self.expect(clients[0], hears: ["red", "both"], of: hub, "What a member of both groups hears")
                try await self.expect(clients[1], hears: ["both"], of: hub, "What a member of one group hears")
                try await self.expect(clients[2], hears: [], of: hub, "What somebody in no group hears")
            }
        }
    }

    func leaving() async throws {
        let room = self.unique("room")
        try await self.withClients([TestCaller(), TestCaller(), TestCaller()]) { clients in
            let ids = clients.map(\.connectionID)
            for hub in self.hubs {
                for id in ids { try await hub.groups.add(id, to: room) }
                try await hub.groups.remove(ids[1], from: room)
                try await hub.groups.remove(ids[1], from: room)
                try await hub.groups.remove("nobody", from: room)
                try await hub.clients.group(room).send("Heard", "room")
                try await self.expect(clients[0], hears: ["room"], of: hub, "What somebody hears who has stayed in the group")
                try await self.expect(clients[1], hears: [], of: hub, "What somebody hears who has left the group")
                try await self.expect(clients[2], hears: ["room"], of: hub, "What somebody hears who has stayed in the group")
            }
            for hub in self.hubs {
                for id in ids { try await hub.groups.add(id, to: room) }
            }
            await clients[0].close()
            await clients[2].close()
            try await self.hubs[0].groups.remove(ids[1], from: room)
            try demand(
                try await self.hubs[0].clients.group(room).exists(), false, "Whether a group is there that everybody has left"
            )
        }
    }

    func protocols() async throws {
        let kinds: [HubProtocolKind] = [.json, .json, .messagepack, .messagepack]
        try await self.withClients(Array(repeating: TestCaller(), count: 4), using: kinds) { clients in
            for hub in self.hubs {
                try await hub.clients.all.send("Heard", "all", 1, [2.5], ["key": "é"], true)
                // Whoever has only the JSON of a message.
                let record = try SerializedHubMessage("Heard", "record", 2).json
                hub.clients.all.send(SerializedHubMessage(record: record))
                for client in clients {
                    let all = TestHubMessage.invocation("Heard", ["all", 1, [2.5], ["key": "é"], true])
                    try demand(
                        try await client.next(within: self.patience), all, "What a client of \(client.kind.rawValue) hears")
                    let copy = TestHubMessage.invocation("Heard", ["record", 2])
                    try demand(
                        try await client.next(within: self.patience), copy, "What a client of \(client.kind.rawValue) hears")
                }
            }
        }
    }
}
