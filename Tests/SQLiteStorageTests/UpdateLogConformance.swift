import GraphRelay
import NIOCore
import Testing

@testable import SQLiteStorage

/// What every `UpdateLog` promises, tried on one that is empty.
enum UpdateLogConformance {
    static func run(_ log: any UpdateLog) async throws {
        try await self.offsetsAndCursors(log)
        try await self.duplicates(log)
        try await self.reading(log)
        try await self.waiting(log)
    }

    private static func offsetsAndCursors(_ log: any UpdateLog) async throws {
        #expect(try await log.bounds() == UpdateLogBounds(oldest: 1, latest: 0))
        #expect(try await log.updates(after: 0, limit: 10) == [])
        let first = try await log.append(RelayOutcome(drafts: [draft(key: 1), draft("Users/u1/Messages/m2", key: 2)]))
        #expect(first.map(\.offset) == [1, 2])
        #expect(first[0].topics == ["all", "user/u1"])
        let text = String(buffer: first[1].json)
        #expect(text.contains(#""cursor":"\#(log.epoch)-2""#))
        #expect(text.contains(#""resource":"Users/u1/Messages/m2""#))
        #expect(try await log.bounds() == UpdateLogBounds(oldest: 1, latest: 2))
    }

    private static func duplicates(_ log: any UpdateLog) async throws {
        let base: Int64 = 50_000_000
        let key: (Int64) -> UpdateDraft = { draft(key: 77, window: .seconds(2), at: base + $0) }
        // Within one outcome, in a later one, and after the window.
        let both = try await log.append(RelayOutcome(drafts: [key(0), key(1)]))
        #expect(both.count == 1)
        #expect(try await log.append(RelayOutcome(drafts: [key(1999)])).isEmpty)
        #expect(try await log.append(RelayOutcome(drafts: [key(2000)])).count == 1)
        // The first appearance still counts when the entry it came in is handled again.
        #expect(try await log.append(RelayOutcome(drafts: [key(0)])).isEmpty)
        #expect(try await log.append(RelayOutcome(drafts: [key(2000), key(4001)])).count == 1)
        // A window of nothing: everything is new.
        let always = draft(key: 78, window: .zero)
        #expect(try await log.append(RelayOutcome(drafts: [always, always])).count == 2)
    }

    private static func reading(_ log: any UpdateLog) async throws {
        let latest = try await log.bounds().latest
        let appended = try await log.append(RelayOutcome(drafts: (0..<20).map { draft(key: 1000 + $0) }))
        #expect(appended.map(\.offset) == Array(latest + 1...latest + 20))
        #expect(try await log.updates(after: latest, limit: 100) == appended)
        #expect(try await log.updates(after: latest + 5, limit: 3) == Array(appended[5..<8]))
        #expect(try await log.updates(after: latest + 20, limit: 3) == [])
        #expect(try await log.updates(after: 0, limit: 2).map(\.offset) == [1, 2])
    }

    private static func waiting(_ log: any UpdateLog) async throws {
        let latest = try await log.bounds().latest
        await log.waitForUpdate(after: latest - 1)
        async let waited: Void = log.waitForUpdate(after: latest)
        _ = try await log.append(RelayOutcome(drafts: [draft(key: 5000)]))
        await waited

        let cancelled = Task { await log.waitForUpdate(after: latest + 100) }
        cancelled.cancel()
        await cancelled.value
    }
}

@Suite struct UpdateLogConformanceTests {
    @Test func inMemory() async throws {
        try await UpdateLogConformance.run(InMemoryUpdateLog())
    }

    @Test func sqlite() async throws {
        try await withStorage { storage, _ in try await UpdateLogConformance.run(storage.log) }
    }

    @Test("with no memory of recent updates, so that every read is SQL")
    func sqliteWithoutMemory() async throws {
        try await withStorage(.init(recentBytes: 0)) { storage, _ in try await UpdateLogConformance.run(storage.log) }
    }
}
