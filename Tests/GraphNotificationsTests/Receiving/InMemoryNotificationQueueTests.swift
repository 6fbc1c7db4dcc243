import NIOCore
import RealTimeTesting
import Testing

@testable import GraphNotifications

@Suite struct InMemoryNotificationQueueTests {
    private func append(_ body: String, to queue: InMemoryNotificationQueue) async throws -> Int64 {
        try await withCheckedThrowingContinuation { continuation in
            queue.append(ByteBuffer(string: body)) { continuation.resume(with: $0) }
        }
    }

    @Test func keepsEntriesInOrderUntilTheyAreSettled() async throws {
        let queue = InMemoryNotificationQueue(now: { 5 })
        for body in ["a", "b", "c"] { _ = try await self.append(body, to: queue) }
        #expect(try await queue.entries(after: 0, limit: 2).map(\.id) == [1, 2])
        #expect(try await queue.entries(after: 2, limit: 9) == [.init(id: 3, body: ByteBuffer(string: "c"), receivedAt: 5)])
        queue.settle([2])
        #expect(try await queue.entries(after: 0, limit: 9).map(\.id) == [1, 3])
        queue.settle([1, 3, 77])
        #expect(try await queue.count() == 0)
        #expect(try await self.append("d", to: queue) == 4)
    }

    @Test func refusesWhatDoesNotFit() async throws {
        let queue = InMemoryNotificationQueue(maximumCount: 2, maximumBytes: 10)
        _ = try await self.append("12345", to: queue)
        await #expect(throws: GraphError.self) { try await self.append("123456", to: queue) }
        _ = try await self.append("12345", to: queue)
        queue.settle([2])
        _ = try await self.append("1", to: queue)
        await #expect(throws: GraphError.self) { try await self.append("2", to: queue) }
        queue.settle([1])
        #expect(try await self.append("123456789", to: queue) == 4)
    }

    @Test(arguments: NotificationQueueConformance.checks)
    func keepsItsPromises(_ check: ConformanceCheck<NotificationQueueConformance>) async throws {
        let queue = InMemoryNotificationQueue()
        try await check.run(on: NotificationQueueConformance(of: queue) { queue.settle($0) })
    }
}
