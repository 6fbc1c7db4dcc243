import NIOCore
import NIOHTTP1

/// One thing that Graph is asked for, and what has to be known to do it well.
struct GraphCall: Sendable {
    /// How long Graph may take.
    static let timeout = Duration.seconds(30)
    /// It reaches out to the notification URLs, with up to 10 s each, before it answers a create.
    static let slowTimeout = Duration.seconds(60)
    /// How long a token should be good for with which a subscription is made or renewed: Graph lets the subscription's
    /// authorization end with it.
    static let tokenLifetime = Duration.seconds(1_800)

    var request: GraphRequest
    var operation: GraphOperation
    /// What is asked for, to stand after "to": `create the subscription`.
    var action: String
    /// What it is about: whose failures belong together.
    var subject: String
    /// Whether it does no harm if it happens twice.
    var mayRepeat: Bool
    var tokenLifetime: Duration

    /// - Parameters:
    ///   - method: What is done.
    ///   - url: To what.
    ///   - path: The same relative to Graph's version.
    ///   - headers: Besides those that each request has.
    ///   - body: In JSON.
    ///   - timeout: How long Graph may take.
    ///   - subject: What it is about; the owner of the path if it is not given.
    ///   - action: What is asked for, to stand after "to".
    init(
        _ method: HTTPMethod, _ url: String, path: String, headers: HTTPHeaders = [:], body: ByteBuffer? = nil,
        timeout: Duration = Self.timeout, subject: String? = nil, to action: String
    ) {
        var headers = headers
        if !headers.contains(name: "Accept") { headers.add(name: "Accept", value: "application/json") }
        if body != nil, !headers.contains(name: "Content-Type") {
            headers.add(name: "Content-Type", value: "application/json")
        }
        self.request = GraphRequest(method: method, url: url, headers: headers, body: body, timeout: timeout)
        self.operation = GraphOperation(method, path)
        self.action = action
        self.subject = subject ?? Self.owner(of: path)
        self.mayRepeat = method != .POST || self.operation == .reauthorize
        self.tokenLifetime = self.operation == .write || self.operation == .reauthorize ? Self.tokenLifetime : .zero
    }

    /// Whose it is: `users/{id}` of `/users/{id}/messages`.
    static func owner(of path: String) -> String {
        path.prefix { $0 != "?" }.split(separator: "/").prefix(2).joined(separator: "/").lowercased()
    }
}
