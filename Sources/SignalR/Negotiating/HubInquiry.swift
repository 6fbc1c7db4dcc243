import NIOCore
import NIOHTTP1

/// A request to a hub, and the way back.
struct HubInquiry: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer
    let remoteAddress: SocketAddress?
    /// The event loop of its connection.
    let eventLoop: any EventLoop
    /// The page that asks, if it is from elsewhere and may.
    var origin: String?
    private let send: @Sendable (FrontReply.Answer) -> Void

    init(
        _ request: LoopRequest, remoteAddress: SocketAddress?, eventLoop: any EventLoop,
        reply: @escaping @Sendable (FrontReply.Answer) -> Void
    ) {
        self.head = request.head
        self.body = request.body
        self.remoteAddress = remoteAddress
        self.eventLoop = eventLoop
        self.send = reply
    }

    /// The token of the connection that it names; empty if it names none.
    var token: String { QueryItems(of: self.head.uri)["id"] ?? "" }

    /// As hub code sees it.
    var request: HubRequest { HubRequest(head: self.head, remoteAddress: self.remoteAddress) }

    /// Answers it. Once, from any thread.
    func reply(_ response: LoopResponse) {
        var response = response
        if let origin = self.origin { response.headers.allow(origin: origin) }
        self.send(.response(response))
    }

    /// Its connection becomes something else.
    func reply(_ upgrade: HubUpgrade) { self.send(.upgrade(upgrade)) }

    /// It is answered later, and `poll` is told if nobody waits for it any more.
    func hold(_ poll: HeldPoll) { self.send(.hold(poll)) }
}
