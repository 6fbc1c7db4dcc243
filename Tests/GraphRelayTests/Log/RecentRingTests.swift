import Testing

@testable import GraphRelay

@Suite struct RecentRingTests {
    private func ring(_ positions: ClosedRange<Int64>, maximumBytes: Int = 1000, size: Int = 10) -> RecentRing<Int64> {
        var ring = RecentRing<Int64>(next: positions.lowerBound, maximumBytes: maximumBytes)
        for position in positions { ring.append(position, at: position, size: size) }
        return ring
    }

    @Test func givesWhatComesAfter() {
        let ring = self.ring(5...9)
        #expect(ring.elements(after: 4, limit: 99) == [5, 6, 7, 8, 9])
        #expect(ring.elements(after: 6, limit: 2) == [7, 8])
        #expect(ring.elements(after: 9, limit: 9) == [])
        #expect(ring.elements(after: 50, limit: 9) == [])
        #expect(ring.elements(after: 3, limit: 9) == nil)
    }

    @Test func emptyKnowsThatNothingCameYet() {
        let ring = RecentRing<Int64>(next: 5, maximumBytes: 10)
        #expect(ring.elements(after: 4, limit: 9) == [])
        #expect(ring.elements(after: 3, limit: 9) == nil)
    }

    @Test func forgetsTheOldest() {
        let ring = self.ring(1...100, maximumBytes: 50)
        #expect(ring.count == 5)
        #expect(ring.elements(after: 95, limit: 99) == [96, 97, 98, 99, 100])
        #expect(ring.elements(after: 94, limit: 99) == nil)
        // One that is larger than everything leaves nothing.
        #expect(self.ring(1...3, maximumBytes: 5).elements(after: 2, limit: 9) == nil)
        #expect(self.ring(1...3, maximumBytes: 5).elements(after: 3, limit: 9) == [])
    }

    @Test func whatIsRemovedIsKnownToBeGone() {
        var ring = self.ring(1...5)
        ring.remove(at: 3)
        #expect(ring.elements(after: 1, limit: 9) == [2, 4, 5])
        #expect(ring.elements(after: 1, limit: 2) == [2, 4])
        ring.remove(at: 1)
        ring.remove(at: 2)
        #expect(ring.count == 2)
        #expect(ring.elements(after: 2, limit: 9) == nil)
        #expect(ring.elements(after: 3, limit: 9) == [4, 5])
        ring.remove(at: 99)
        ring.remove(through: 4)
        #expect(ring.elements(after: 4, limit: 9) == [5])
        ring.remove(through: 99)
        #expect(ring.count == 0)
        #expect(ring.elements(after: 5, limit: 9) == [])
    }

    @Test func removedBytesMakeRoom() {
        var ring = self.ring(1...5, maximumBytes: 50)
        ring.remove(at: 2)
        ring.append(6, at: 6, size: 10)
        #expect(ring.elements(after: 0, limit: 9) == [1, 3, 4, 5, 6])
    }

    @Test func beginsAnewBehindAHole() {
        var ring = self.ring(1...5)
        ring.append(9, at: 9, size: 10)
        #expect(ring.elements(after: 8, limit: 9) == [9])
        #expect(ring.elements(after: 5, limit: 9) == nil)
    }
}
