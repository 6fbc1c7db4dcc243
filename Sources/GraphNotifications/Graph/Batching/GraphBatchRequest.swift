public import NIOCore
public import NIOHTTP1

/// One of many requests that go to Graph together.
public struct GraphBatchRequest: Sendable {
    /// What is done.
    public var method: HTTPMethod
    /// To what, relative to Graph's version, with its query: `users/{id}/messages/{id}?$select=subject`.
    public var path: String
    /// For example `Prefer`.
    public var headers: HTTPHeaders
    /// In JSON.
    public var body: ByteBuffer?
    /// The place in the array of an earlier one that must have succeeded first. Such chains are of 20 at most.
    public var dependsOn: Int?

    public init(
        _ method: HTTPMethod, _ path: String, headers: HTTPHeaders = [:], body: ByteBuffer? = nil,
        dependsOn: Int? = nil
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.dependsOn = dependsOn
    }
}
