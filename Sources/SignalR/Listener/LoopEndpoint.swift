public import NIOCore
public import NIOHTTP1

/// Something that answers whole requests on the event loop, before Hummingbird sees them.
///
/// For the few paths where microseconds matter, such as a webhook. Everything else belongs into the router.
public protocol LoopEndpoint: Sendable {
    /// Whether it answers this request. Called on the event loop for each request's head; it must be quick.
    func accepts(_ head: HTTPRequestHead) -> Bool
    /// The largest body in bytes; a larger one is answered `413` and ends the connection.
    var maximumBodySize: Int { get }
    /// Answers a request.
    ///
    /// - Parameters:
    ///   - request: The whole request.
    ///   - reply: To be called exactly once: at once or later, from any thread.
    func respond(to request: LoopRequest, reply: @escaping @Sendable (LoopResponse) -> Void)
}

/// A whole request.
public struct LoopRequest: Sendable {
    /// Method, target and headers.
    public var head: HTTPRequestHead
    /// The body; empty if there is none.
    public var body: ByteBuffer

    public init(head: HTTPRequestHead, body: ByteBuffer) {
        self.head = head
        self.body = body
    }
}

/// A whole answer. `Content-Length` is added when it is sent.
public struct LoopResponse: Sendable {
    /// The status.
    public var status: HTTPResponseStatus
    /// The headers, without `Content-Length`.
    public var headers: HTTPHeaders
    /// The body, if any.
    public var body: ByteBuffer?

    public init(status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer of plain text.
    static func text(_ status: HTTPResponseStatus, _ text: String = "") -> LoopResponse {
        LoopResponse(status: status, headers: ["Content-Type": "text/plain"], body: ByteBuffer(string: text))
    }
}
