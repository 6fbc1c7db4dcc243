import Foundation
import GRDB
import GraphNotifications
import GraphRelay
import Testing

@testable import SQLiteStorage

@Suite struct OpeningTests {
    @Test func createsPrivateDirectoriesAndFiles() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("a/b/tidings.db")
        let storage = try SQLiteStorage.open(at: path)
        defer { try? storage.close() }
        #expect(try mode(directory.file("a")) == 0o700)
        #expect(try mode(directory.file("a/b")) == 0o700)
        for name in ["", "-wal", "-shm", ".lock", ".key"] { #expect(try mode(path + name) == 0o600, "\(name)") }
    }

    @Test func commitsAreSyncedInTheWriteAheadLog() async throws {
        try await withStorage { storage, _ in
            let (synchronous, journal) = try await storage.pool.writeWithoutTransaction { db in
                (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
            }
            #expect(synchronous == 2)
            #expect(journal == "wal")
        }
    }

    @Test func secondProcessIsToldWhoHasTheFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tidings.db")
        let storage = try SQLiteStorage.open(at: path)
        let error = #expect(throws: StorageError.self) { try SQLiteStorage.open(at: path) }
        #expect(error?.code == .inUse)
        #expect(error?.description.contains("is in use by another Tidings process") == true)
        try storage.close()
        try SQLiteStorage.open(at: path).close()
    }

    @Test func letsGoOfTheFileWhenItIsForgotten() async throws {
        let directory = try TemporaryDirectory()
        var storage: SQLiteStorage? = try SQLiteStorage.open(at: directory.file("tidings.db"))
        let id = try await storage?.queue.append("left behind")
        storage = nil
        let reopened = try SQLiteStorage.open(at: directory.file("tidings.db"))
        #expect(try await reopened.queue.entries(after: 0, limit: 10).map(\.id) == [id])
        try reopened.close()
    }

    @Test func refusesWhatIsNotADatabase() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("notes.txt")
        try Data("Remember the milk. ".utf8 + Data(repeating: 65, count: 8000)).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: StorageError.self) { try SQLiteStorage.open(at: path) }
        #expect(error?.code == .notADatabase)
        #expect(error?.description.contains(path) == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 8019)
    }

    @Test func refusesTheDatabaseOfAnotherProgram() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("other.db")
        let other = try DatabaseQueue(path: path)
        try other.write { try $0.execute(sql: "CREATE TABLE song (title TEXT)") }
        try other.close()
        let error = #expect(throws: StorageError.self) { try SQLiteStorage.open(at: path) }
        #expect(error?.code == .notADatabase)
        #expect(error?.description.contains("belongs to another program") == true)
    }

    @Test func opensWhatWasWrittenBeforeThereWereAccounts() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tidings.db")
        let old = try DatabasePool(path: path)
        try Schema.migrator.migrate(old, upTo: "2026-11 certificates of subscriptions")
        try await old.write { db in
            try db.execute(
                sql: """
                    INSERT INTO subscription
                      (name, id, resource, change_types, notification_url, client_state, expires_at, confirmed_at, certificate_id)
                    VALUES ('sales', 's1', 'users/sales/messages', 'created,updated', 'https://me.test/n', 'secret', 20, 10, 'first')
                    """
            )
        }
        try old.close()
        let storage = try SQLiteStorage.open(at: path)
        let expected = SubscriptionRecord(
            name: "sales", account: "default", id: "s1", resource: "users/sales/messages", changeTypes: [.created, .updated],
            notificationURL: "https://me.test/n", clientState: "secret", expiresAt: 20, confirmedAt: 10, certificateID: "first"
        )
        #expect(try await storage.subscriptions.all() == [expected])
        #expect(try await storage.subscriptions.lastSignOfLife() == nil)
        var moved = expected
        moved.replacedID = "s0"
        try await storage.subscriptions.save(moved)
        #expect(try await storage.subscriptions.all() == [moved])
        try storage.close()
    }

    @Test func refusesWhatANewerVersionWrote() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tidings.db")
        try SQLiteStorage.open(at: path).close()
        let newer = try DatabaseQueue(path: path)
        try newer.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('2030-01 new world')") }
        try newer.close()
        let error = #expect(throws: StorageError.self) { try SQLiteStorage.open(at: path) }
        #expect(error?.code == .newerSchema)
    }

    @Test func saysWhatIsWrongWithAPath() throws {
        let directory = try TemporaryDirectory()
        try Data().write(to: URL(fileURLWithPath: directory.file("file")))
        for path in [directory.file("file/tidings.db"), directory.path] {
            let error = #expect(throws: StorageError.self) { try SQLiteStorage.open(at: path) }
            #expect(error?.code == .inaccessible)
            #expect(error?.description.contains(directory.path) == true)
        }
    }

    @Test func epochAndBoundsSurvive() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tidings.db")
        let first = try SQLiteStorage.open(at: path)
        let epoch = first.log.epoch
        #expect(Cursor("\(epoch)-5") == Cursor(epoch: epoch, offset: 5))
        _ = try await first.log.append(RelayOutcome(drafts: [draft(key: 1), draft(key: 2)]))
        try first.close()
        let second = try SQLiteStorage.open(at: path)
        #expect(second.log.epoch == epoch)
        #expect(try await second.log.bounds() == UpdateLogBounds(oldest: 1, latest: 2))
        #expect(try await second.log.updates(after: 0, limit: 10).map(\.offset) == [1, 2])
        #expect(try await second.log.append(RelayOutcome(drafts: [draft(key: 2), draft(key: 3)])).map(\.offset) == [3])
        try second.close()
        let elsewhere = try SQLiteStorage.open(at: directory.file("other.db"))
        #expect(elsewhere.log.epoch != epoch)
        try elsewhere.close()
    }

    @Test func nothingIsWrittenAfterClosing() async throws {
        let directory = try TemporaryDirectory()
        let storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        try storage.close()
        await #expect(throws: GraphError.self) { try await storage.queue.append("late") }
        await #expect(throws: RelayError.self) { try await storage.log.append(RelayOutcome(settled: [1])) }
    }
}
