import GRDB
import GraphNotifications
import Testing

@testable import SQLiteStorage

@Suite struct SQLiteDeltaStoreTests {
    @Test func keepsPositionsByScope() async throws {
        let directory = try TemporaryDirectory()
        var storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        let inbox = DeltaPosition(
            scope: "inbox", resource: "users/u/messages", link: "https://graph/inbox", since: 10, beganAt: 5, startedAt: 12,
            floor: 9
        )
        let archive = DeltaPosition(
            scope: "archive", resource: "users/u/messages", link: "https://graph/archive", since: 11, beganAt: 6,
            floor: DeltaPosition.nothing
        )
        for position in [inbox, archive] { try await storage.deltas.save(position, of: "sales") }
        try await storage.deltas.save(DeltaPosition(resource: "users", link: "x", since: 1, beganAt: 1), of: "people")
        try storage.close()
        storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        #expect(try await storage.deltas.positions(of: "sales") == [archive, inbox])
        var moved = inbox
        (moved.link, moved.startedAt, moved.floor) = ("https://graph/next", nil, nil)
        try await storage.deltas.save(moved, of: "sales")
        try await storage.deltas.remove(scope: "archive", of: "sales")
        try await storage.deltas.remove(scope: "nothing", of: "sales")
        #expect(try await storage.deltas.positions(of: "sales") == [moved])
        try await storage.deltas.forget(subscription: "sales")
        #expect(try await storage.deltas.positions(of: "sales") == [])
        #expect(try await storage.deltas.positions(of: "people").count == 1)
        try storage.close()
    }

    @Test func keepsWhatHasToBeLookedForUntilItIsDealtWith() async throws {
        let directory = try TemporaryDirectory()
        var storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        func loss(_ name: String, _ reason: PossibleLoss.Reason, _ mark: Int64) -> PendingLoss {
            PendingLoss(loss: PossibleLoss(subscription: name, resource: "users", reason: reason), mark: mark)
        }
        try await storage.deltas.note(loss("b", .missed, 2))
        try await storage.deltas.note(loss("a", .downtime, 1))
        try await storage.deltas.note(loss("b", .removed, 3))
        try storage.close()
        storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        #expect(try await storage.deltas.pending() == [loss("a", .downtime, 1), loss("b", .removed, 3)])
        // Told again since: not dealt with yet.
        try await storage.deltas.settle(subscription: "b", through: 2)
        try await storage.deltas.settle(subscription: "a", through: 1)
        #expect(try await storage.deltas.pending() == [loss("b", .removed, 3)])
        // A word of a later version counts all the same.
        try await storage.committer.perform { db in try db.execute(sql: "UPDATE pending_loss SET reason = 'later'") }
        #expect(try await storage.deltas.pending() == [loss("b", .requested, 3)])
        try storage.close()
    }
}
