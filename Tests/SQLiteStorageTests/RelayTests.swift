import GraphNotifications
import GraphRelay
import Logging
import NIOCore
import Testing

@testable import SQLiteStorage

/// The relay over a durable queue and log.
@Suite(.timeLimit(.minutes(5))) struct RelayTests {
    private let directory = SubscriptionDirectory([KnownSubscription(name: "sales", id: "s1", clientState: "secret")])

    private func body(_ number: Int, subscription: String = "s1") -> String {
        #"{"value":[{"subscriptionId":"\#(subscription)","clientState":"secret","changeType":"created","#
            + #""resource":"Users/u1/Messages/\#(number)","id":"\#(number)"}]}"#
    }

    /// Runs the relay until there are `count` updates.
    private func relay(_ storage: SQLiteStorage, untilUpdates count: Int64) async throws {
        let relay = NotificationRelay(
            queue: storage.queue, log: storage.log, directory: self.directory, logger: Logger(label: "test")
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await relay.run() }
            await storage.log.waitForUpdate(after: count - 1)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func movesEachNotificationOnceAcrossRestarts() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tidings.db")
        for round in 0..<4 {
            let storage = try SQLiteStorage.open(at: path, configuration: .init(recentBytes: round % 2 == 0 ? 0 : 1 << 20))
            for number in 0..<50 { _ = try await storage.queue.append(self.body(round * 50 + number)) }
            // What the last round brought comes again.
            if round > 0 { _ = try await storage.queue.append(self.body(round * 50 - 1)) }
            try await self.relay(storage, untilUpdates: Int64((round + 1) * 50 - 25))
            try storage.close()
        }
        let storage = try SQLiteStorage.open(at: path)
        try await self.relay(storage, untilUpdates: 200)
        #expect(try await storage.log.bounds() == UpdateLogBounds(oldest: 1, latest: 200))
        let updates = try await storage.log.updates(after: 0, limit: 1000)
        for (number, update) in updates.enumerated() {
            #expect(String(buffer: update.json).contains(#""resource":"Users/u1/Messages/\#(number)""#))
        }
        try storage.close()
    }

    @Test func whatIsHeldStaysInTheQueue() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tidings.db")
        var storage = try SQLiteStorage.open(at: path)
        _ = try await storage.queue.append(self.body(1, subscription: "s9"))
        _ = try await storage.queue.append(self.body(2))
        try await self.relay(storage, untilUpdates: 1)
        #expect(try await storage.queue.entries(after: 0, limit: 9).map(\.id) == [1])
        try storage.close()
        // The next process knows the subscription.
        storage = try SQLiteStorage.open(at: path)
        self.directory.set(KnownSubscription(name: "late", id: "s9", clientState: "secret"))
        try await self.relay(storage, untilUpdates: 2)
        #expect(try await storage.queue.count() == 0)
        #expect(try await storage.log.updates(after: 1, limit: 9)[0].topics == ["all", "user/u1", "subscription/late"])
        try storage.close()
    }
}
