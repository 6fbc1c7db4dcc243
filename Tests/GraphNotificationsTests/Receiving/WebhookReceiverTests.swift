import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphNotifications

/// A queue that answers when it is told.
private final class HeldQueue: NotificationQueue {
    typealias Completion = @Sendable (Result<Int64, GraphError>) -> Void
    let bodies = Notes<ByteBuffer>()
    private let completions = Mutex<[Completion]>([])

    func append(_ body: ByteBuffer, completion: @escaping Completion) {
        self.bodies.note(body)
        self.completions.withLock { $0.append(completion) }
    }

    func complete(_ result: Result<Int64, GraphError>) {
        let completions = self.completions.withLock { completions in
            defer { completions = [] }
            return completions
        }
        for completion in completions { completion(result) }
    }

    func entries(after: Int64, limit: Int) async throws(GraphError) -> [QueuedNotification] { [] }
    func waitForEntry(after id: Int64) async {}
    func count() async throws(GraphError) -> Int { 0 }
}

@Suite struct WebhookReceiverTests {
    private static let known = KnownSubscription(name: "sales", id: "b1f6", clientState: "secret")
    private let queue = HeldQueue()
    private let lines = Notes<String>()
    private let receiver: WebhookReceiver

    init() {
        self.receiver = WebhookReceiver(
            directory: SubscriptionDirectory([Self.known]), into: self.queue, logger: recordingLogger(self.lines)
        )
    }

    private func answers(
        _ body: ByteBuffer, method: HTTPMethod = .POST, uri: String = "/notifications", type: String? = "application/json"
    ) -> Notes<WebhookAnswer> {
        let answers = Notes<WebhookAnswer>()
        self.receiver.receive(WebhookRequest(method: method, uri: uri, contentType: type, body: body)) { answers.note($0) }
        return answers
    }

