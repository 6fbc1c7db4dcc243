import GraphNotifications
import Logging
import NIOCore
import NIOHTTP1
import SignalR
import Synchronization
import Testing

@testable import GraphRelay

@Suite struct WebhookEndpointTests {
    private let queue = InMemoryNotificationQueue()

    private func endpoint(_ configuration: WebhookConfiguration = .init()) -> WebhookEndpoint {
        WebhookEndpoint(
            receiver: WebhookReceiver(
                directory: SubscriptionDirectory([.sales]), into: self.queue, configuration: configuration,
                logger: Logger(label: "test")
            )
        )
    }

    private func head(_ uri: String, _ method: HTTPMethod = .POST) -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: ["Content-Type": "application/json"])
    }

    @Test(arguments: [
        "/notifications", "/webhook", "/lifecycle", "/notifications?validationToken=x", "/lifecycle?", "/webhook?a=/b?c",
    ])
    func takesItsOwnPaths(uri: String) {
        #expect(self.endpoint().accepts(self.head(uri)))
    }

    @Test(arguments: [
        "", "/", "?", "/notification", "/notifications/", "/notifications2", "/Notifications", "/x/notifications",
        "notifications", "/webhook/x", "/graphUpdates", "//webhook", "/webhook#x", "/webhook%3F",
    ])
    func leavesOthersAlone(uri: String) {
        #expect(!self.endpoint().accepts(self.head(uri)))
    }

    private func answer(_ request: LoopRequest) async -> LoopResponse {
        await withCheckedContinuation { continuation in
            self.endpoint().respond(to: request) { continuation.resume(returning: $0) }
        }
    }

    @Test func storesAndAnswers() async throws {
        let post = body(item())
        let answer = await self.answer(LoopRequest(head: self.head("/notifications"), body: post))
        #expect(answer.status == .accepted)
        #expect(try await self.queue.entries(after: 0, limit: 9).map(\.body) == [post])
    }

    @Test func passesQueryMethodAndTypeOn() async throws {
        let token = await self.answer(LoopRequest(head: self.head("/webhook?validationToken=a%20b"), body: ByteBuffer()))
        #expect(token.status == .ok && token.body.map { String(buffer: $0) } == "a b")
        #expect(token.headers.first(name: "Content-Type")?.hasPrefix("text/plain") == true)
        let method = await self.answer(LoopRequest(head: self.head("/webhook", .GET), body: ByteBuffer()))
        #expect(method.status == .methodNotAllowed)
        var other = self.head("/webhook")
        other.headers.replaceOrAdd(name: "Content-Type", value: "text/xml")
        #expect(await self.answer(LoopRequest(head: other, body: body(item()))).status == .unsupportedMediaType)
    }

    @Test func itsLimitIsThatOfTheReceiver() {
        #expect(self.endpoint(.init(maximumBodySize: 1234)).maximumBodySize == 1234)
    }
}
