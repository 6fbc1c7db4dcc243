public import GraphNotifications
public import NIOHTTP1
public import SignalR

/// The webhook on the event loop, in front of Hummingbird: the way with the fewest steps to Graph's answer.
///
/// ```swift
/// let server = HTTPServerBuilder.signalR(["/graphUpdates": updates.hub], endpoints: [WebhookEndpoint(receiver: webhook)])
/// ```
public struct WebhookEndpoint: LoopEndpoint {
    private let receiver: WebhookReceiver
    private let paths: [[UInt8]]

    /// - Parameters:
    ///   - receiver: What answers.
    ///   - paths: Where Graph posts to, upper and lower case being different. Lifecycle notifications may come to any of them.
    public init(receiver: WebhookReceiver, paths: [String] = ["/notifications", "/webhook", "/lifecycle"]) {
        self.receiver = receiver
        self.paths = paths.map { Array($0.utf8) }
    }

    public var maximumBodySize: Int { self.receiver.configuration.maximumBodySize }

    public func accepts(_ head: HTTPRequestHead) -> Bool {
        // Without a string for the path: this is asked for each request.
        self.paths.contains { path in
            var uri = head.uri.utf8.makeIterator()
            for byte in path where uri.next() != byte { return false }
            switch uri.next() {
            case nil, UInt8(ascii: "?"): return true
            default: return false
            }
        }
    }

    public func respond(to request: LoopRequest, reply: @escaping @Sendable (LoopResponse) -> Void) {
        let webhookRequest = WebhookRequest(
            method: request.head.method, uri: request.head.uri, contentType: request.head.headers.first(name: "Content-Type"),
            body: request.body
        )
        self.receiver.receive(webhookRequest) { answer in
            reply(LoopResponse(status: answer.status, headers: answer.headers, body: answer.body))
        }
    }
}
