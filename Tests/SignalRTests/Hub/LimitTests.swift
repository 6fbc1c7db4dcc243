import Foundation
import Metrics
import SignalR
import Synchronization
import Testing

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
        try await TestServer.run(["/hub": hub]) { server in
            #expect(try await server.request("POST", "/hub/negotiate").status == 200)
            #expect(try await server.request("POST", "/hub/negotiate").status == 503)
            #expect(metrics["signalr.limits.exceeded", "negotiated"] == 1)
            let client = try await WireClient.connect(to: server, .json)
            let large = try await WireClient.connect(to: server, .messagepack)
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
            try await large.send(.call("Echo", [.string(String(repeating: "x", count: 1000))], id: "1"))
            #expect(try await large.next() == .close("Connection closed with an error.", allowReconnect: true))
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
        }
    }
}

/// Counts what is recorded, by label and last dimension.
private final class Counters: MetricsFactory, Sendable {
    private let counts = Mutex<[String: Int]>([:])

    subscript(_ label: String, _ dimension: String) -> Int { self.counts.withLock { $0["\(label) \(dimension)"] ?? 0 } }

    private final class Handle: CounterHandler, RecorderHandler, TimerHandler, MeterHandler, Sendable {
        let add: @Sendable (Int) -> Void
        init(_ add: @escaping @Sendable (Int) -> Void) { self.add = add }
        func increment(by amount: Int64) { self.add(Int(amount)) }
        func reset() {}
        func record(_ value: Int64) { self.add(1) }
        func record(_ value: Double) { self.add(1) }
        func recordNanoseconds(_ duration: Int64) { self.add(1) }
        func set(_ value: Int64) {}
        func set(_ value: Double) {}
        func increment(by amount: Double) {}
        func decrement(by amount: Double) {}
    }

    private func handle(_ label: String, _ dimensions: [(String, String)]) -> Handle {
        let key = "\(label) \(dimensions.last?.1 ?? "")"
        return Handle { count in self.counts.withLock { $0[key, default: 0] += count } }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { self.handle(label, dimensions) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        self.handle(label, dimensions)
    }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { self.handle(label, dimensions) }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { self.handle(label, dimensions) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
