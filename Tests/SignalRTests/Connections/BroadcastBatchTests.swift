import NIOCore
import Testing

@testable import SignalR

@Suite struct BroadcastBatchTests {
    private let all = HubGroup(.everyone)
    private let sales = HubGroup(.group("sales"))

    private func add(_ text: String, _ number: Int64?, _ groups: [HubGroup], to batch: inout BroadcastBatch) {
        batch.add(ByteBuffer(string: text), number: number, for: .init(groups: groups))
    }

    private func parts(_ batch: BroadcastBatch) -> [String] {
        let text = String(buffer: batch.bytes)
        return batch.runs.map { String(text.dropFirst($0.start).prefix($0.end - $0.start)) }
    }

    @Test func joinsNeighboursForTheSamePeople() {
        var batch = BroadcastBatch()
        self.add("a", nil, [self.all], to: &batch)
        self.add("b", nil, [self.all], to: &batch)
        self.add("c", nil, [self.sales], to: &batch)
        self.add("d", nil, [self.all], to: &batch)
        #expect(self.parts(batch) == ["ab", "c", "d"])
        #expect(batch.runs.map(\.messages) == [2, 1, 1])
        #expect(batch.size == 4)
    }

    @Test func beginsAnew() {
        var batch = BroadcastBatch()
        self.add("abc", nil, [self.all], to: &batch)
        self.add("d", nil, [self.all], to: &batch)
        batch.clear()
        #expect(batch.isEmpty)
        self.add("e", 1, [self.all], to: &batch)
        #expect(self.parts(batch) == ["e"])
        self.add("f", 2, [self.all], to: &batch)
        #expect(self.parts(batch) == ["ef"])
    }

    @Test func numbersRiseWithinARun() {
        var batch = BroadcastBatch()
        self.add("a", 1, [self.all], to: &batch)
        self.add("b", 2, [self.all], to: &batch)
        self.add("c", 2, [self.all], to: &batch)
        self.add("d", nil, [self.all], to: &batch)
        self.add("e", 9, [self.all], to: &batch)
        #expect(self.parts(batch) == ["ab", "c", "d", "e"])
        #expect(batch.runs.map { batch.steps[$0.steps].map(\.number) } == [[1, 2], [2], [], [9]])
    }

    @Test func findsWhatIsBehindAPosition() {
        var batch = BroadcastBatch()
        self.add("first", nil, [self.sales], to: &batch)
        self.add("aa", 1, [self.all], to: &batch)
        self.add("bb", 4, [self.all], to: &batch)
        self.add("cc", 6, [self.all], to: &batch)
        let run = batch.runs[1]
        #expect(batch.part(of: run, behind: 0) == (5, 3))
        #expect(batch.part(of: run, behind: 1) == (7, 2))
        #expect(batch.part(of: run, behind: 5) == (9, 1))
        #expect(batch.part(of: run, behind: 6) == (11, 0))
    }
}
