import GraphNotifications
import GraphRelay
import NIOCore
import Testing

@testable import SQLiteStorage

@Suite struct SQLiteSubscriptionStoreTests {
    @Test func savesReplacesAndRemoves() async throws {
        let directory = try TemporaryDirectory()
        var storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        let sales = SubscriptionRecord(
            name: "sales", resource: "users/sales@example.com/messages", changeTypes: [.created, .deleted],
            notificationURL: "https://tidings.example.com/notifications", clientState: "s3cret"
        )
        var ops = sales
        ops.name = "ops"
        ops.id = "e7a2f9b3"
        ops.expiresAt = 1_800_000_000_000
        ops.confirmedAt = 1_700_000_000_000
        ops.tenantID = "7f3c1d52"
        ops.certificateID = "graph-2026-11-24"
        ops.account = "fabrikam"
        ops.lifecycleNotificationURL = "https://tidings.example.com/lifecycle"
        ops.createdAt = 1_600_000_000_000
        ops.authorizationWantedAt = 1_750_000_000_000
        ops.applicationID = "c2d0f4a8"
        ops.replacedID = "b1f6a4de"
        try await storage.subscriptions.save(sales)
        try await storage.subscriptions.save(ops)
        try storage.close()
        storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        #expect(try await storage.subscriptions.all() == [ops, sales])

        var renewed = sales
        renewed.id = "new"
        renewed.changeTypes = .updated
        try await storage.subscriptions.save(renewed)
        try await storage.subscriptions.remove(name: "ops")
        try await storage.subscriptions.remove(name: "nobody")
        #expect(try await storage.subscriptions.all() == [renewed])
        try storage.close()
    }
}

@Suite struct SignOfLifeTests {
    @Test func theLastOneCounts() async throws {
        let directory = try TemporaryDirectory()
        var storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        #expect(try await storage.subscriptions.lastSignOfLife() == nil)
        try await storage.subscriptions.noteSignOfLife(1_700_000_000_000)
        try await storage.subscriptions.noteSignOfLife(1_700_000_300_000)
        try storage.close()
        storage = try SQLiteStorage.open(at: directory.file("tidings.db"))
        #expect(try await storage.subscriptions.lastSignOfLife() == 1_700_000_300_000)
        try storage.close()
    }
}

@Suite struct SQLiteDeadLettersTests {
    @Test func listsShowsAndRemoves() async throws {
        let time = ManualTime()
        try await withStorage(.init(now: { time.now })) { storage, _ in
            let letters = (0..<4).map { letter(7, $0, item: #"{"n":\#($0)}"#) }
            _ = try await storage.log.append(RelayOutcome(deadLetters: letters))
            let listed = try await storage.deadLetters.list(limit: 3)
            #expect(listed.map(\.letter) == letters.reversed().dropLast())
            #expect(listed.allSatisfy { $0.createdAt == time.now })
            let rest = try await storage.deadLetters.list(limit: 3, before: listed[2].id)
            #expect(rest.map(\.letter) == [letters[0]])
            #expect(try await storage.deadLetters.letter(id: listed[0].id) == listed[0])
            try await storage.deadLetters.remove(id: listed[0].id)
            #expect(try await storage.deadLetters.letter(id: listed[0].id) == nil)
            #expect(try await storage.deadLetters.count() == 3)
        }
    }

    @Test func aBatchThatIsHandledAgainLeavesThemOnce() async throws {
        try await withStorage { storage, _ in
            let outcome = RelayOutcome(deadLetters: [letter(1, 0), letter(1, 1)])
            _ = try await storage.log.append(outcome)
            _ = try await storage.log.append(outcome)
            #expect(try await storage.deadLetters.count() == 2)
        }
    }
}
