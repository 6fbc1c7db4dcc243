import SignalR
import SignalRProtocol

/// Who is there, who is ended, and who answers.
extension HubLifetimeManagerConformance {
    func presence() async throws {
        let (ann, room) = (self.unique("ann"), self.unique("room"))
        try await self.withClients([TestCaller(user: HubUser(id: ann)), TestCaller()]) { clients in
            try await self.hubs[0].groups.add(clients[1].connectionID, to: room)
            for hub in self.hubs {
                for client in clients {
                    try demand(try await hub.clients.client(client.connectionID).exists(), true, "Whether a client is there")
                }
                try demand(try await hub.clients.client("nobody").exists(), false, "Whether nobody is there")
                try demand(try await hub.clients.user(ann).exists(), true, "Whether a user is there")
                try demand(try await hub.clients.user(self.unique("nobody")).exists(), false, "Whether no user is there")
                try demand(try await hub.clients.group(room).exists(), true, "Whether a group has members")
                try demand(
                    try await hub.clients.group(self.unique("empty")).exists(), false, "Whether an empty group has members")
            }
        }
    }

    func closing() async throws {
        let (ann, room) = (self.unique("ann"), self.unique("room"))
        let callers = [TestCaller(), TestCaller(user: HubUser(id: ann)), TestCaller(), TestCaller(), TestCaller()]
        for hub in self.hubs {
            try await self.withClients(callers) { clients in
                let ids = clients.map(\.connectionID)
                for id in ids[2...3] { try await hub.groups.add(id, to: room) }
                try await hub.clients.client("nobody").close()
                try await hub.clients.client(ids[0]).close()
                try await hub.clients.user(ann).close(reason: .credentialsExpired)
                try await hub.clients.group(room).close(reason: .serverShuttingDown)
                for (client, mayReturn) in zip(clients, [false, true, true, true]) {
                    try demand(
                        try await client.next(within: self.patience), .close(error: nil, allowReconnect: mayReturn),
                        "What somebody hears who is ended"
                    )
                }
                for id in ids[0...3] {
                    try demand(try await hub.clients.client(id).exists(), false, "Whether somebody is there who was ended")
                }
                try await hub.clients.all.send("Heard", "still here")
                try await self.expect(clients[4], hears: ["still here"], of: hub, "What somebody hears who was not ended")
            }
        }
    }

    func answers() async throws {
        try await self.withClients([TestCaller(), TestCaller()], using: [.json, .messagepack]) { clients in
            for client in clients {
                client.answer("Double") { (number: Int) in number * 2 }
                client.answer("Refuse") { (text: String) throws -> Int in throw HubException("No \(text).") }
            }
            for hub in self.hubs {
                for client in clients {
                    let proxy = hub.clients.client(client.connectionID)
                    let doubled = try await proxy.invoke("Double", 21, returning: Int.self)
                    try demand(doubled, 42, "What a client answers")
                    try await demandError("A call that a client refuses") {
                        _ = try await proxy.invoke("Refuse", "sir", returning: Int.self)
                    } isExpected: {
                        ($0 as? HubException)?.message == "No sir."
                    }
                    try await demandError("An answer of another type") {
                        _ = try await proxy.invoke("Double", 1, returning: [String].self)
                    } isExpected: {
                        ($0 as? ClientResultError)?.code == .wrongType
                    }
                }
            }
        }
    }

    func missingAnswers() async throws {
        for hub in self.hubs {
            try await self.withClients([TestCaller(), TestCaller()]) { clients in
                try await demandError("A call of nobody") {
                    _ = try await hub.clients.client("nobody").invoke("Ask", returning: Int.self)
                } isExpected: {
                    ($0 as? ClientResultError)?.code == .unknownConnection
                }
                for client in clients {
                    let proxy = hub.clients.client(client.connectionID)
                    try await demandError("A call that nobody answers") {
                        _ = try await proxy.invoke("Ask", returning: Int.self, timeout: .milliseconds(50))
                    } isExpected: {
                        ($0 as? ClientResultError)?.code == .timedOut
                    }
                    // The answer to this comes too late, and is nothing.
                    client.answer("Ask") { 1 }
                    client.answer("Leave") { () throws -> Int in
                        client.drop()
                        return 1
                    }
                    try await demandError("A call of somebody who leaves") {
                        _ = try await proxy.invoke("Leave", returning: Int.self)
                    } isExpected: {
                        ($0 as? ClientResultError)?.code == .disconnected
                    }
                }
            }
        }
    }
}