    @Test(arguments: [
        ("", 400), ("{", 400), ("[]", 400), ("null", 400), ("\"value\"", 400), (#"{"value":{}}"#, 400),
        (#"{"value":null}"#, 400), (#"{"values":[]}"#, 400), (#"{"value":[]} x"#, 400), (#"{"value":[{]}"#, 400),
        (#"{"value":[]}"#, 202), (#"{"VALUE":[]}"#, 202), (#" {"x":[1],"value":[ ]} "#, 202),
    ])
    func answersAtOnceAndStoresNothing(body: String, status: UInt) {
        let answers = self.answers(ByteBuffer(string: body))
        #expect(answers.all.map(\.status.code) == [status])
        #expect(self.queue.bodies.count == 0)
    }

    @Test func deepNestingIsNotACollection() {
        let body = ByteBuffer(string: #"{"value":["# + String(repeating: "[", count: 5000))
        #expect(self.answers(body).all.map(\.status) == [.badRequest])
    }

    @Test(arguments: [HTTPMethod.GET, .PUT, .DELETE, .PATCH, .HEAD, .OPTIONS])
    func otherMethods(method: HTTPMethod) {
        let answers = self.answers(ByteBuffer(), method: method, uri: "/notifications?validationToken=x")
        #expect(answers.all.map(\.status) == [.methodNotAllowed])
        #expect(answers.all.first?.headers["Allow"] == ["POST"])
    }

    @Test(arguments: [
        ("application/json", 202), ("application/json; charset=utf-8", 202), ("APPLICATION/JSON;x=y", 202),
        (" application/json ", 202), ("application/cloudevents+json", 202), ("", 202), (nil, 202), ("text/plain", 415),
        ("text/xml", 415), ("application/jsonp", 415), ("application/x-www-form-urlencoded", 415), ("text/x+json", 415),
        (";", 202),
    ])
    func contentTypes(type: String?, status: UInt) {
        #expect(self.answers(collection(), type: type).all.map(\.status.code) == [status])
    }

    @Test func tooLarge() {
        let padding = String(repeating: " ", count: 4 << 20)
        #expect(self.answers(ByteBuffer(string: #"{"value":[]\#(padding)}"#)).all.map(\.status) == [.payloadTooLarge])
        let exact = #"{"value":[]}"# + padding.dropLast(12)
        #expect(self.answers(ByteBuffer(string: exact)).all.map(\.status) == [.accepted])
    }

    @Test func tooMany() {
        func items(_ count: Int) -> ByteBuffer {
            ByteBuffer(string: #"{"value":[\#(repeatElement("{}", count: count).joined(separator: ","))]}"#)
        }
        #expect(self.answers(items(10_001)).all.map(\.status) == [.payloadTooLarge])
        #expect(self.queue.bodies.all.isEmpty)
        _ = self.answers(items(10_000))
        #expect(self.queue.bodies.all.count == 1)
    }

    @Test func echoesTheTokenWithoutLookingAtTheRest() {
        let answers = self.answers(ByteBuffer(string: "not json"), uri: "/n?validationToken=a%3a+b", type: "text/plain")
        #expect(answers.all.map(\.status) == [.ok])
        #expect(answers.all.first?.body == ByteBuffer(string: "a: b"))
        #expect(answers.all.first?.headers["Content-Type"] == ["text/plain; charset=utf-8"])
        #expect(answers.all.first?.headers["X-Content-Type-Options"] == ["nosniff"])
    }

    @Test func doesNotEchoASuspiciousToken() {
        let answers = self.answers(ByteBuffer(), uri: "/n?validationToken=%3Cscript%3E")
        #expect(answers.all.map(\.status) == [.badRequest])
        #expect(answers.all.first?.body.map { String(buffer: $0) }?.contains("script") == false)
    }

    @Test func acceptsOnlyWhenStored() {
        let body = collection(item(subscription: "b1f6", state: "secret"))
        let answers = self.answers(body)
        #expect(answers.count == 0)
        #expect(self.queue.bodies.all == [body])
        self.queue.complete(.success(1))
        #expect(answers.all == [.accepted])
    }

    @Test func asksToComeAgainWhenItCannotStore() {
        let answers = self.answers(collection(item(subscription: "b1f6", state: "secret")))
        self.queue.complete(.failure(GraphError(.storageFailed, "full")))
        #expect(answers.all.map(\.status) == [.serviceUnavailable])
        #expect(answers.all.first?.headers["Retry-After"] == ["10"])
    }

    @Test func whatIsForgedThroughoutIsAcceptedAndNotStored() {
        let forged = item(subscription: "b1f6", state: "wrong")
        let missing = #"{"subscriptionId":"b1f6"}"#
        let null = #"{"SubscriptionID":"b1f6","clientState":null}"#
        for body in [collection(forged), collection(forged, missing, null), collection(missing)] {
            #expect(self.answers(body).all == [.accepted])
        }
        #expect(self.queue.bodies.count == 0)
    }

    @Test(arguments: [
        item(subscription: "b1f6", state: "secret"), item(subscription: "unknown", state: "wrong"), "17", "null", "{}",
        #"{"subscriptionId":5,"clientState":"wrong"}"#, #"{"clientState":"wrong"}"#,
        #"{"subscriptionId":"\u0062\u0031f6","clientState":"s\u0065cret"}"#,
        #"{"subscriptionId":"b1f6","clientState":"wrong","clientState":"secret"}"#,
        #"{"subscriptionId":"b1f6","subscriptionId":"unknown","clientState":"wrong"}"#,
    ])
    func oneItemThatMayBeRightIsEnough(item good: String) {
        _ = self.answers(collection(item(subscription: "b1f6", state: "wrong"), good))
        #expect(self.queue.bodies.count == 1)
    }

    @Test func anEscapedForgeryIsOne() {
        let body = collection(#"{"subscriptionId":"\u0062\u0031f6","clientState":"s\u0065creT"}"#)
        #expect(self.answers(body).all == [.accepted])
        #expect(self.queue.bodies.count == 0)
    }

    @Test func logsNoSecretAndNoPayload() {
        _ = self.answers(collection(item(subscription: "b1f6", state: "secret")))
        _ = self.answers(collection(item(subscription: "b1f6", state: "wrong-state")))
        _ = self.answers(ByteBuffer(), uri: "/n?validationToken=opaque-token")
        _ = self.answers(ByteBuffer(string: "{AAMk"))
        self.queue.complete(.failure(GraphError(.storageFailed, "full")))
        let text = self.lines.all.joined(separator: "\n")
        #expect(!self.lines.all.isEmpty)
        for secret in ["secret", "wrong-state", "opaque-token", "AAMk"] { #expect(!text.contains(secret)) }
    }
}
