import GraphNotifications
import GraphRelay
import NIOCore
import RealTimeTesting
import Synchronization
import Testing

@testable import SQLiteStorage

@Suite struct SQLiteNotificationQueueTests {
    @Test(arguments: [8 << 20, 0])
    func entriesComeInOrderUntilTheyAreSettled(recentBytes: Int) async throws {
        let time = ManualTime()
        try await withStorage(.init(recentBytes: recentBytes, now: { time.now })) { storage, _ in
            let queue = storage.queue
            for number in 1...5 { #expect(try await queue.append("body \(number)") == number) }
            #expect(try await queue.count() == 5)
            let entries = try await queue.entries(after: 0, limit: 10)
            #expect(entries.map(\.id) == [1, 2, 3, 4, 5])
            #expect(entries.map { String(buffer: $0.body) }.last == "body 5")
            #expect(entries.allSatisfy { $0.receivedAt == time.now })
            #expect(try await queue.entries(after: 2, limit: 2).map(\.id) == [3, 4])
            #expect(try await queue.entries(after: 5, limit: 2) == [])

            _ = try await storage.log.append(RelayOutcome(settled: [5, 1, 3]))
            #expect(try await queue.entries(after: 0, limit: 10).map(\.id) == [2, 4])
            #expect(try await queue.count() == 2)
            _ = try await storage.log.append(RelayOutcome(settled: [2, 4]))
            #expect(try await queue.entries(after: 0, limit: 10) == [])
            #expect(try await queue.append("next") == 6)
        }
    }

    @Test func idsAreNeverUsedTwice() async throws {
        let directory = try TemporaryDirectory()
        var storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        for _ in 0..<3 { _ = try await storage.queue.append("x") }
        _ = try await storage.log.append(RelayOutcome(settled: [1, 2, 3]))
        try storage.close()
        storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        #expect(try await storage.queue.append("y") == 4)
        try storage.close()
    }

    @Test func emptyAndLargeBodies() async throws {
        try await withStorage(.init(recentBytes: 0)) { storage, _ in
            _ = try await storage.queue.append("")
            let large = String(repeating: "abcdefgh", count: 400_000)
            for _ in 0..<3 { _ = try await storage.queue.append(large) }
            // Reads are bounded in bytes: what is missing comes with the next.
            let first = try await storage.queue.entries(after: 0, limit: 10)
            #expect(first.map(\.id) == [1, 2, 3])
            #expect(first[0].body.readableBytes == 0)
            #expect(first[2].body.readableBytes == large.utf8.count)
            #expect(try await storage.queue.entries(after: 3, limit: 10).map(\.id) == [4])
        }
    }

    @Test(arguments: NotificationQueueConformance.checks, [8 << 20, 0])
    func keepsItsPromises(_ check: ConformanceCheck<NotificationQueueConformance>, recentBytes: Int) async throws {
        try await withStorage(.init(recentBytes: recentBytes)) { storage, _ in
            try await check.run(
                on: NotificationQueueConformance(of: storage.queue) { settled in
                    _ = try await storage.log.append(RelayOutcome(settled: settled))
                }
            )
        }
    }

    @Test func refusesWhatTheRelayCannotKeepUpWith() async throws {
        try await withStorage(.init(maximumQueueBytes: 3000)) { storage, _ in
            let body = String(repeating: "x", count: 1000)
            _ = try await storage.queue.append(body)
            _ = try await storage.queue.append(body)
            let error = await #expect(throws: GraphError.self) { try await storage.queue.append(body) }
            #expect(error?.code == .storageFailed)
            #expect(error?.description.contains("queue on disk is full") == true)
            _ = try await storage.log.append(RelayOutcome(settled: [1]))
            #expect(try await storage.queue.append(body) == 3)
        }
    }
}
