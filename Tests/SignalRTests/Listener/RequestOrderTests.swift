import NIOCore
import NIOHTTP1
import Testing

@testable import SignalR

@Suite struct RequestOrderTests {
    private let head = HTTPServerRequestPart.head(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/"))
    private let end = HTTPServerRequestPart.end(nil)

    private func name(_ action: RequestOrder.PartAction) -> String {
        switch action {
        case .begin: "begin"
        case .collect: "collect"
        case .forward: "forward"
        case .nothing: "nothing"
        }
    }

    @Test func collectsForOurOwnEndpoint() {
        var order = RequestOrder()
        #expect(self.name(order.received(self.head)) == "begin")
        order.collect()
        #expect(self.name(order.received(.body(ByteBuffer()))) == "collect")
        #expect(order.mayRead)
        #expect(self.name(order.received(self.end)) == "collect")
        #expect(order.phase == .answering)
        #expect(order.mayRead)
        order.answered()
        #expect(order.phase == .idle)
    }

    @Test func laterRequestsWait() {
        var order = RequestOrder()
        _ = order.received(self.head)
        order.collect()
        _ = order.received(self.end)
        #expect(order.mayRead)
        #expect(self.name(order.received(self.head)) == "nothing")
        #expect(!order.mayRead)
        #expect(self.name(order.received(self.end)) == "nothing")
        #expect(order.next() == nil)
        order.answered()
        #expect(!order.mayRead)
        guard let part = order.next() else { return #expect(Bool(false), "the head waited") }
        #expect(self.name(order.received(part)) == "begin")
        order.forward()
        guard let part = order.next() else { return #expect(Bool(false), "the end waited") }
        #expect(self.name(order.received(part)) == "forward")
        #expect(order.phase == .forwarding(requestEnded: true, responseEnded: false))
        order.responseEnded()
        #expect(order.phase == .idle)
        #expect(order.mayRead)
    }

    @Test func aResponseMayEndBeforeItsRequest() {
        var order = RequestOrder()
        _ = order.received(self.head)
        order.forward()
        order.responseEnded()
        #expect(order.phase == .forwarding(requestEnded: false, responseEnded: true))
        #expect(self.name(order.received(self.end)) == "forward")
        #expect(order.phase == .idle)
    }

    @Test func nothingComesBehindTheEnd() {
        var order = RequestOrder()
        _ = order.received(self.head)
        order.collect()
        _ = order.received(self.end)
        _ = order.received(self.head)
        order.finish()
        #expect(order.next() == nil)
        #expect(self.name(order.received(self.head)) == "nothing")
        order.answered()
        #expect(order.phase == .finished)
    }
}
