import Foundation
import GraphNotifications
import GraphRelay
import NIOCore
import Synchronization
import Testing

@testable import SQLiteStorage

/// A copy of the files, taken at a random moment under load, is what a killed process leaves behind.
@Suite struct CrashTests {
    @Test func whatWasReportedDurableIsInTheFiles() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tidings.db")
        // Without checkpoints only the write-ahead log changes, and it only grows: any copy of it is one moment's.
        let storage = try SQLiteStorage.open(at: path, configuration: .init(checkpointPages: 1_000_000))
        let acknowledged = Noted()
        let settled = Noted()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    while !Task.isCancelled {
                        let id = try await storage.queue.append("task \(task)")
                        acknowledged.add([id])
                    }
                }
            }
            group.addTask {
                var last: Int64 = 0
                while !Task.isCancelled {
                    let entries = try await storage.queue.entries(after: last, limit: 16)
                    guard let end = entries.last?.id else {
                        await storage.queue.waitForEntry(after: last)
                        continue
                    }
                    last = end
                    settled.add(entries.map(\.id))
                    _ = try await storage.log.append(
                        RelayOutcome(drafts: entries.map { draft(key: UInt64($0.id)) }, settled: entries.map(\.id))
                    )
                }
            }
            for round in 0..<10 {
                _ = try await storage.queue.append("round \(round)")
                let mustBeThere = acknowledged.ids
                let copy = directory.file("copy\(round).db")
                try FileManager.default.copyItem(atPath: path, toPath: copy)
                try FileManager.default.copyItem(atPath: path + "-wal", toPath: copy + "-wal")
                let maySettled = settled.ids
                try await self.check(copy, mustBeThere: mustBeThere, maySettled: maySettled)
            }
            group.cancelAll()
        }
        #expect(acknowledged.ids.count > 10)
        try storage.close()
    }

    /// Each acknowledged entry is still in the queue or its update is in the log, never both and never neither.
    private func check(_ path: String, mustBeThere: Set<Int64>, maySettled: Set<Int64>) async throws {
        let storage = try SQLiteStorage.open(at: path)
        var waiting: Set<Int64> = []
        var last: Int64 = 0
        while let end = try await storage.queue.entries(after: last, limit: 1000).map({ entry in
            waiting.insert(entry.id)
            return entry.id
        }).last { last = end }
        let latest = try await storage.log.bounds().latest
        let missing = mustBeThere.subtracting(waiting)
        #expect(missing.isSubset(of: maySettled))
        // Ids and offsets run in parallel here: entry n becomes update n.
        #expect(missing.allSatisfy { $0 <= latest })
        #expect(waiting.allSatisfy { $0 > latest })
        // What is handled again after the crash is not appended twice.
        let again = try await storage.log.append(
            RelayOutcome(drafts: missing.sorted().map { draft(key: UInt64($0)) }, settled: [])
        )
        #expect(again.isEmpty)
        try storage.close()
    }
}

/// Ids that several tasks note down.
private final class Noted: Sendable {
    private let set = Mutex<Set<Int64>>([])

    var ids: Set<Int64> { self.set.withLock { $0 } }

    func add(_ ids: [Int64]) {
        self.set.withLock { $0.formUnion(ids) }
    }
}
