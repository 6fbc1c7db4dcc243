import GRDB
import GraphRelay
import NIOCore
import Testing

@testable import SQLiteStorage

@Suite struct RetentionTests {
    @Test(arguments: [8 << 20, 0])
    func oldUpdatesGoAndTheBoundsSaySo(recentBytes: Int) async throws {
        let time = ManualTime()
        let policy = RetentionPolicy(logAge: .seconds(3600), rowsPerStep: 7)
        let configuration = SQLiteStorageConfiguration(
            retention: policy, recentBytes: recentBytes, now: { time.now }
        )
        try await withStorage(configuration) { storage, _ in
            _ = try await storage.log.append(RelayOutcome(drafts: (0..<30).map { draft(key: $0) }))
            time.advance(by: .seconds(3000))
            _ = try await storage.log.append(RelayOutcome(drafts: (100..<110).map { draft(key: $0) }))
            try await storage.purge()
            #expect(try await storage.log.bounds() == UpdateLogBounds(oldest: 1, latest: 40))

            time.advance(by: .seconds(601))
            let before = storage.statistics.transactions
            try await storage.purge()
            #expect(try await storage.log.bounds() == UpdateLogBounds(oldest: 31, latest: 40))
            #expect(storage.statistics.transactions - before == 5, "30 rows in steps of 7")
            #expect(try await storage.log.updates(after: 0, limit: 100).map(\.offset) == Array(31...40))
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func takesThingsAwayAsLongAsItRuns() async throws {
        let time = ManualTime()
        let policy = RetentionPolicy(logAge: .seconds(60), interval: .milliseconds(1))
        try await withStorage(.init(retention: policy, now: { time.now })) { storage, _ in
            try await withThrowingTaskGroup { group in
                group.addTask { try await storage.run() }
                for offset in Int64(1)...3 {
                    _ = try await storage.log.append(RelayOutcome(drafts: [draft(key: UInt64(offset))]))
                    time.advance(by: .seconds(61))
                    while try await storage.log.bounds().oldest <= offset { try await Task.sleep(for: .milliseconds(2)) }
                }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test func theLatestOffsetOutlivesEveryUpdate() async throws {
        let time = ManualTime()
        let directory = try TemporaryDirectory()
        let configuration = SQLiteStorageConfiguration(retention: .init(logAge: .seconds(60)), now: { time.now })
        var storage = try SQLiteStorage.open(at: directory.file("tidings.db"), configuration: configuration)
        _ = try await storage.log.append(RelayOutcome(drafts: [draft(key: 1), draft(key: 2)]))
        time.advance(by: .seconds(61))
        try await storage.purge()
        #expect(try await storage.log.bounds() == UpdateLogBounds(oldest: 3, latest: 2))
        try storage.close()
        storage = try SQLiteStorage.open(at: directory.file("tidings.db"), configuration: configuration)
        #expect(try await storage.log.bounds() == UpdateLogBounds(oldest: 3, latest: 2))
        #expect(try await storage.log.append(RelayOutcome(drafts: [draft(key: 3)])).map(\.offset) == [3])
        #expect(try await storage.log.bounds() == UpdateLogBounds(oldest: 3, latest: 3))
        try storage.close()
    }

    @Test func theOldestGoWhenThereIsTooMuch() async throws {
        let directory = try TemporaryDirectory()
        var storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        let updates = try await storage.log.append(RelayOutcome(drafts: (0..<100).map { draft(key: $0) }))
        try storage.close()
        // Each is about as long as the next, but not exactly: offsets have one to three digits.
        let newest = updates.suffix(40).reduce(0) { $0 + Int64($1.json.readableBytes) }
        // The size is counted across a restart.
        storage = try SQLiteStorage.open(
            at: directory.file("tidings.db"), configuration: .init(retention: .init(logBytes: newest, rowsPerStep: 9))
        )
        try await storage.purge()
        #expect(try await storage.log.bounds() == UpdateLogBounds(oldest: 61, latest: 100))
        try storage.close()
    }

    @Test func keysThatNoLongerCountLeaveTheTable() async throws {
        try await withStorage(.init(retention: .init(rowsPerStep: 10))) { storage, _ in
            let old = (0..<50).map { draft(key: $0, window: .seconds(2), at: 1_000_000) }
            _ = try await storage.log.append(RelayOutcome(drafts: old))
            try await storage.purge()
            #expect(try await storage.rows(of: "dedupe") == 50)
            // Two minutes of slack for what was held, counted by the notifications and not by the clock.
            _ = try await storage.log.append(RelayOutcome(drafts: [draft(key: 99, at: 1_000_000 + 122_001)]))
            try await storage.purge()
            #expect(try await storage.rows(of: "dedupe") == 1)
        }
    }

    @Test func deadLettersGoByAgeAndNumber() async throws {
        let time = ManualTime()
        let policy = RetentionPolicy(deadLetterAge: .seconds(100), maximumDeadLetters: 5, rowsPerStep: 2)
        try await withStorage(.init(retention: policy, now: { time.now })) { storage, _ in
            _ = try await storage.log.append(RelayOutcome(deadLetters: (1...8).map { letter($0) }))
            try await storage.purge()
            #expect(try await storage.deadLetters.list(limit: 10).map(\.letter.entryID) == [8, 7, 6, 5, 4])
            time.advance(by: .seconds(50))
            _ = try await storage.log.append(RelayOutcome(deadLetters: [letter(9)]))
            time.advance(by: .seconds(51))
            try await storage.purge()
            #expect(try await storage.deadLetters.list(limit: 10).map(\.letter.entryID) == [9])
        }
    }
}

extension SQLiteStorage {
    func rows(of table: String) async throws -> Int? {
        try await self.pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") }
    }
}
