import NIOCore
import SignalRProtocol
import Testing

@testable import SignalR

/// Broadcasts pass by what waits for a client only while nothing does.
@Suite(.timeLimit(.minutes(1))) struct BroadcastOrderTests {
    @Test func whoReadsLateGetsEverythingInOrder() async throws {
        let callers = Probe<HubCaller>()
        var hub = Hub("test") { hub in hub.onConnect { callers.add($0) } }
        hub.configuration.outboxBytes = 64 << 20
        try await TestServer.run(["/hub": hub]) { [hub] server in
            let late = try await HubClient.connect(to: server, reads: false)
            let connection = await callers.next().connection
            let padding = String(repeating: "x", count: 128 << 10)
            var count = 0
            // More than its socket takes, and some that wait behind that.
            for waiting in 1...4 {
                var outstanding = 0
                repeat {
                    try await hub.clients.all.send("m", count, padding)
                    count += 1
                    outstanding = await connection.perform { $0.transport?.outstanding ?? 0 } ?? 0
                } while outstanding < waiting * padding.utf8.count / 2
            }
            let prompt = try await HubClient.connect(to: server)
            try await late.startReading()
            // The answers to the upgrade and the handshake come first.
            #expect(try await late.answer().status == 101)
            try await late.expect("{}")
            for number in 0..<count {
                #expect(try await late.next().hasPrefix(#"{"type":1,"target":"m","arguments":[\#(number),"#))
            }
            // It is as quick as anybody now.
            for number in [count, count + 1] {
                try await hub.clients.all.send("m", number, "")
                try await late.expect(#"{"type":1,"target":"m","arguments":[\#(number),""]}"#)
                try await prompt.expect(#"{"type":1,"target":"m","arguments":[\#(number),""]}"#)
            }
            await late.drop()
            await prompt.drop()
        }
    }

    @Test func membersKeepTheirSocketsWhenOthersLeave() async throws {
        let hub = Hub("test") { hub in
            hub.on("Join") { (caller: HubCaller, group: String) in try await caller.groups.join(group) }
            hub.on("Leave") { (caller: HubCaller, group: String) in try await caller.groups.leave(group) }
        }
        try await TestServer.run(["/hub": hub]) { server in
            var clients: [HubClient] = []
            for _ in 0..<4 { clients.append(try await HubClient.connect(to: server)) }
            for client in clients { _ = try await client.invoke("Join", #""g""#) }
            _ = try await clients[0].invoke("Leave", #""g""#)
            try await clients[2].close()
            hub.clients.group("g").send(SerializedHubMessage(record: ByteBuffer(string: "{\"type\":1}\u{1E}")))
            for index in [1, 3] { try await clients[index].expect(#"{"type":1}"#) }
            _ = try await clients[0].invoke("Join", #""g""#)
            hub.clients.group("g").send(SerializedHubMessage(record: ByteBuffer(string: "{\"type\":2}\u{1E}")))
            for index in [0, 1, 3] { try await clients[index].expect(#"{"type":2}"#) }
            for index in [0, 1, 3] { await clients[index].drop() }
        }
    }
}
