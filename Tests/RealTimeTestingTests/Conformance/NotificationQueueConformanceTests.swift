import GraphNotifications
import NIOCore
import RealTimeTesting
import Testing

/// The suite finds what is wrong.
@Suite(.timeLimit(.minutes(1))) struct NotificationQueueConformanceTests {
    struct Faulty: NotificationQueue {
        enum Fault: CaseIterable { case reverses, losesEmpty, miscounts, forgetsNothing, ignoresLimit }

        let fault: Fault
        let base = InMemoryNotificationQueue()

        func append(_ body: ByteBuffer, completion: @escaping @Sendable (Result<Int64, GraphError>) -> Void) {
            let body = self.fault == .losesEmpty && body.readableBytes == 0 ? ByteBuffer(string: "?") : body
            self.base.append(body, completion: completion)
        }

        func entries(after: Int64, limit: Int) async throws(GraphError) -> [QueuedNotification] {
            let entries = try await self.base.entries(after: after, limit: self.fault == .ignoresLimit ? .max : limit)
            return self.fault == .reverses ? entries.reversed() : entries
        }

        func waitForEntry(after id: Int64) async { await self.base.waitForEntry(after: id) }

        func count() async throws(GraphError) -> Int { try await self.base.count() + (self.fault == .miscounts ? 1 : 0) }
    }

    @Test(arguments: Faulty.Fault.allCases)
    func findsWhatIsWrong(_ fault: Faulty.Fault) async throws {
        var failures = 0
        for check in NotificationQueueConformance.checks {
            let queue = Faulty(fault: fault)
            do {
                try await check.run(
                    on: NotificationQueueConformance(of: queue) { if fault != .forgetsNothing { queue.base.settle($0) } }
                )
            } catch is ConformanceFailure {
                failures += 1
            }
        }
        #expect(failures > 0, "\(fault) goes unnoticed")
    }
}
