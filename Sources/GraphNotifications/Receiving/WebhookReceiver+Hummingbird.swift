import HTTPTypes
public import Hummingbird
import NIOCore
import NIOHTTP1

extension WebhookReceiver {
    /// The webhook as routes of a Hummingbird router: `POST` to the collection's own path, and to `lifecycle` below it.
    ///
    /// ```swift
    /// router.addRoutes(webhook.routes(), atPath: "/graph")
    /// ```
    ///
    /// - Parameter context: The router's context.
    public func routes<Context: RequestContext>(
        context: Context.Type = BasicRequestContext.self
    ) -> RouteCollection<Context> {
        let routes = RouteCollection(context: context)
        for path: RouterPath in ["", "lifecycle"] {
            for method: HTTPRequest.Method in [.post, .get, .head, .put, .patch, .delete, .options] {
                routes.on(path, method: method) { request, _ in await self.respond(to: request) }
            }
        }
        return routes
    }

    private func respond(to request: Request) async -> Response {
        var body = ByteBuffer()
        if request.method == .post {
            do {
                body = try await request.body.collect(upTo: self.configuration.maximumBodySize)
            } catch {
                // Too large, or the sender broke off, in which case nobody reads the answer.
                return Response(WebhookAnswer.tooLarge)
            }
        }
        let webhookRequest = WebhookRequest(
            method: HTTPMethod(rawValue: request.method.rawValue), uri: request.uri.string,
            contentType: request.headers[.contentType], body: body
        )
        return await withCheckedContinuation { continuation in
            self.receive(webhookRequest) { continuation.resume(returning: Response($0)) }
        }
    }
}

extension Response {
    fileprivate init(_ answer: WebhookAnswer) {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        self.init(
            status: .init(code: Int(answer.status.code)), headers: headers,
            body: answer.body.map { ResponseBody(byteBuffer: $0) } ?? ResponseBody()
        )
    }
}
