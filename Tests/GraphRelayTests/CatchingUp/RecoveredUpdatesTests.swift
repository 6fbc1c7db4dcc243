import GraphNotifications
import Logging
import NIOCore
import RealTimeTesting
import Testing

@testable import GraphRelay

@Suite struct RecoveredUpdatesTests {
    private let time = ManualTime()
    private let log = FakeLog()

    private var recovered: RecoveredUpdates {
        RecoveredUpdates(
            log: self.log, now: { [time] in time.now }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func change(
        _ id: String, _ type: ChangeTypes = .created, version: String? = "1", matchesAnyVersion: Bool = false
    ) -> RecoveredChange {
        RecoveredChange(
            subscription: "sales", resource: "Users/u1/Messages/\(id)", resourceID: id, changeType: type, version: version,
            matchesAnyVersion: matchesAnyVersion, since: self.time.now - 3_600_000, tenantID: "t"
        )
    }

    /// What a notification of it brings into the log.
    private func notify(_ type: String, version: String) async throws {
        var sorter = NotificationSorter(configuration: .init(), startedAt: 0)
        let post = body(item(type: type, resource: "users('u1')/messages('m')", etag: version))
        sorter.open(QueuedNotification(id: 1, body: post, receivedAt: self.time.now))
        _ = sorter.sort(now: self.time.now, known: { _ in .sales })
        let batch = sorter.takeBatch()
        _ = try await self.log.append(RelayOutcome(batch.decisions[...], settled: []))
    }

    private var types: [String] {
        get async throws {
            try await self.log.updates(after: 0, limit: 100).map { update in
                String(buffer: update.json).contains(#""recovered":true"#) ? "found" : "notified"
            }
        }
    }

    @Test func theySayThatTheyWereFound() async throws {
        #expect(try await self.recovered.take([self.change("a")]) == 1)
        let draft = try #require(self.log.outcomes.value.first?.drafts.first)
        #expect(
            draft.update
                == GraphUpdate(
                    changeType: "created", resource: "Users/u1/Messages/a", timestamp: self.time.now,
                    topics: ["all", "user/u1", "subscription/sales"], subscription: "sales", tenantID: "t", resourceID: "a",
                    isRecovered: true
                )
        )
    }

    @Test func whatWasNotifiedIsKnown() async throws {
        try await self.notify("created", version: "1")
        try await self.notify("deleted", version: "7")
        // Long after those who repeat themselves are forgotten.
        self.time.advance(by: .seconds(3_000))
        #expect(try await self.recovered.take([self.change("m"), self.change("m", version: "2", matchesAnyVersion: true)]) == 0)
        #expect(try await self.recovered.take([self.change("m", .deleted, version: nil, matchesAnyVersion: true)]) == 0)
        #expect(try await self.recovered.take([self.change("m", .updated, version: "2"), self.change("m", version: "2")]) == 2)
        #expect(try await self.types == ["notified", "notified", "found", "found"])
    }

    @Test func whatIsFoundTwiceIsKnown() async throws {
        let changes = [self.change("m"), self.change("n", .updated, version: nil), self.change("o", .deleted, version: nil)]
        #expect(try await self.recovered.take(changes) == 3)
        self.time.advance(by: .seconds(60))
        #expect(try await self.recovered.take(changes) == 0)
        // A notification that comes late tells nothing new.
        try await self.notify("created", version: "1")
        #expect(try await self.types == ["found", "found", "found"])
    }

    @Test func theSameThingMayHaveHappenedBefore() async throws {
        try await self.notify("deleted", version: "1")
        self.time.advance(by: .seconds(7_200))
        // It was brought back, and is deleted again: since the last time nobody told of it.
        #expect(try await self.recovered.take([self.change("m", .deleted, version: nil, matchesAnyVersion: true)]) == 1)
    }

    @Test func oneThatIsRefusedKeepsBackNoOther() async throws {
        self.log.failAppends { $0.drafts.contains { $0.update.resourceID == "bad" } ? .refusal : nil }
        #expect(try await self.recovered.take(["a", "bad", "b", "c"].map { self.change($0) }) == 3)
    }

    @Test func anOutageIsThrown() async throws {
        self.log.failAppends { _ in .outage }
        await #expect(throws: GraphError.self) { try await self.recovered.take([self.change("a")]) }
        self.log.failAppends { _ in nil }
        #expect(try await self.recovered.take([self.change("a")]) == 1)
    }
}
