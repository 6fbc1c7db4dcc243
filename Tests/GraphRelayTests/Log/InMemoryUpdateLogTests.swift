import NIOCore
import Synchronization
import Testing

@testable import GraphRelay

@Suite struct InMemoryUpdateLogTests {
    private func letter(_ entry: Int64, _ index: Int = 0) -> DeadLetter {
        DeadLetter(entryID: entry, index: index, reason: .malformed, detail: "", item: ByteBuffer())
    }

    @Test func keepsTheNewest() async throws {
        let log = InMemoryUpdateLog(maximumBytes: 2_000)
        for _ in 0..<50 { try await log.append(["all"]) }
        let bounds = try await log.bounds()
        #expect(bounds.latest == 50 && bounds.oldest > 40)
        let updates = try await log.updates(after: 0, limit: 100)
        #expect(updates.map(\.offset) == Array(bounds.oldest...50))
        #expect(try await log.updates(after: 49, limit: 100).map(\.offset) == [50])
    }

    @Test func isEmptyWhenNothingFits() async throws {
        let log = InMemoryUpdateLog(maximumBytes: 1)
        try await log.append(["all"])
        #expect(try await log.bounds() == UpdateLogBounds(oldest: 2, latest: 1))
        #expect(try await log.updates(after: 0, limit: 9).isEmpty)
    }

    @Test func eachHasItsOwnEpoch() {
        let epochs = Set((0..<10).map { _ in InMemoryUpdateLog().epoch })
        #expect(epochs.count == 10)
        for epoch in epochs { #expect(Cursor("\(epoch)-7") == Cursor(epoch: epoch, offset: 7)) }
    }

    @Test func settlesWhenTheUpdatesAreThere() async throws {
        let seen = Mutex<[Int64]>([])
        let log = InMemoryUpdateLog { ids in seen.withLock { $0 += ids } }
        _ = try await log.append(RelayOutcome(settled: [3, 4]))
        #expect(seen.withLock { $0 } == [3, 4])
    }

    @Test func keepsTheNewestDeadLettersOnce() async throws {
        let log = InMemoryUpdateLog(maximumDeadLetters: 3)
        _ = try await log.append(RelayOutcome(deadLetters: [self.letter(1), self.letter(1, 1), self.letter(2)]))
        _ = try await log.append(RelayOutcome(deadLetters: [self.letter(2), self.letter(3)]))
        #expect(log.deadLetters.map(\.entryID) == [1, 2, 3])
        #expect(log.deadLetters.map(\.index) == [1, 0, 0])
    }
}

@Suite struct UpdateLogBoundsTests {
    @Test func reachBack() {
        let bounds = UpdateLogBounds(oldest: 5, latest: 9)
        #expect(bounds.beforeOldest == 4)
        #expect((0..<12).map { bounds.reaches(backTo: Int64($0)) } == (0..<12).map { (4...9).contains($0) })
        let empty = UpdateLogBounds(oldest: 1, latest: 0)
        #expect(empty.reaches(backTo: 0) && !empty.reaches(backTo: 1))
        let purged = UpdateLogBounds(oldest: 10, latest: 9)
        #expect(purged.reaches(backTo: 9) && !purged.reaches(backTo: 8))
    }
}
