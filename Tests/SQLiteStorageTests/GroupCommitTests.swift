import GRDB
import GraphNotifications
import GraphRelay
import NIOCore
import Synchronization
import Testing

@testable import SQLiteStorage

@Suite struct GroupCommitTests {
    @Test func whatArrivesDuringOneCommitSharesTheNext() async throws {
        try await withStorage { storage, _ in
            let results = Mutex<[Int64]>([])
            let before = storage.statistics
            try await storage.whileWriterIsBusy {
                for number in 1...1000 {
                    storage.queue.append(ByteBuffer(string: "body \(number)")) { result in
                        results.withLock { $0.append((try? result.get()) ?? -1) }
                    }
                }
            }
            // Behind all of them.
            _ = try await storage.queue.append("last")
            #expect(results.withLock { $0 } == Array(1...1000))
            let transactions = storage.statistics.transactions - before.transactions
            #expect(transactions <= 3)
            #expect(storage.statistics.operations - before.operations == 1002)
        }
    }

    @Test func concurrentAppendsShareTransactions() async throws {
        try await withStorage { storage, _ in
            let before = storage.statistics.transactions
            let ids = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        var ids: [Int64] = []
                        for _ in 0..<20 { ids.append(try await storage.queue.append("x")) }
                        return ids
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(ids.sorted() == Array(1...1280))
            let transactions = storage.statistics.transactions - before
            #expect(transactions <= 640, "\(transactions) transactions for 1,280 appends of 64 tasks")
        }
    }

    @Test func aTransactionIsBounded() async throws {
        try await withStorage(.init(maximumTransactionOperations: 100)) { storage, _ in
            let before = storage.statistics.transactions
            try await storage.whileWriterIsBusy {
                for _ in 0..<1000 { storage.queue.append(ByteBuffer(string: "x")) { _ in } }
            }
            _ = try await storage.queue.append("last")
            #expect(storage.statistics.transactions - before >= 11)
            #expect(try await storage.queue.count() == 1001)
        }
    }

    @Test func refusesWhatTheDiskCannotKeepUpWith() async throws {
        try await withStorage(.init(maximumPendingBytes: 10_000)) { storage, _ in
            let failures = Mutex<[GraphError]>([])
            let accepted = Mutex(0)
            try await storage.whileWriterIsBusy {
                for _ in 0..<20 {
                    storage.queue.append(ByteBuffer(repeating: 65, count: 872)) { result in
                        switch result {
                        case .success: accepted.withLock { $0 += 1 }
                        case .failure(let error): failures.withLock { $0.append(error) }
                        }
                    }
                }
            }
            _ = try await storage.queue.append("there is room again")
            #expect(accepted.withLock { $0 } == 10)
            #expect(failures.withLock { $0.count } == 10)
            #expect(failures.withLock { $0.first?.code } == .storageFailed)
            #expect(failures.withLock { $0.first?.description.contains("queue is full") } == true)
        }
    }

    @Test func anOperationThatIsWrongFailsAlone() async throws {
        try await withStorage { storage, _ in
            let outcomes = Mutex<[Int: Result<[LoggedUpdate], StorageError>]>([:])
            let appended = Mutex<[Int64]>([])
            try await storage.whileWriterIsBusy {
                let wrong = RelayOutcome(
                    drafts: [draft(key: 1), draft(key: 2, topics: ["two\nlines"])], deadLetters: [letter(1)], settled: [1]
                )
                let right = RelayOutcome(drafts: [draft(key: 1), draft(key: 3)])
                storage.queue.append(ByteBuffer(string: "a")) { result in
                    appended.withLock { $0.append((try? result.get()) ?? -1) }
                }
                for (index, outcome) in [wrong, right].enumerated() {
                    storage.committer.submit(.outcome(outcome) { result in outcomes.withLock { $0[index] = result } })
                }
                storage.queue.append(ByteBuffer(string: "b")) { result in
                    appended.withLock { $0.append((try? result.get()) ?? -1) }
                }
            }
            _ = try await storage.queue.append("c")
            #expect(appended.withLock { $0 } == [1, 2])
            let error = #expect(throws: StorageError.self) { try outcomes.withLock { try $0[0]?.get() } }
            #expect(error?.code == .refused)
            // The key and the offset that the wrong one had taken are free again.
            #expect(try outcomes.withLock { try $0[1]?.get().map(\.offset) } == [1, 2])
            #expect(try await storage.queue.entries(after: 0, limit: 9).map(\.id) == [1, 2, 3])
            #expect(try await storage.deadLetters.count() == 0)
            #expect(try await storage.log.bounds().latest == 2)
        }
    }

    @Test func aFullDiskFailsAndRecovers() async throws {
        try await withStorage(.init(recentBytes: 0)) { storage, _ in
            let body = String(repeating: "x", count: 100_000)
            _ = try await storage.queue.append(body)
            _ = try await storage.log.append(RelayOutcome(drafts: [draft(key: 1)]))
            try await storage.limitPages(to: 40)

            let error = await #expect(throws: GraphError.self) { try await storage.queue.append(body) }
            #expect(error?.code == .storageFailed)
            #expect(error?.description.contains("no space left") == true)
            let drafts = (0..<2000).map { draft(key: 100 + $0) }
            let relayError = await #expect(throws: RelayError.self) {
                try await storage.log.append(RelayOutcome(drafts: drafts, settled: [1]))
            }
            #expect(relayError?.isRetryable == true)
            // Nothing of what failed has left a trace.
            #expect(try await storage.queue.entries(after: 0, limit: 9).map(\.id) == [1])
            #expect(try await storage.queue.count() == 1)
            #expect(try await storage.log.bounds() == UpdateLogBounds(oldest: 1, latest: 1))
            #expect(storage.statistics.failedTransactions == 2)
            #expect(storage.statistics.failuresInARow == 2)

            try await storage.limitPages(to: 1_000_000)
            #expect(try await storage.queue.append(body) == 2)
            let appended = try await storage.log.append(RelayOutcome(drafts: drafts, settled: [1]))
            #expect(appended.map(\.offset) == Array(2...2001))
            #expect(storage.statistics.failuresInARow == 0)
            #expect(try await storage.queue.entries(after: 0, limit: 9).map(\.id) == [2])
        }
    }

    @Test func aFullDiskIsRelievedBySettling() async throws {
        try await withStorage { storage, _ in
            let body = String(repeating: "x", count: 100_000)
            _ = try await storage.queue.append(body)
            try await storage.limitPages(to: 40)
            await #expect(throws: GraphError.self) { try await storage.queue.append(body) }
            _ = try await storage.log.append(RelayOutcome(settled: [1]))
            #expect(try await storage.queue.append(body) == 2)
        }
    }
}

extension SQLiteStorage {
    /// Makes the database as full as a disk can be.
    func limitPages(to count: Int) async throws {
        try await self.pool.writeWithoutTransaction { db in
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(count)")
        }
    }
}
