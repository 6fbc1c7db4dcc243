import SignalR
import Testing

@Suite(.timeLimit(.minutes(1))) struct FeedTests {
    private let hub = Hub("test") { hub in
        hub.on("Join") { (caller: HubCaller, group: String) in try await caller.groups.join(group) }
        hub.on("Pause") { (caller: HubCaller) in await caller.pauseFeed() ?? -1 }
        hub.on("Resume") { (caller: HubCaller, position: Int) in await caller.resumeFeed(from: Int64(position)) }
    }

    private func result(_ client: HubClient, _ method: String, _ arguments: String = "") async throws -> String {
        let answer = try await client.invoke(method, arguments)
        return String(answer.dropFirst(#"{"type":3,"invocationId":"1","result":"#.count).dropLast())
    }

    private func send(_ numbers: ClosedRange<Int64>, to groups: [String]) throws {
        for number in numbers {
            self.hub.clients.groups(groups).send(try SerializedHubMessage("U", Int(number)), at: number)
        }
    }

    private func expect(_ numbers: ClosedRange<Int64>, _ client: HubClient) async throws {
        for number in numbers { try await client.expect(#"{"type":1,"target":"U","arguments":[\#(number)]}"#) }
    }

    @Test func eachMessageOnceWhateverTheGroups() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let both = try await HubClient.connect(to: server)
            let one = try await HubClient.connect(to: server)
            for group in ["a", "b"] { _ = try await both.invoke("Join", "\"\(group)\"") }
            _ = try await one.invoke("Join", #""b""#)
            try self.send(1...50, to: ["a", "b"])
            try self.send(40...60, to: ["b", "a", "c"])
            try self.send(61...61, to: ["a"])
            try await self.expect(1...61, both)
            try await self.expect(1...60, one)
            #expect(try await self.result(both, "Pause") == "61")
            #expect(try await self.result(one, "Pause") == "60")
        }
    }

    @Test func pausedAndResumed() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = try await HubClient.connect(to: server)
            _ = try await client.invoke("Join", #""a""#)
            #expect(try await self.result(client, "Pause") == "-1")
            #expect(try await self.result(client, "Resume", "0") == "true")
            try self.send(1...3, to: ["a"])
            try await self.expect(1...3, client)
            #expect(try await self.result(client, "Pause") == "3")
            try self.send(4...6, to: ["a"])
            // What has no number is not held back.
            try await self.hub.clients.all.send("Plain")
            try await client.expect(#"{"type":1,"target":"Plain","arguments":[]}"#)
            #expect(try await self.result(client, "Resume", "5") == "false")
            #expect(try await self.result(client, "Resume", "6") == "true")
            try self.send(5...8, to: ["a"])
            try await self.expect(7...8, client)
        }
    }
}
