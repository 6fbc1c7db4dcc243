import GraphNotifications
import Hummingbird
import Logging
import NIOCore
import RealTimeTesting
import ServiceLifecycle
import SignalR
import Testing

@testable import GraphRelay

/// Graph's side and the clients' side of a whole server, over real sockets.
@Suite(.timeLimit(.minutes(5))) struct EndToEndTests {
    /// A server with everything in memory.
    private struct Server {
        let queue = InMemoryNotificationQueue()
        let directory = SubscriptionDirectory([.sales])
        let log: InMemoryUpdateLog
        let port = Watched(0)
        let group: ServiceGroup

        init(policy: TopicPolicy = .open, maximumBytes: Int = 64 << 20) {
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let queue = self.queue
            let log = InMemoryUpdateLog(epoch: "e", maximumBytes: maximumBytes) { queue.settle($0) }
            self.log = log
            let topics = TopicHub(
                log: log, policy: policy, known: { ["all", "subscription/sales"] },
                authenticate: { request in request.bearerToken.map { HubUser(id: $0) } }, logger: logger
            )
            let webhook = WebhookReceiver(directory: self.directory, into: queue, logger: logger)
            let reader = UpdateReader(log: log, policy: policy)
            let router = Router()
            router.get("events") { request, _ in
                let events = try reader.events(
                    topics: [], after: request.uri.queryParameters["after"].map(String.init), for: nil
                )
                return Response(
                    status: .ok, headers: [.contentType: "text/event-stream"], body: ResponseBody(asyncSequence: events)
                )
            }
            let app = Application(
                router: router,
                server: .signalR(["/graphUpdates": topics.hub], endpoints: [WebhookEndpoint(receiver: webhook)], logger: logger),
                configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                services: [
                    topics.broadcaster, NotificationRelay(queue: queue, log: log, directory: self.directory, logger: logger),
                ],
                onServerRunning: { [port] channel in port.change { $0 = channel.localAddress?.port ?? -1 } },
                logger: logger
            )
            self.group = ServiceGroup(
                configuration: .init(services: [.init(service: app)], gracefulShutdownSignals: [], logger: logger)
            )
        }

        func whileRunning(_ body: (Int) async throws -> Void) async throws {
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { [group] in try await group.run() }
                await self.port.wait { $0 != 0 }
                do {
                    try await body(self.port.value)
                } catch {
                    await self.group.triggerGracefulShutdown()
                    throw error
                }
                await self.group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    private func message(_ number: Int, secret: String = "secret") -> ByteBuffer {
        body(item(secret: secret, resource: "Users/u\(number % 3)/Messages/\(number)", id: "\(number)"))
    }

    @Test func aNotificationReachesWhoFollows() async throws {
        let server = Server()
        try await server.whileRunning { port in
            try await HubSocket.with(port: port) { ann in
                #expect(try await ann.subscribe("user/U1") == Wire.Answer(cursor: "e-0", gap: false, oldest: "e-0", updates: []))
                try await RawConnection.with(port: port) { graph in
                    for number in 0..<6 { try await graph.post(self.message(number), expecting: 202) }
                    try await graph.post(self.message(7, secret: "forged"), expecting: 202)
                    try await graph.post(ByteBuffer(string: "nonsense"), expecting: 400)
                }
                try await ann.wait(forUpdates: 2)
                #expect(ann.offsets == [2, 5])
            }
            await server.log.waitForUpdate(after: 5)
            #expect(server.log.deadLetters.isEmpty)
        }
    }

    @Test func whoComesBackGetsWhatWasMissedOrIsTold() async throws {
        let server = Server()
        try await server.whileRunning { port in
            try await RawConnection.with(port: port) { graph in
                for number in 0..<10 { try await graph.post(self.message(number), expecting: 202) }
            }
            await server.log.waitForUpdate(after: 9)
            try await HubSocket.with(port: port) { ann in
                let answer = try await ann.subscribe("all", after: "e-4")
                #expect(answer.offsets == [5, 6, 7, 8, 9, 10] && !answer.gap && answer.cursor == "e-10")
            }
            try await HubSocket.with(port: port) { bob in
                let answer = try await bob.subscribe("all", after: "yesterday-4")
                #expect(answer == Wire.Answer(cursor: "e-10", gap: true, oldest: "e-0", updates: []))
                // Live all the same.
                try await RawConnection.with(port: port) { graph in try await graph.post(self.message(11), expecting: 202) }
                try await bob.wait(forUpdates: 1)
                #expect(bob.offsets == [11])
            }
        }
    }

    @Test func aHeldNotificationArrivesWhenItsSubscriptionIsKnown() async throws {
        let server = Server()
        try await server.whileRunning { port in
            try await HubSocket.with(port: port) { ann in
                _ = try await ann.subscribe("subscription/new")
                try await RawConnection.with(port: port) { graph in
                    try await graph.post(body(item("s9", id: "1")), expecting: 202)
                    try await graph.post(self.message(1), expecting: 202)
                }
                await server.log.waitForUpdate(after: 0)
                server.directory.set(KnownSubscription(name: "new", id: "s9", clientState: "secret"))
                try await ann.wait(forUpdates: 1)
                #expect(ann.offsets == [2])
            }
        }
    }

    @Test func clientsComeWhileNotificationsDo() async throws {
        let server = Server()
        let total = 600
        try await server.whileRunning { port in
            try await withThrowingTaskGroup { tasks in
                tasks.addTask {
                    try await RawConnection.with(port: port) { graph in
                        for number in 0..<total { try await graph.post(self.message(number), expecting: 202) }
                    }
                }
                for client in 0..<8 {
                    tasks.addTask {
                        // One after another, while the log grows.
                        await server.log.waitForUpdate(after: Int64(client * 60))
                        try await HubSocket.with(port: port) { socket in
                            let answer = try await socket.subscribe("all", after: "e-\(client * 20)")
                            #expect(!answer.gap)
                            try await socket.wait(forUpdates: total - client * 20)
                            #expect(socket.offsets == Array(Int64(client * 20 + 1)...Int64(total)))
                        }
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }

    @Test func onlyWhatOneMaySee() async throws {
        let server = Server(policy: .signedIn(rules: [.init(topics: ["subscription/*"])]))
        try await server.whileRunning { port in
            try await HubSocket.with(port: port, path: "/graphUpdates?access_token=u1") { ann in
                let topics: HubSocket.Completion<[String]> = try await ann.call("Topics", "")
                #expect(topics.result == ["subscription/sales", "user/u1", "subscription/*"])
                for topic in ["all", "user/u2"] {
                    let refused: HubSocket.Completion<Wire.Answer> = try await ann.call("Subscribe", "[\"\(topic)\"],null")
                    #expect(refused.error?.contains("You may not follow the topic \(topic).") == true)
                }
                let empty: HubSocket.Completion<Wire.Answer> = try await ann.call("Subscribe", "[],null")
                #expect(empty.error?.contains("at least one topic") == true)
                let wrong: HubSocket.Completion<Wire.Answer> = try await ann.call("Subscribe", "[\"user/u1\"],\"x\"")
                #expect(wrong.error?.contains("not a cursor") == true)
                _ = try await ann.subscribe("user/u1")
                try await RawConnection.with(port: port) { graph in
                    for number in 0..<6 { try await graph.post(self.message(number), expecting: 202) }
                }
                try await ann.wait(forUpdates: 2)
                #expect(ann.offsets == [2, 5])
            }
        }
    }

    @Test func unsubscribingEndsIt() async throws {
        let server = Server()
        try await server.whileRunning { port in
            try await HubSocket.with(port: port) { ann in
                _ = try await ann.subscribe("user/u0", "user/u1")
                let left: HubSocket.Completion<Wire.Answer> = try await ann.call("Unsubscribe", "[\"user/U0\"]")
                #expect(left.error == nil)
                try await RawConnection.with(port: port) { graph in
                    for number in 0..<6 { try await graph.post(self.message(number), expecting: 202) }
                }
                try await ann.wait(forUpdates: 2)
                #expect(ann.offsets == [2, 5])
            }
        }
    }

    @Test func severalAtATime() async throws {
        let server = Server()
        try await server.whileRunning { port in
            try await RawConnection.with(port: port) { graph in
                let items = (0..<1_500).map { item(id: "\($0)") }.joined(separator: ",")
                try await graph.post(ByteBuffer(string: "{\"value\":[\(items)]}"), expecting: 202)
            }
            await server.log.waitForUpdate(after: 1_499)
            try await HubSocket.with(port: port) { ann in
                let answer: HubSocket.Completion<Wire.Answer> = try await ann.call("SubscribeBatched", "[\"all\"],\"e-0\"")
                #expect(answer.result?.offsets == Array(1...500))
                try await ann.wait(forUpdates: 1_000)
                #expect(ann.offsets == Array(501...1_500))
            }
        }
    }

    @Test func serverSentEvents() async throws {
        let server = Server()
        try await server.whileRunning { port in
            try await RawConnection.with(port: port) { graph in
                for number in 0..<2 { try await graph.post(self.message(number), expecting: 202) }
                await server.log.waitForUpdate(after: 1)
                try await RawConnection.with(port: port) { browser in
                    try await browser.send("GET /events?after=e-1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    let head = try await browser.take(through: "\r\n\r\n")
                    #expect(head.hasPrefix("HTTP/1.1 200") && head.contains("text/event-stream"))
                    #expect(try await browser.take(through: "\n\n").hasSuffix("id: e-1\n\n"))
                    #expect(try await browser.take(through: "\n\n").contains("id: e-2\nevent: graphUpdate\ndata: {"))
                    try await graph.post(self.message(2), expecting: 202)
                    #expect(try await browser.take(through: "\n\n").contains("id: e-3\nevent: graphUpdate\ndata: {"))
                }
            }
        }
    }

    @Test func aShutdownTellsClientsToComeBack() async throws {
        let server = Server()
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await server.group.run() }
            await server.port.wait { $0 != 0 }
            try await HubSocket.with(port: server.port.value) { ann in
                _ = try await ann.subscribe("all")
                await server.group.triggerGracefulShutdown()
                #expect(try await ann.waitForClose().allowReconnect == true)
            }
            try await tasks.waitForAll()
        }
    }
}
