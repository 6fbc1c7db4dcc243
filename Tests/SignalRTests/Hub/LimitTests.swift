import Foundation
import NIOCore
import Testing

@testable import SignalR

@Suite(.timeLimit(.minutes(1))) struct LimitTests {
    private let ended = Probe<String>()

    private func hub(_ metrics: Counters = Counters()) -> Hub {
        Hub("test", metrics: metrics) { hub in
            hub.authenticate { request in
                HubUser(
                    id: "ann",
                    expiresAt: request.query("expires").flatMap(Int64.init).map {
                        Int64(Date().timeIntervalSince1970 * 1000) + $0
                    }
                )
            }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.on("Fail") { (_: HubCaller) in throw HubException("no") }
            hub.stream("Wait") { (_: HubCaller) in AsyncStream<Int> { $0.yield(1) } }
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
        }
    }

    @Test(arguments: HubProtocolKind.allCases)
    func expiredUsersMayComeBack(_ kind: HubProtocolKind) async throws {
        var hub = self.hub()
        hub.configuration.closeTimeout = .milliseconds(200)
        var forgiving = self.hub()
        forgiving.configuration.closeTimeout = .milliseconds(200)
        forgiving.configuration.closesOnExpiry = false
        try await TestServer.run(["/hub": hub, "/forgiving": forgiving]) { server in
            let staying = try await WireClient.connect(to: server, kind, "/hub?expires=\(Int64.max / 2)")
            let client = try await WireClient.connect(to: server, kind, "/hub?expires=1500")
            let forgiven = try await WireClient.connect(to: server, kind, "/forgiving?expires=1")
            let (messages, code) = try await client.untilClosed()
            #expect(messages == [.close(allowReconnect: true)])
            #expect(code == 1000)
            #expect(await self.ended.next() == "credentials_expired")
            #expect(try await staying.invoke("Echo", "on") == .result("on", id: "1"))
            #expect(try await forgiven.invoke("Echo", "on") == .result("on", id: "1"))
        }
    }

    @Test func drainingOverATime() async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            var clients: [WireClient] = []
            for index in 0..<8 {
                clients.append(try await WireClient.connect(to: server, index % 2 == 0 ? .json : .messagepack))
            }
            let began = ContinuousClock.now
            async let drained: Void = hub.drain(over: .milliseconds(800))
            var ends: [Duration] = []
            for client in clients {
                #expect(try await client.next() == .close(allowReconnect: true))
                ends.append(began.duration(to: .now))
                try await client.close()
            }
            await drained
            // Not all at once: the last of eight has its turn after the first.
            #expect(try #require(ends.max()) > .milliseconds(300))
            for _ in clients { #expect(await self.ended.next() == "server_shutting_down") }
            #expect(hub.connectionCount == 0)
            #expect(try await server.request("POST", "/hub/negotiate?negotiateVersion=1").status == 503)
            await #expect(throws: HubClient.Refused.self) { try await HubClient.upgrade(to: server) }
        }
    }

    @Test func aServerThatShutsDownTakesItsTime() async throws {
        var hub = self.hub()
        hub.configuration.drainWindow = .milliseconds(300)
        try await TestServer.run(["/hub": hub]) { server in
            let clients = [
                try await WireClient.connect(to: server, .json), try await WireClient.connect(to: server, .messagepack),
            ]
            async let down: Void = server.shutDown()
            for client in clients {
                #expect(try await client.next() == .close(allowReconnect: true))
                try await client.close()
            }
            await down
        }
    }

    @Test func eachLimitIsCounted() async throws {
        let metrics = Counters()
        var hub = self.hub(metrics)
        hub.configuration.maximumConnections = 2
        hub.configuration.maximumNegotiated = 1
        hub.configuration.maximumStreams = 1
        hub.configuration.maximumReceiveSize = 1000
        hub.configuration.maximumBodySize = 70_000
        hub.configuration.inboxBytes = 1000
        var narrow = self.hub(metrics)
        narrow.configuration.outboxBytes = 100_000
        var hasty = self.hub(metrics)
        hasty.configuration.outboxBytes = 1 << 30
        hasty.configuration.sendTimeout = .milliseconds(200)
        try await TestServer.run(["/hub": hub, "/narrow": narrow, "/hasty": hasty]) { server in
            let token = try await server.negotiate()
            #expect(try await server.request("POST", "/hub/negotiate").status == 503)
            let early = String(repeating: " ", count: 1001)
            #expect(try await server.request("POST", "/hub?id=\(token)", body: early).status == 503)
            #expect(metrics["signalr.limits.exceeded", "waiting_requests"] == 1)
            let large = String(repeating: " ", count: 70_001)
            #expect(try await server.request("POST", "/hub?id=\(token)", body: large).status == 413)
            #expect(metrics["signalr.limits.exceeded", "body_size"] == 1)
            #expect(metrics["signalr.limits.exceeded", "negotiated"] == 1)
            let client = try await WireClient.connect(to: server, .json)
            let other = try await WireClient.connect(to: server, .messagepack)
            await #expect(throws: HubClient.Refused.self) { try await HubClient.upgrade(to: server) }
            #expect(metrics["signalr.limits.exceeded", "connections"] == 1)
            try await client.send(.stream("Wait", [], id: "1"), .stream("Wait", [], id: "2"))
            let text =
                "An unexpected error occurred invoking 'Wait' on the server. HubException:"
                + " There are too many streams on this connection."
            var found = [try await client.next(), try await client.next()]
            if case .item = found[0] { found.reverse() }
            #expect(found == [.failure(text, id: "2"), .item(1, id: "1")])
            #expect(metrics["signalr.limits.exceeded", "streams"] == 1)
            try await other.send(.call("Echo", [.string(String(repeating: "x", count: 1000))], id: "1"))
            #expect(try await other.next() == .close("Connection closed with an error.", allowReconnect: true))
            #expect(await self.ended.next() == "message_too_large")
            #expect(metrics["signalr.limits.exceeded", "receive_size"] == 1)
            // What becomes of calls.
            #expect(try await client.invoke("Echo", "a") == .result("a", id: "1"))
            _ = try await client.invoke("Fail")
            _ = try await client.invoke("Echo", 1)
            try await client.send(.cancel(id: "1"))
            #expect(try await client.next() == .done(id: "1"))
            for (outcome, count) in [("succeeded", 1), ("failed", 1), ("refused", 1)] {
                #expect(metrics["signalr.dispatch.duration", outcome] == count)
            }
            // Two who read nothing: of one too much waits, of the other something waits too long.
            for (path, slow, reason) in [("/narrow", narrow, "slow_client"), ("/hasty", hasty, "send_timeout")] {
                let client = try await HubClient.connect(to: server, path, reads: false)
                while slow.connectionCount == 0 { try await Task.sleep(for: .milliseconds(2)) }
                let text = String(repeating: "x", count: 100_000)
                for _ in 0..<300 { try await slow.clients.all.send("Fill", text) }
                #expect(await self.ended.next() == reason)
                await client.drop()
            }
        }
        for limit in HubLimit.allCases { #expect(metrics["signalr.limits.exceeded", limit.rawValue] == 1, "\(limit)") }
    }

    /// Limits that were never exceeded are there to be looked at.
    @Test func limitsAreCountedFromNothing() {
        let made = Counters()
        _ = self.hub(made)
        #expect(made.labels.filter { $0.hasPrefix("signalr.limits.exceeded ") }.count == HubLimit.allCases.count)
        #expect(made.gauge("signalr.reconnect.buffered_bytes") == 0)
    }

    @Test func drainingTakesNoLongerThanItMust() async throws {
        let hub = self.hub()
        // Nobody is there.
        await hub.drain(over: .seconds(600))
        let other = self.hub()
        try await TestServer.run(["/hub": other]) { server in
            // One goes at once; the other has its turn in 300 seconds, and goes by itself.
            let clients = [try await WireClient.connect(to: server, .json), try await WireClient.connect(to: server, .json)]
            async let drained: Void = other.drain(over: .seconds(600))
            while other.connectionCount > 1 { try await Task.sleep(for: .milliseconds(2)) }
            for client in clients { try await client.close() }
            await drained
            #expect(other.connectionCount == 0)
        }
    }

    @Test func drainingCanBeCutShort() async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let clients = [try await WireClient.connect(to: server, .json), try await WireClient.connect(to: server, .json)]
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await hub.drain(over: .seconds(600)) }
                tasks.cancelAll()
                for client in clients {
                    #expect((try? await client.next()) == .close(allowReconnect: true))
                    try? await client.close()
                }
            }
            #expect(hub.connectionCount == 0)
        }
    }
}
