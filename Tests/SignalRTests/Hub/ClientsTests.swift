import SignalR
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ClientsTests {
    private let hub = Hub("test") { hub in
        hub.authenticate { request in request.query("user").map { HubUser(id: $0) } }
        hub.on("Join") { (caller: HubCaller, group: String) in try await caller.groups.join(group) }
        hub.on("Leave") { (caller: HubCaller, group: String) in try await caller.groups.leave(group) }
        hub.on("Who") { (caller: HubCaller) in caller.connectionID }
        hub.on("Others") { (caller: HubCaller, text: String) in try await caller.clients.others.send("Heard", text) }
        hub.on("OthersIn") { (caller: HubCaller, group: String) in
            try await caller.clients.othersInGroup(group).send("Heard", group)
        }
        hub.on("Sync") { (_: HubCaller) in }
    }

    private func id(of client: HubClient) async throws -> String {
        let answer = try await client.invoke("Who")
        return String(answer.dropFirst(#"{"type":3,"invocationId":"1","result":""#.count).prefix(22))
    }

    /// What a client has heard by now: an answer comes behind everything that was sent to it before.
    private func heard(_ client: HubClient) async throws -> [String] {
        var heard: [String] = []
        try await client.send(#"{"type":1,"invocationId":"sync","target":"Sync","arguments":[]}"#)
        while true {
            let record = try await client.next()
            if record.contains("sync") { return heard }
            heard.append(
                String(record.dropFirst(#"{"type":1,"target":"Heard","arguments":[""#.count).dropLast(#""]}"#.count))
            )
        }
    }

    @Test func everybodyAndSomebody() async throws {
        let hub = self.hub
        try await TestServer.run(["/hub": hub]) { server in
            let ann = try await HubClient.connect(to: server, "/hub?user=ann")
            let annAgain = try await HubClient.connect(to: server, "/hub?user=ann")
            let bob = try await HubClient.connect(to: server, "/hub?user=bob")
            let nobody = try await HubClient.connect(to: server)
            let all = [ann, annAgain, bob, nobody]
            let ids = [try await self.id(of: ann), try await self.id(of: annAgain), try await self.id(of: bob)]
            #expect(hub.connectionCount == 4)

            try await hub.clients.all.send("Heard", "all")
            try await hub.clients.allExcept([ids[0], ids[2], "unknown"]).send("Heard", "all but two")
            try await hub.clients.client(ids[1]).send("Heard", "one")
            try await hub.clients.clients([ids[0], ids[0], ids[2]]).send("Heard", "two")
            try await hub.clients.user("ann").send("Heard", "ann")
            try await hub.clients.users(["bob", "ann", "bob", "Ann"]).send("Heard", "ann and bob")
            try await hub.clients.user("").send("Heard", "never")
            _ = try await ann.invoke("Others", #""others""#)

            #expect(try await self.heard(ann) == ["all", "two", "ann", "ann and bob"])
            #expect(try await self.heard(annAgain) == ["all", "all but two", "one", "ann", "ann and bob", "others"])
            #expect(try await self.heard(bob) == ["all", "two", "ann and bob", "others"])
            #expect(try await self.heard(nobody) == ["all", "all but two", "others"])
            for client in all { try await client.close() }
        }
    }

    @Test func groups() async throws {
        let hub = self.hub
        try await TestServer.run(["/hub": hub]) { server in
            let ann = try await HubClient.connect(to: server)
            let bob = try await HubClient.connect(to: server)
            let eve = try await HubClient.connect(to: server)
            _ = try await ann.invoke("Join", #""a""#)
            _ = try await ann.invoke("Join", #""b""#)
            _ = try await ann.invoke("Join", #""a""#)
            _ = try await bob.invoke("Join", #""b""#)
            let bobID = try await self.id(of: bob)

            try await hub.clients.group("a").send("Heard", "a")
            try await hub.clients.group("A").send("Heard", "never")
            try await hub.clients.group("b").send("Heard", "b")
            // Once, however many of the groups one is in.
            try await hub.clients.groups(["a", "b", "c", "a"]).send("Heard", "both")
            try await hub.clients.group("b", except: [bobID]).send("Heard", "b but bob")
            _ = try await bob.invoke("OthersIn", #""b""#)
            _ = try await ann.invoke("Leave", #""b""#)
            _ = try await ann.invoke("Leave", #""b""#)
            try await hub.clients.group("b").send("Heard", "after")

            #expect(try await self.heard(ann) == ["a", "b", "both", "b but bob", "b"])
            #expect(try await self.heard(bob) == ["b", "both", "after"])
            #expect(try await self.heard(eve) == [])
        }
    }

    @Test func whoLeftIsNotReached() async throws {
        let hub = self.hub
        let gone = Probe<Void>()
        var watched = hub
        watched.onDisconnect { _, _ in gone.add(()) }
        try await TestServer.run(["/hub": watched]) { server in
            let clients = try await [
                HubClient.connect(to: server), HubClient.connect(to: server), HubClient.connect(to: server),
                HubClient.connect(to: server),
            ]
            for client in clients { _ = try await client.invoke("Join", #""g""#) }
            // From the middle, the front and the end of the group.
            for (index, left) in [(1, 3), (0, 2), (3, 1)] {
                await clients[index].drop()
                await gone.next()
                #expect(watched.connectionCount == left)
                try await watched.clients.group("g").send("Heard", "\(left)")
            }
            #expect(try await self.heard(clients[2]) == ["3", "2", "1"])
        }
    }

    /// A hub may send to whom it likes when somebody has left, also to who left.
    @Test func sendingWhenSomebodyHasLeft() async throws {
        let outcomes = Probe<Bool>()
        let hub = Hub("test") { hub in
            hub.on("Join") { (caller: HubCaller, group: String) in try await caller.groups.join(group) }
            hub.on("Sync") { (_: HubCaller) in }
            hub.onDisconnect { caller, _ in
                do {
                    outcomes.add(try await caller.send("Heard", "to the dead"))
                    try await caller.groups.join("g")
                    try await caller.clients.group("g").send("Heard", "group")
                    try await caller.clients.caller.send("Heard", "caller")
                    try await caller.clients.others.send("Heard", "others")
                    try await caller.clients.all.send("Heard", "all")
                    try await caller.groups.leave("g")
                } catch {
                    Issue.record(error)
                }
                outcomes.add(true)
            }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let staying = try await HubClient.connect(to: server)
            _ = try await staying.invoke("Join", #""g""#)
            for isClean in [true, false] {
                let leaving = try await HubClient.connect(to: server)
                _ = try await leaving.invoke("Join", #""g""#)
                if isClean { try await leaving.close() } else { try await leaving.reset() }
                #expect(await outcomes.next() == false)
                #expect(await outcomes.next())
                #expect(try await self.heard(staying) == ["group", "others", "all"])
            }
            #expect(hub.connectionCount == 1)
        }
    }

    /// Counts how often it is encoded.
    private struct Counted: Encodable, Sendable {
        let times: Times

        func encode(to encoder: any Encoder) throws {
            self.times.count.add(1, ordering: .relaxed)
            var container = encoder.singleValueContainer()
            try container.encode("counted")
        }

        final class Times: Sendable {
            let count = Atomic(0)
        }
    }

    @Test func aBroadcastIsEncodedOnceForEachProtocol() async throws {
        let hub = self.hub
        try await TestServer.run(["/hub": hub]) { server in
            var clients: [WireClient] = []
            for index in 0..<60 {
                clients.append(try await WireClient.connect(to: server, index % 2 == 0 ? .json : .messagepack))
            }
            let polling = try await TestTransport.longPolling.connect(to: server)
            let times = Counted.Times()
            try await hub.clients.all.send("Heard", Counted(times: times))
            for client in clients { #expect(try await client.next() == .call("Heard", ["counted"])) }
            try await polling.expect(#"{"type":1,"target":"Heard","arguments":["counted"]}"#)
            #expect(times.count.load(ordering: .relaxed) == 2)
            await polling.drop()
        }
    }

    @Test func manyMessagesToOverlappingGroups() async throws {
        let hub = self.hub
        try await TestServer.run(["/hub": hub]) { server in
            let ann = try await HubClient.connect(to: server)
            let bob = try await HubClient.connect(to: server)
            for group in ["x", "y"] { _ = try await ann.invoke("Join", "\"\(group)\"") }
            _ = try await bob.invoke("Join", #""y""#)
            let groups = (0..<2000).map { $0 % 7 < 3 ? "x" : $0 % 7 < 5 ? "y" : "z" }
            // As fast as it goes, so that they arrive on the event loop in batches.
            for (number, group) in groups.enumerated() {
                hub.clients.group(group).send(try SerializedHubMessage("Heard", "\(number)"))
            }
            #expect(try await self.heard(ann) == groups.indices.filter { groups[$0] != "z" }.map(String.init))
            #expect(try await self.heard(bob) == groups.indices.filter { groups[$0] == "y" }.map(String.init))
        }
    }
}
