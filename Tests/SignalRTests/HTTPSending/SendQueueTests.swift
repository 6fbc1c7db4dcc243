import Testing

@testable import SignalR

@Suite struct SendQueueTests {
    @Test func takesAtOnceWhileTheInboxHasRoom() {
        var queue = SendQueue<Int>(limit: 10)
        #expect(queue.add(1, size: 1000) == .take)
        #expect(queue.add(2, size: 1000) == .take)
        #expect(queue.next() == nil)
    }

    @Test func waitsInOrder() {
        var queue = SendQueue<Int>(limit: 10)
        queue.setReading(false)
        #expect(queue.add(1, size: 5) == .wait)
        #expect(queue.add(2, size: 5) == .wait)
        #expect(queue.next() == nil)
        queue.setReading(true)
        #expect(queue.next() == 1)
        // Nobody overtakes.
        #expect(queue.add(3, size: 1) == .wait)
        queue.setReading(false)
        #expect(queue.next() == nil)
        queue.setReading(true)
        #expect(queue.next() == 2)
        #expect(queue.next() == 3)
        #expect(queue.add(4, size: 1) == .take)
    }

    @Test func isBounded() {
        var queue = SendQueue<Int>(limit: 10)
        queue.setReading(false)
        #expect(queue.add(0, size: 1000) == .wait)
        #expect(queue.add(1, size: 1) == .full)
        queue.setReading(true)
        #expect(queue.next() == 0)
        queue.setReading(false)
        for number in 0..<64 { #expect(queue.add(number, size: 0) == .wait) }
        #expect(queue.add(64, size: 0) == .full)
    }

    @Test func endsWithTheConnection() {
        var queue = SendQueue<Int>(limit: 10)
        queue.setReading(false)
        _ = queue.add(1, size: 1)
        #expect(queue.end() == [1])
        #expect(queue.add(2, size: 1) == .ended)
        queue.setReading(true)
        #expect(queue.next() == nil)
    }
}
