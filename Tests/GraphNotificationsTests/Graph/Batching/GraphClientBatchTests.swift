import NIOCore
import NIOHTTP1
import Testing

@testable import GraphNotifications

@Suite(.timeLimit(.minutes(1))) struct GraphClientBatchTests {
    private let clock = SkippingClock()
    private static let throttled: PlayedBatches.Answer = (
        429, #"{"Retry-After":"7"}"#, #"{"error":{"code":"TooManyRequests","message":"slow"}}"#
    )

    private func client(_ played: any GraphTransport, attempts: Int = 3) -> GraphClient {
        GraphClient(played, failures: FailurePolicy(attempts: attempts), clock: self.clock)
    }

    private func text(_ result: Result<GraphResponse, GraphError>) -> String {
        switch result {
        case .success(let response): String(buffer: response.body)
        case .failure(let error): "\(error.code.name) \(error.status ?? 0)"
        }
    }

    @Test func eachHasItsResultInOrder() async {
        let played = PlayedBatches { ($0.url.hasSuffix("/31") ? 404 : 200, "{}", #"{"url":"\#($0.url)"}"#) }
        let results = await self.client(played).batch((0..<45).map { GraphBatchRequest(.GET, "users/\($0)?$select=id") })
        #expect(results.count == 45 && played.sizes.sorted() == [5, 20, 20])
        #expect(self.text(results[7]) == #"{"url":"/users/7?$select=id"}"#)
        let missing = await self.client(played).batch([GraphBatchRequest(.GET, "users/31"), GraphBatchRequest(.GET, "/users/3")])
        #expect(missing.map(self.text) == ["notFound 404", #"{"url":"/users/3"}"#])
        #expect(await self.client(played).batch([]).isEmpty)
    }

    @Test func onlyWhatIsThrottledIsSentAgain() async {
        let played = PlayedBatches { part in
            if part.url.hasSuffix("a"), part.earlier < 2 { return Self.throttled }
            if part.url.hasSuffix("b") { return (403, "{}", #"{"error":{"code":"Forbidden","message":"no"}}"#) }
            return (200, "{}", "1")
        }
        let results = await self.client(played).batch(["a", "b", "c"].map { GraphBatchRequest(.GET, $0) })
        #expect(results.map(self.text) == ["1", "requestRefused 403", "1"])
        #expect(played.sizes == [3, 1, 1] && self.clock.sleeps.all == [.seconds(7), .seconds(7)])
    }

    @Test func itIsGivenUpAtLast() async {
        let played = PlayedBatches { _ in Self.throttled }
        let results = await self.client(played, attempts: 2).batch([GraphBatchRequest(.GET, "a")])
        #expect(results.map(self.text) == ["throttled 429"] && played.sizes == [1, 1])
    }

    @Test func whatMayHaveWorkedIsNotSentAgain() async {
        let played = PlayedBatches { _ in (504, "{}", "") }
        let results = await self.client(played).batch([GraphBatchRequest(.POST, "a"), GraphBatchRequest(.GET, "b")])
        #expect(results.map(self.text) == ["serviceFailed 504", "serviceFailed 504"])
        #expect(played.parts.map(\.url).sorted() == ["/a", "/b", "/b", "/b"])
    }

    @Test func dependenciesAreKept() async {
        let played = PlayedBatches { part in
            if part.url == "/first", part.earlier == 0 { return Self.throttled }
            return part.url == "/bad" ? (400, "{}", "{}") : (200, "{}", #""\#(part.dependsOn.count)""#)
        }
        let results = await self.client(played).batch([
            GraphBatchRequest(.PATCH, "first"), GraphBatchRequest(.DELETE, "second", dependsOn: 0),
            GraphBatchRequest(.PATCH, "bad"), GraphBatchRequest(.DELETE, "never", dependsOn: 2),
            GraphBatchRequest(.GET, "lost", dependsOn: 9),
        ])
        #expect(
            results.map(self.text) == [
                #""0""#, #""1""#, "requestRefused 400", "requestRefused 424", "invalidDeclaration 0",
            ]
        )
        #expect(played.parts.count { $0.url == "/second" } == 2 && played.parts.count { $0.url == "/never" } == 1)
    }

    @Test func oneWithoutAnAnswerIsTriedAgain() async {
        let played = PlayedBatches { $0.url == "/mute" && $0.earlier == 0 ? nil : (200, "{}", "1") }
        let results = await self.client(played).batch([GraphBatchRequest(.GET, "mute"), GraphBatchRequest(.GET, "b")])
        #expect(results.map(self.text) == ["1", "1"] && played.sizes == [2, 1])
    }

    @Test func aBatchThatFailsFailsForAll() async {
        let played = PlayedGraph()
        played.onRequest { _ in PlayedGraph.error(503, "x", "busy") }
        let results = await self.client(played, attempts: 2).batch([GraphBatchRequest(.GET, "a"), GraphBatchRequest(.POST, "b")])
        #expect(results.map(self.text) == ["serviceFailed 503", "serviceFailed 503"])
        #expect(played.requests.map(\.path) == ["/$batch", "/$batch"])
        #expect(played.requests[1].body.contains("/a") && !played.requests[1].body.contains("/b"))
    }

    @Test func manySubscriptions() async throws {
        let played = PlayedBatches { part in
            if part.method == "DELETE" { return part.url.hasSuffix("gone") ? (404, "{}", "{}") : (204, "{}", "") }
            if part.url.hasSuffix("gone") { return (404, "{}", "{}") }
            if part.url.hasSuffix("/reauthorize") { return part.url.contains("away") ? (404, "{}", "{}") : (204, "{}", "") }
            let id = part.url.split(separator: "/").count == 1 ? "new" : String(part.url.dropFirst("/subscriptions/".count))
            return (
                200, "{}",
                #"{"id":"\#(id)","resource":"r","changeType":"created","expirationDateTime":"2026-11-29T09:30:00Z"}"#
            )
        }
        let graph = self.client(played)
        let drafts = (0..<6).map { index in
            SubscriptionDraft(
                resource: "users/\(index)/messages", changeTypes: .created, notificationURL: "https://me.test/n",
                expiresAt: 1_795_944_600_000, clientState: "s"
            )
        }
        #expect(try await graph.createSubscriptions(drafts).map { try $0.get().id } == Array(repeating: "new", count: 6))
        #expect(played.sizes.sorted() == [2, 4])
        #expect(played.parts.allSatisfy { $0.method == "POST" && $0.url == "/subscriptions" && $0.body.contains("clientState") })

        let renewed = await graph.renewSubscriptions([("a", 1_795_944_600_000), ("gone", 1_795_944_600_000)])
        #expect(try renewed[0].get().id == "a" && renewed[1].failure?.code == .notFound)
        #expect(played.parts.last { $0.method == "PATCH" }?.body == #"{"expirationDateTime":"2026-11-29T09:30:00.000Z"}"#)
        let encryption = SubscriptionEncryption(certificate: "AA==", certificateID: "second")
        let change = SubscriptionChange(notificationURL: "https://me.test/new", encryption: encryption)
        #expect(try await graph.updateSubscriptions([("a", change)])[0].get().id == "a")
        #expect(played.parts.last?.body.contains(#""encryptionCertificateId":"second""#) == true)
        let authorized = await graph.reauthorizeSubscriptions(ids: ["a", "away"])
        #expect(authorized[0].failure == nil && authorized[1].failure?.code == .notFound)
        #expect(played.parts.count { $0.method == "POST" && $0.url == "/subscriptions/a/reauthorize" } == 1)
        let shown = await graph.subscriptions(ids: ["gone", "b"])
        #expect(shown[0].failure?.code == .notFound && (try? shown[1].get().id) == "b")
        let deleted = await graph.deleteSubscriptions(ids: ["gone", "b"])
        #expect(deleted.allSatisfy { $0.failure == nil } && deleted.count == 2)
    }

    @Test func eachPartCountsForTheLimits() async throws {
        let played = PlayedBatches { _ in (204, "{}", "") }
        let graph = self.client(played)
        let ids = (0..<1_000).map(String.init)
        #expect(await graph.deleteSubscriptions(ids: ids).allSatisfy { $0.failure == nil })
        // 450 of 500 in each 20 s: a third window is needed for the rest. How much longer it takes depends on how sleepers who
        // move the clock on meet.
        #expect(self.clock.now.offset >= .seconds(40))
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
