import Testing

@testable import SQLiteStorage

@Suite struct PendingWritesTests {
    private func pending(bytes: Int = 100, operations: Int = 10, batchBytes: Int = 50) -> PendingWrites<String> {
        PendingWrites(maximumBytes: bytes, maximumBatchOperations: operations, maximumBatchBytes: batchBytes)
    }

    @Test func onlyTheFirstWakesTheWriter() {
        var pending = self.pending()
        #expect(pending.add("a", cost: 1, isRefusable: true) == .wake)
        #expect(pending.add("b", cost: 1, isRefusable: true) == .waits)
        #expect(pending.takeBatch() == ["a", "b"])
        // The writer is at work: it looks again before it sleeps.
        #expect(pending.add("c", cost: 1, isRefusable: true) == .waits)
        #expect(pending.takeBatch() == ["c"])
        #expect(pending.takeBatch() == nil)
        #expect(pending.add("d", cost: 1, isRefusable: true) == .wake)
    }

    @Test func batchesAreBoundedInNumberAndBytes() {
        var pending = self.pending(operations: 3)
        for letter in "abcde" { _ = pending.add(String(letter), cost: 1, isRefusable: true) }
        #expect(pending.takeBatch() == ["a", "b", "c"])
        #expect(pending.takeBatch() == ["d", "e"])
        _ = pending.add("f", cost: 30, isRefusable: true)
        _ = pending.add("g", cost: 30, isRefusable: true)
        #expect(pending.takeBatch() == ["f"])
        #expect(pending.takeBatch() == ["g"])
        _ = pending.add("larger than a batch", cost: 80, isRefusable: true)
        #expect(pending.takeBatch() == ["larger than a batch"])
    }

    @Test func whatComesFromOutsideIsRefusedWhenTooMuchWaits() {
        var pending = self.pending()
        #expect(pending.add("a", cost: 60, isRefusable: true) == .wake)
        #expect(pending.add("b", cost: 41, isRefusable: true) == .full)
        #expect(pending.add("settles", cost: 500, isRefusable: false) == .waits)
        #expect(pending.add("c", cost: 1, isRefusable: true) == .full)
        #expect(pending.takeBatch() == ["a"])
        #expect(pending.takeBatch() == ["settles"])
        #expect(pending.add("larger than everything", cost: 101, isRefusable: true) == .waits)
    }

    @Test func nothingIsTakenAfterClosing() {
        var pending = self.pending()
        _ = pending.add("a", cost: 1, isRefusable: true)
        pending.close()
        #expect(pending.add("b", cost: 1, isRefusable: true) == .closed)
        #expect(pending.takeBatch() == ["a"])
        #expect(pending.takeBatch() == nil)
    }
}
