import RealTimeTesting
import Testing

@testable import GraphRelay

@Suite struct DeduplicationIndexTests {
    private typealias Digest = DeduplicationIndex.Digest

    private func appearance(
        _ key: UInt64, at moment: Int64, window: Int64 = 1_000, offset: Int64 = 1
    ) -> DeduplicationIndex.Appearance {
        .init(digest: Digest(high: 1, low: key), offset: offset, seenAt: moment, expiresAt: moment + window)
    }

    private func contains(_ index: DeduplicationIndex, _ key: UInt64, at moment: Int64, window: Int64 = 1_000) -> Bool {
        index.contains(Digest(high: 1, low: key), at: moment, window: window)
    }

    @Test func remembersWithinTheWindowBothWays() {
        var index = DeduplicationIndex(maximumCount: 10)
        index.add(self.appearance(7, at: 5_000))
        #expect(self.contains(index, 7, at: 5_999))
        #expect(!self.contains(index, 7, at: 6_000))
        // Entries may be handled out of the order in which they were received.
        #expect(self.contains(index, 7, at: 4_001))
        #expect(!self.contains(index, 7, at: 4_000))
        #expect(!self.contains(index, 8, at: 5_000))
        #expect(!index.contains(Digest(high: 2, low: 7), at: 5_000, window: 1_000))
    }

    @Test func remembersEarlierAppearances() {
        var index = DeduplicationIndex(maximumCount: 10)
        for moment in [Int64(1_000), 3_000, 9_000] { index.add(self.appearance(7, at: moment)) }
        for moment in [Int64(1_500), 3_500, 9_500] { #expect(self.contains(index, 7, at: moment)) }
        #expect(!self.contains(index, 7, at: 5_000))
    }

    @Test func anyVersionWillDoForThoseWhoSaySo() {
        var index = DeduplicationIndex(maximumCount: 10)
        func key(_ version: UInt64, any: Bool) -> DeduplicationKey {
            DeduplicationKey(high: 5, low: version, window: .seconds(2), retention: .seconds(20), matchesAnyVersion: any)
        }
        index.add(.init(of: key(1, any: false), offset: 1, seenAt: 10_000))
        #expect(index.isDuplicate(key(1, any: false), at: 11_000) && !index.isDuplicate(key(2, any: false), at: 11_000))
        #expect(index.isDuplicate(key(2, any: true), at: 11_999) && !index.isDuplicate(key(2, any: true), at: 12_000))
        index.add(.init(of: key(3, any: false), offset: 2, seenAt: 13_000))
        #expect(index.isDuplicate(key(2, any: true), at: 14_000))
        // Rather twice than never: with the last one taken back, the earlier one is not counted on.
        index.removeLast(1)
        #expect(!index.isDuplicate(key(2, any: true), at: 10_500))
        // Longer than its own window: others may have a longer one.
        index.add(
            .init(of: DeduplicationKey(high: 6, low: 0, window: .zero), offset: 3, seenAt: 29_999 + DeduplicationIndex.slack))
        index.expire()
        #expect(index.oldestOffset == 1)
    }

    @Test func takesBackWhatFailed() {
        var index = DeduplicationIndex(maximumCount: 10)
        index.add(self.appearance(7, at: 1_000, offset: 1))
        index.add(self.appearance(7, at: 5_000, offset: 2))
        index.add(self.appearance(8, at: 5_000, offset: 3))
        index.removeLast(2)
        #expect(index.count == 1 && index.oldestOffset == 1)
        #expect(self.contains(index, 7, at: 1_000))
        #expect(!self.contains(index, 7, at: 5_000) && !self.contains(index, 8, at: 5_000))
        index.removeLast(1)
        #expect(index.count == 0 && !self.contains(index, 7, at: 1_000))
    }

    @Test func growsOldByTheNotifications() {
        var index = DeduplicationIndex(maximumCount: 10)
        index.add(self.appearance(1, at: 0, offset: 1))
        index.add(self.appearance(2, at: 1_000 + DeduplicationIndex.slack, offset: 2))
        index.expire()
        #expect(index.count == 2)
        index.add(self.appearance(3, at: 1_001 + DeduplicationIndex.slack, offset: 3))
        index.expire()
        #expect(index.count == 2 && index.oldestOffset == 2)
        #expect(!self.contains(index, 1, at: 0))
    }

    @Test func oneOfSeveralAppearancesGrowsOld() {
        var index = DeduplicationIndex(maximumCount: 2)
        for (offset, moment) in [(Int64(1), Int64(1_000)), (2, 3_000), (3, 5_000)] {
            index.add(self.appearance(7, at: moment, offset: offset))
        }
        index.expire()
        #expect(!self.contains(index, 7, at: 1_000))
        #expect(self.contains(index, 7, at: 3_000) && self.contains(index, 7, at: 5_000))
    }

    /// Against a list of everything, for histories drawn from `seed`.
    @Test(arguments: 0..<100)
    func asAListWould(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var index = DeduplicationIndex(maximumCount: 1_000)
        var list: [DeduplicationIndex.Appearance] = []
        for step in 0..<300 {
            let key = UInt64.random(in: 0..<5, using: &random)
            let moment = Int64.random(in: 0..<20_000, using: &random)
            let isInList = list.contains { $0.digest.low == key && abs($0.seenAt - moment) < 1_000 }
            #expect(self.contains(index, key, at: moment) == isInList)
            if !isInList {
                let appearance = self.appearance(key, at: moment, offset: Int64(step))
                index.add(appearance)
                list.append(appearance)
            }
            if Int.random(in: 0..<10, using: &random) == 0 {
                let count = Int.random(in: 0...min(3, list.count), using: &random)
                index.removeLast(count)
                list.removeLast(count)
            }
            #expect(index.count == list.count)
        }
    }
}
