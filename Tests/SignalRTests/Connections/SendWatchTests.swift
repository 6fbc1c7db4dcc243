import Testing

@testable import SignalR

@Suite struct SendWatchTests {
    /// The seconds in which a client looks stuck.
    private func stuck(_ watch: inout SendWatch, _ looks: [(second: Int64, waiting: Int)]) -> [Int64] {
        var stuck: [Int64] = []
        for (second, waiting) in looks
        where watch.isStuck(waiting: waiting, now: LoopInstant(nanoseconds: second * 1_000_000_000)) {
            stuck.append(second)
        }
        return stuck
    }

    @Test func nothingLeaves() {
        var watch = SendWatch(timeout: .seconds(10))
        #expect(self.stuck(&watch, [(0, 500), (5, 500), (9, 500), (10, 500), (11, 500)]) == [10, 11])
    }

    @Test func whoTakesSomethingIsNotMeant() {
        var watch = SendWatch(timeout: .seconds(10))
        #expect(self.stuck(&watch, (0..<100).map { ($0, 1000 - Int($0) / 9) }) == [])
        // It begins anew.
        #expect(self.stuck(&watch, [(100, 0), (200, 0), (300, 7), (309, 7), (310, 7)]) == [310])
    }

    @Test func asManyBytesMayBeOthers() {
        var watch = SendWatch(timeout: .seconds(10))
        #expect(self.stuck(&watch, [(0, 500), (9, 500)]) == [])
        watch.written()
        #expect(self.stuck(&watch, [(10, 500), (19, 500), (20, 500)]) == [20])
    }
}
