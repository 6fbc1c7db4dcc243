import GraphNotifications
import NIOCore
import Testing

@testable import GraphRelay

@Suite struct HeldItemsTests {
    private func held(_ entry: Int64, _ index: Int = 0, until deadline: Int64 = 100, size: Int = 10) -> HeldItems.Held {
        let item = NotificationItem.malformed(detail: "", item: ByteBuffer(repeating: 65, count: size))
        return HeldItems.Held(item: item, entryID: entry, index: index, receivedAt: 0, deadline: deadline)
    }

    @Test func releasesWhatIsKnownInOrder() {
        var items = HeldItems(maximumCount: 10, maximumBytes: 10_000)
        for (entry, name) in [(1, "a"), (2, "b"), (3, "a"), (4, "c"), (5, "b")] {
            #expect(items.hold(self.held(Int64(entry)), of: name) == true)
        }
        #expect(items.holds("a") && !items.holds("d"))
        #expect(items.release(now: 0) { _ in false }.isEmpty)
        #expect(items.release(now: 0) { $0 != "c" }.map(\.entryID) == [1, 2, 3, 5])
        #expect(!items.holds("a") && items.holds("c"))
        #expect(items.count == 1)
    }

    @Test func releasesWhatWaitedLongEnough() {
        var items = HeldItems(maximumCount: 10, maximumBytes: 10_000)
        _ = items.hold(self.held(1, 0, until: 100), of: "a")
        _ = items.hold(self.held(1, 1, until: 100), of: "b")
        _ = items.hold(self.held(2, 0, until: 200), of: "a")
        #expect(items.release(now: 99) { _ in false }.isEmpty)
        #expect(items.release(now: 100) { _ in false }.map(\.index) == [0, 1])
        #expect(items.holds("a") && !items.holds("b"))
        #expect(items.release(now: 300) { _ in false }.map(\.entryID) == [2])
        #expect(items.count == 0 && items.bytes == 0)
    }

    @Test func isBounded() {
        var few = HeldItems(maximumCount: 2, maximumBytes: 10_000)
        #expect(few.hold(self.held(1), of: "a") && few.hold(self.held(2), of: "b"))
        #expect(few.hold(self.held(3), of: "a") == false)
        #expect(few.release(now: 0) { $0 == "a" }.count == 1)
        #expect(few.hold(self.held(4), of: "a") == true)

        var small = HeldItems(maximumCount: 100, maximumBytes: 3_000)
        #expect(small.hold(self.held(1, size: 1_000), of: "a") == true)
        #expect(small.hold(self.held(2, size: 1_000), of: "b") == false)
        #expect(!small.holds("b"))
        #expect(small.hold(self.held(3, size: 100), of: "b") == true)
    }
}
