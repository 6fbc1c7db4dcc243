import HTTPTypes
import Hummingbird
import Logging

/// Gives every answer the headers that keep browsers from making something else of it.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
    @concurrent
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as any HTTPResponseError {
            // Also what was refused, and what does not exist.
            response = Response.text(error.status, error.status.reasonPhrase)
        }
        let defaults: [(HTTPField.Name, String)] = [
            (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"),
            (.cacheControl, "no-store"),
            (.xContentTypeOptions, "nosniff"),
            (.referrerPolicy, "no-referrer"),
            (.crossOriginResourcePolicy, "same-origin"),
        ]
        for (name, value) in defaults where response.headers[name] == nil { response.headers[name] = value }
        return response
    }
}

extension HTTPField.Name {
    // Both are tokens in the sense of RFC 9110, so that there is a name.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
}

extension Response {
    /// One sentence, or a word, for a person.
    static func text(_ status: HTTPResponse.Status, _ text: String, headers: HTTPFields = [:]) -> Response {
        Response(status: status, type: "text/plain; charset=utf-8", ByteBuffer(string: text + "\n"), headers: headers)
    }

    init(
        status: HTTPResponse.Status = .ok, type: String, _ body: ByteBuffer, headers: HTTPFields = [:]
    ) {
        var headers = headers
        headers[.contentType] = type
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
