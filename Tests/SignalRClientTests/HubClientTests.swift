import Hummingbird
import Logging
import NIOCore
import NIOPosix
import RealTimeTesting
import ServiceLifecycle
import SignalR
import SignalRProtocol
import Testing

@testable import SignalRClient

/// A client of our own server.
@Suite(.timeLimit(.minutes(1))) struct HubClientTests {
    private struct Point: Codable, Equatable {
        var x: Int
        var name: String?
    }

    /// How often `Never` was called.
    private let waiting = Watched(0)
    /// How often `Points` was left early.
    private let stopped = Watched(0)
    private let hub: Hub

    init() {
        self.hub = Self.hub(waiting: self.waiting, stopped: self.stopped)
    }

    private static func hub(waiting: Watched<Int>, stopped: Watched<Int>) -> Hub {
        Hub("test") { hub in
            hub.authenticate { request in request.bearerToken.map { HubUser(id: $0) } }
            hub.on("Add") { (_: HubCaller, a: Int, b: Int) in a + b }
            hub.on("Move") { (_: HubCaller, point: Point) in Point(x: point.x + 1, name: point.name) }
            hub.on("Nothing") { (_: HubCaller) in }
            hub.on("Fail") { (_: HubCaller) -> Int in throw HubException("Not today.") }
            hub.on("Who") { (caller: HubCaller) -> String? in caller.user?.id }
            hub.on("ConnectionID") { (caller: HubCaller) in caller.connectionID }
            hub.on("Abort") { (caller: HubCaller) in caller.abort() }
            hub.on("Count") { (caller: HubCaller, count: Int) in
                for number in 0..<count { try await caller.send("Number", number, "é\u{1E}") }
            }
            hub.on("Ask") { (caller: HubCaller, method: String, number: Int) in
                do {
                    return try await caller.invoke(method, number, returning: Point.self)
                } catch {
                    throw HubException("\(error)")
                }
            }
            hub.stream("Points") { (_: HubCaller, count: Int) in
                guard count >= 0 else { throw HubException("None.") }
                let (points, sink) = AsyncStream.makeStream(of: Point.self)
                sink.onTermination = { reason in
                    if case .cancelled = reason { stopped.change { $0 += 1 } }
                }
                for number in 0..<min(count, 100) { sink.yield(Point(x: number, name: "\(number)")) }
                if count <= 100 { sink.finish() }
                return points
            }
            hub.on("Never") { (_: HubCaller) in
                waiting.change { $0 += 1 }
                try await Task.sleep(for: .seconds(600))
            }
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func callsAndTheirAnswers(kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            try await server.client { $0.hubProtocol = kind }.run { client in
                let sum: Int = try await client.invoke("Add", 1, 2)
                #expect(sum == 3)
                #expect(try await client.invoke("move", Point(x: 1, name: "é")) == Point(x: 2, name: "é"))
                try await client.invoke("Nothing")
                // What it returns may be ignored.
                try await client.invoke("Add", 1, 2)
                #expect(try await client.invoke("Nothing", as: Int?.self) == nil)
                let failed = try await clientError { _ = try await client.invoke("Fail", as: Int.self) }
                #expect(failed?.code == .invocationFailed && failed?.message.contains("Not today.") == true)
                let unknown = try await clientError { try await client.invoke("NoSuchMethod") }
                #expect(unknown?.code == .invocationFailed && unknown?.message.contains("NoSuchMethod") == true)
                let wrong = try await clientError { _ = try await client.invoke("Add", 1, 2, as: [String].self) }
                #expect(wrong?.code == .unexpectedResult)
                // None of that ends the connection.
                try await client.send("Nothing")
                #expect(client.isConnected && self.hub.connectionCount == 1)
            }
            await self.noConnections()
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func manyCallsAtATime(kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            try await server.client { $0.hubProtocol = kind }.run { client in
                try await withThrowingTaskGroup(of: Bool.self) { tasks in
                    for number in 0..<200 {
                        tasks.addTask { try await client.invoke("Add", number, 1) == number + 1 }
                    }
                    for try await isRight in tasks { #expect(isRight) }
                }
            }
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func handlersRunInOrderOneAtATime(kind: HubProtocolKind) async throws {
        let numbers = Watched<[Int]>([])
        let running = Watched((now: 0, most: 0))
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = server.client { $0.hubProtocol = kind }
            client.on("NUMBER") { (number: Int, text: String) in
                running.change { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                await Task.yield()
                #expect(text == "é\u{1E}")
                numbers.change { $0.append(number) }
                running.change { $0.now -= 1 }
            }
            try await client.run { client in
                try await client.send("Count", 300)
                await numbers.wait { $0.count == 300 }
            }
        }
        #expect(numbers.value == Array(0..<300))
        #expect(running.value.most == 1)
    }

    @Test func theAccessTokenIsSent() async throws {
        let hub = Hub("test") { hub in
            hub.authenticate { request in
                guard request.bearerToken == "good", request.query("access_token") == nil else { throw HubException("no") }
                return HubUser(id: request.header("Authorization") ?? "")
            }
            hub.on("Who") { (caller: HubCaller) -> String? in caller.user?.id }
        }
        try await TestServer.run(["/hub": hub]) { server in
            for skips in [false, true] {
                let client = server.client(token: "good") { $0.skipsNegotiation = skips }
                let who: String? = try await client.run { try await $0.invoke("Who") }
                #expect(who == "Bearer good")
                for token in ["bad", nil] {
                    let refused = server.client(token: token) { $0.skipsNegotiation = skips }
                    let error = try await clientError { try await refused.run { _ in } }
                    #expect(error?.code == .unauthorized && error?.description.contains("bad") == false)
                }
            }
        }
    }

    @Test func redirectsAreFollowedWithTheirToken() async throws {
        let answers = Watched<[String]>([])
        let router = Router()
        router.post("start/negotiate") { request, _ -> Response in
            answers.change { $0.append(request.headers[.authorization] ?? "") }
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: #"{"url":"\#(answers.value[0])","accessToken":"second"}"#))
            )
        }
        try await TestServer.run(["/hub": self.hub], router: router) { server in
            answers.change { $0 = ["http://127.0.0.1:\(server.port)/hub?x=1"] }
            let who: String? = try await server.client("/start", token: "first").run { try await $0.invoke("Who") }
            #expect(who == "second" && answers.value.dropFirst() == ["Bearer first"])
            // To itself, for ever.
            answers.change { $0 = ["http://127.0.0.1:\(server.port)/start"] }
            let error = try await clientError { try await server.client("/start", token: "first").run { _ in } }
            #expect(error?.code == .negotiationFailed && error?.message.contains("100") == true)
            #expect(answers.value.count == 102 && answers.value[1...2] == ["Bearer first", "Bearer second"])
        }
    }

    @Test func webSocketsMustCarryTheProtocol() async throws {
        let router = Router()
        let transports = #"[{"transport":"WebSockets","transferFormats":["Text"]}]"#
        router.post("text/negotiate") { _, _ in
            #"{"negotiateVersion":1,"connectionId":"i","connectionToken":"t","availableTransports":\#(transports)}"#
        }
        try await TestServer.run([:], router: router) { server in
            let error = try await clientError { try await server.client("/text") { $0.hubProtocol = .messagepack }.run { _ in } }
            #expect(error?.code == .negotiationFailed && error?.message.contains("messagepack") == true)
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func theServerMayAsk(kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = server.client { $0.hubProtocol = kind }
            client.on("Double") { (number: Int) in Point(x: number * 2, name: nil) }
            client.on("Refuse") { (_: Int) -> Point in throw SignalRClientError(.closed, "Out of order.") }
            try await client.run { client in
                #expect(try await client.invoke("Ask", "Double", 21) == Point(x: 42, name: nil))
                let error = try await clientError { try await client.invoke("Ask", "Refuse", 1) }
                #expect(error?.message.contains("Out of order.") == true)
                let nobody = try await clientError { try await client.invoke("Ask", "Nobody", 1) }
                #expect(nobody?.message.contains("Client didn't provide a result.") == true)
            }
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func streamsOfTheServer(kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            try await server.client { $0.hubProtocol = kind }.run { client in
                var names: [String?] = []
                for try await point in client.stream("Points", 3, of: Point.self) { names.append(point.name) }
                #expect(names == ["0", "1", "2"])
                // Left early: the server is told, and the connection goes on.
                for try await point in client.stream("Points", 1_000_000, of: Point.self) where point.x == 5 { break }
                await self.stopped.wait { $0 == 1 }
                let failed = try await clientError { for try await _ in client.stream("Points", -1, of: Point.self) {} }
                #expect(failed?.code == .invocationFailed && failed?.message.contains("None.") == true)
            }
        }
    }

    @Test func whatIsNoHubIsSaidToBeNone() async throws {
        let router = Router()
        router.post("page/negotiate") { _, _ in "Hello" }
        try await TestServer.run(["/hub": self.hub], router: router) { server in
            for path in ["/page", "/nowhere"] {
                let error = try await clientError { try await server.client(path).run { _ in } }
                #expect(error?.code == .negotiationFailed)
                let skipped = try await clientError {
                    try await server.client(path) { $0.skipsNegotiation = true }.run { _ in }
                }
                #expect(skipped?.code == .negotiationFailed)
            }
        }
        let address = try await clientError { try await HubClient(url: "hub").run { _ in } }
        #expect(address?.code == .invalidAddress)
    }

    @Test func nobodyAnswers() async throws {
        // A port that was just free.
        let port = try await TestServer.run([:]) { $0.port }
        for skips in [false, true] {
            let error = try await clientError {
                try await HubClient.testing(port: port) { $0.skipsNegotiation = skips }.run { _ in }
            }
            #expect(error?.code == .unreachable)
        }
    }

    @Test func anAnswerThatDoesNotComeIsNotWaitedFor() async throws {
        // Accepts connections, and says nothing.
        let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        for skips in [false, true] {
            let client = HubClient.testing(port: silent.localAddress?.port ?? 0) {
                $0.skipsNegotiation = skips
                $0.handshakeTimeout = .milliseconds(100)
            }
            let error = try await clientError { try await client.run { _ in } }
            #expect(error?.code == .timedOut)
        }
        try await silent.close()
    }

    @Test(arguments: HubProtocolKind.allCases) func aCutConnectionIsMadeAgain(kind: HubProtocolKind) async throws {
        let reconnects = Watched(0)
        try await TestServer.run(["/hub": self.hub]) { server in
            try await CuttableProxy.run(to: server.port) { proxy, port in
                let client = HubClient.testing(port: port) { $0.hubProtocol = kind }
                client.onReconnected { reconnects.change { $0 += 1 } }
                try await client.run { client in
                    let first: String = try await client.invoke("ConnectionID")
                    async let lost = clientError { try await client.invoke("Never") }
                    await self.waiting.wait { $0 == 1 }
                    proxy.cut()
                    let error = try await lost
                    #expect(error?.code == .connectionLost)
                    await reconnects.wait { $0 == 1 }
                    let second: String = try await client.invoke("ConnectionID")
                    #expect(first != second)
                }
            }
        }
        #expect(reconnects.value == 1)
    }

    @Test(arguments: HubProtocolKind.allCases) func theServersGoodbyeIsForGood(kind: HubProtocolKind) async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            try await server.client { $0.hubProtocol = kind }.run { client in
                try? await client.invoke("Abort")
                let end = try await client.waitUntilClosed()
                #expect(end.code == .closed && !end.allowReconnect)
                let unsent = try await clientError { try await client.send("Nothing") }
                #expect(unsent?.code == .closed)
                let uncalled = try await clientError { try await client.invoke("Nothing") }
                #expect(uncalled?.code == .closed)
                #expect(!client.isConnected)
            }
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func theServerMayAskToComeBack(kind: HubProtocolKind) async throws {
        let connected = Watched(0)
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = server.client { $0.hubProtocol = kind }
            client.onConnected { connected.change { $0 += 1 } }
            try await client.run { client in
                await self.hub.closeAll(reason: .serverShuttingDown)
                await connected.wait { $0 == 2 }
                let sum: Int = try await client.invoke("Add", 1, 1)
                #expect(sum == 2)
            }
        }
    }

    @Test func withoutRetriesTheFirstLossIsTheEnd() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            try await CuttableProxy.run(to: server.port) { proxy, port in
                try await HubClient.testing(port: port) { $0.retryPolicy = .never }.run { client in
                    proxy.cut()
                    let end = try await client.waitUntilClosed()
                    #expect(end.code == .connectionLost)
                }
            }
        }
    }

    @Test func aClientRunsOnce() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = server.client()
            let early = try await clientError { try await client.send("Nothing") }
            #expect(early?.code == .notConnected)
            try await client.run { _ in }
            let again = try await clientError { try await client.run { _ in } }
            #expect(again?.code == .alreadyRun)
            let late = try await clientError { try await client.send("Nothing") }
            #expect(late?.code == .closed)
        }
    }

    @Test func cancellingEndsIt() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            await withThrowingTaskGroup(of: Void.self) { tasks in
                let client = server.client()
                tasks.addTask { try await client.run { try await $0.invoke("Never") } }
                await self.waiting.wait { $0 == 1 }
                tasks.cancelAll()
                await #expect(throws: CancellationError.self) { try await tasks.waitForAll() }
            }
        }
    }

    @Test func aServiceEndsWhenItIsAskedTo() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = server.client()
            let isOpen = Watched(false)
            client.onConnected { isOpen.change { $0 = true } }
            let group = ServiceGroup(
                configuration: .init(
                    services: [.init(service: client)], gracefulShutdownSignals: [],
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            )
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                await isOpen.wait { $0 }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            await self.noConnections()
        }
    }

    /// The server hears of an end a little later than the client.
    private func noConnections() async {
        while self.hub.connectionCount > 0 { try? await Task.sleep(for: .milliseconds(2)) }
    }
}
