import SignalRProtocol
import Testing

@testable import SignalR

@Suite struct CallQueueTests {
    private func call(_ target: String) -> InvocationMessage {
        InvocationMessage(invocationID: nil, target: target, arguments: HubArguments(json: []))
    }

    @Test func handsOutWhatWaitsOneBatchAtATime() {
        var queue = CallQueue()
        #expect(queue.next() == nil)
        queue.append(self.call("a"), size: 10)
        #expect(queue.next()?.map(\.target) == ["a"])
        queue.append(self.call("b"), size: 20)
        queue.append(self.call("c"), size: 30)
        #expect(queue.next() == nil)
        #expect(queue.size == 60)
        queue.finish()
        #expect(queue.size == 50)
        #expect(queue.next()?.map(\.target) == ["b", "c"])
        queue.finish()
        #expect(queue.size == 0)
        #expect(!queue.isBusy)
    }

    @Test func waitsWhileTheHubIsToldOfTheConnection() {
        var queue = CallQueue()
        queue.begin()
        queue.append(self.call("a"), size: 10)
        #expect(queue.next() == nil)
        queue.finish()
        #expect(queue.next()?.count == 1)
    }

    @Test func forgets() {
        var queue = CallQueue()
        queue.append(self.call("a"), size: 10)
        _ = queue.next()
        queue.append(self.call("b"), size: 20)
        queue.clear()
        #expect(queue.size == 10)
        queue.finish()
        #expect(queue.next() == nil)
    }
}
