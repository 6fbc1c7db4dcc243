public import NIOCore
public import NIOHTTP1

/// What the webhook answers, whatever server it goes through. `Content-Length` is up to the server.
public struct WebhookAnswer: Sendable, Equatable {
    /// The status.
    public var status: HTTPResponseStatus
    /// The headers.
    public var headers: HTTPHeaders
    /// The body, if any.
    public var body: ByteBuffer?

    public init(status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static let accepted = WebhookAnswer(status: .accepted)
    static let methodNotAllowed = WebhookAnswer(status: .methodNotAllowed, headers: ["Allow": "POST"])
    static let tooLarge = text(.payloadTooLarge, "The body is too large.")
    static let unsupportedType = text(.unsupportedMediaType, "Send application/json.")
    static let notACollection = text(.badRequest, "This is not a collection of change notifications.")
    static let badToken = text(.badRequest, "This validation token is not echoed.")

    static func notStored(retryAfter: Int) -> WebhookAnswer {
        var answer = text(.serviceUnavailable, "The notifications could not be stored.")
        answer.headers.add(name: "Retry-After", value: String(retryAfter))
        return answer
    }

    /// The token back, and nothing that a browser could take for a page.
    static func echo(_ token: String) -> WebhookAnswer {
        text(.ok, token)
    }

    private static func text(_ status: HTTPResponseStatus, _ text: String) -> WebhookAnswer {
        WebhookAnswer(
            status: status,
            headers: ["Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"],
            body: ByteBuffer(string: text)
        )
    }
}
