public import NIOCore
public import NIOHTTP1

/// What Graph answered. Its description shows no more than the status.
public struct GraphResponse: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The HTTP headers.
    public var headers: HTTPHeaders
    /// The body; empty if there is none.
    public var body: ByteBuffer

    public init(status: Int, headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension GraphResponse: CustomStringConvertible {
    public var description: String { "GraphResponse(\(self.status), \(self.body.readableBytes) bytes)" }
}
