import GraphRelay
import Logging
import RealTimeTesting
import SignalR
import SignalRProtocol
import Testing

@testable import SignalRClient

/// A client that follows the update log, over connections that are cut.
@Suite(.timeLimit(.minutes(1))) struct CursorTests {
    private struct Update: Decodable {
        var cursor: String
    }

    private struct Page: Decodable {
        var cursor: String
        var gap: Bool
        var updates: [Update]
    }

    /// What has been shown, and where to go on.
    private struct Progress {
        var shown: [String] = []
        var cursor: String?
    }

    private func append(to log: InMemoryUpdateLog) async throws {
        let draft = UpdateDraft(
            update: GraphUpdate(changeType: "created", resource: "Users/u/Messages/m", timestamp: 1_000, topics: ["all"]),
            deduplicationKey: DeduplicationKey(high: 0, low: 0, window: .zero)
        )
        _ = try await log.append(RelayOutcome(drafts: [draft]))
    }

    @Test(arguments: HubProtocolKind.allCases) func nothingIsLostOrComesTwice(kind: HubProtocolKind) async throws {
        let total = 2_000
        let log = InMemoryUpdateLog(epoch: "e", maximumBytes: 64 << 20) { _ in }
        let topics = TopicHub(log: log, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let progress = Watched(Progress())
        try await TestServer.run(["/graphUpdates": topics.hub], services: [topics.broadcaster]) { server in
            try await CuttableProxy.run(to: server.port) { proxy, port in
                let client = HubClient.testing(port: port, "/graphUpdates") {
                    $0.skipsNegotiation = true
                    $0.hubProtocol = kind
                }
                client.on("graphUpdate") { (update: Update) in
                    progress.change {
                        $0.shown.append(update.cursor)
                        $0.cursor = update.cursor
                    }
                }
                client.onConnected {
                    let page: Page = try await client.invoke("Subscribe", ["all"], progress.value.cursor)
                    #expect(!page.gap)
                    progress.change {
                        $0.shown += page.updates.map(\.cursor)
                        $0.cursor = page.cursor
                    }
                }
                try await client.run { _ in
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        tasks.addTask {
                            for number in 0..<total {
                                // Not long before them: the cuts are to fall between.
                                if number % 100 == 0 { await progress.wait { $0.shown.count >= number - 100 } }
                                try await self.append(to: log)
                            }
                        }
                        for cut in 1...8 {
                            await progress.wait { $0.shown.count >= cut * 200 }
                            proxy.cut()
                            await proxy.count.wait { $0 > cut }
                        }
                        await progress.wait { $0.shown.count >= total }
                        try await tasks.waitForAll()
                    }
                }
                #expect(proxy.count.value == 9)
            }
        }
        #expect(progress.value.shown == (1...total).map { "e-\($0)" })
    }
}
