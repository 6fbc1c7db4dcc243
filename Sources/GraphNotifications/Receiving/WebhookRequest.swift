public import NIOCore
public import NIOHTTP1

/// What the webhook needs to know of a request, whatever server it came through.
public struct WebhookRequest: Sendable {
    /// The method.
    public var method: HTTPMethod
    /// Path and query, as they stand in the request line.
    public var uri: String
    /// The header `Content-Type`, if there is one.
    public var contentType: String?
    /// The whole body.
    public var body: ByteBuffer

    public init(method: HTTPMethod, uri: String, contentType: String? = nil, body: ByteBuffer = ByteBuffer()) {
        self.method = method
        self.uri = uri
        self.contentType = contentType
        self.body = body
    }
}
