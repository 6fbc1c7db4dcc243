import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOHTTP1
import Testing

@testable import GraphNotifications

@Suite struct GraphClientTests {
    private let played = PlayedGraph()
    private let draft = SubscriptionDraft(
        resource: "users/u/messages", changeTypes: [.created, .updated], notificationURL: "https://me.test/n?shard=é",
        lifecycleNotificationURL: "https://me.test/l", expiresAt: 1_795_944_600_000, clientState: "secret"
    )

    @Test func createsRenewsShowsAndDeletes() async throws {
        let graph = GraphClient(self.played)
        let created = try await graph.createSubscription(self.draft)
        #expect(created.id == "s1")
        #expect(created.resource == self.draft.resource && created.changeTypes == [.created, .updated])
        #expect(created.expiresAt == self.draft.expiresAt)
        #expect(created.lifecycleNotificationURL == self.draft.lifecycleNotificationURL)
        #expect(self.played.subscriptions[0].clientState == "secret")
        #expect(self.played.subscriptions[0].notificationURL == self.draft.notificationURL)
        let renewed = try await graph.renewSubscription(id: "s1", until: 1_795_944_700_000)
        #expect(renewed.expiresAt == 1_795_944_700_000)
        #expect(try await graph.subscription(id: "s1").expiresAt == renewed.expiresAt)
        try await graph.deleteSubscription(id: "s1")
        try await graph.deleteSubscription(id: "s1")
        #expect(
            self.played.asked == [
                "POST /subscriptions", "PATCH /subscriptions/s1", "GET /subscriptions/s1", "DELETE /subscriptions/s1",
                "DELETE /subscriptions/s1",
            ]
        )
    }

    @Test func asksForEverythingADraftSays() async throws {
        var draft = self.draft
        draft.encryption = SubscriptionEncryption(certificate: "MIIB", certificateID: "key 1")
        draft.queryOptions = "$filter=x"
        draft.preferences = [#"IdType="ImmutableId""#, "includesecuritywebhooks"]
        self.played.onRequest { request in
            #expect(request.headers["Prefer"] == [#"IdType="ImmutableId""#, "includesecuritywebhooks"])
            return nil
        }
        _ = try await GraphClient(self.played).createSubscription(draft)
        let body = try #require(self.played.requests.first?.body)
        #expect(body.hasSuffix(#""encryptionCertificate":"MIIB","encryptionCertificateId":"key 1","includeResourceData":true}"#))
        #expect(body.contains(#""notificationQueryOptions":"$filter=x""#))
    }

    @Test func changesWhatCanBeChanged() async throws {
        let graph = GraphClient(self.played)
        let id = try await graph.createSubscription(self.draft).id
        _ = try await graph.updateSubscription(
            id: id,
            SubscriptionChange(
                expiresAt: 1_795_944_700_000, notificationURL: "https://new.test/",
                encryption: SubscriptionEncryption(certificate: "MIIB", certificateID: "2")
            )
        )
        #expect(
            self.played.requests.last?.body == #"""
                {"expirationDateTime":"2026-11-29T09:31:40.000Z","notificationUrl":"https://new.test/",\#
                "encryptionCertificate":"MIIB","encryptionCertificateId":"2"}
                """#
        )
        #expect(String(buffer: SubscriptionChange(notificationURL: "n").json) == #"{"notificationUrl":"n"}"#)
        #expect(String(buffer: SubscriptionChange().json) == "{}")
    }

    @Test func readsEverythingThatIsTold() async throws {
        self.played.onRequest { _ in
            PlayedGraph.ok(
                200,
                """
                {"id":"a","expirationDateTime":"2026-11-29T09:30:00Z","applicationId":"app","creatorId":"me","resource":null,\
                "includeResourceData":true,"encryptionCertificateId":"key 1","changeType":"updated,later"}
                """
            )
        }
        let subscription = try await GraphClient(self.played).subscription(id: "a")
        #expect(subscription.applicationID == "app" && subscription.creatorID == "me" && subscription.includesResourceData)
        #expect(subscription.encryptionCertificateID == "key 1" && subscription.changeTypes == [])
    }

    @Test func idsArePartOfThePathOnly() async throws {
        try await GraphClient(self.played).deleteSubscription(id: "../users?x=/y")
        #expect(self.played.asked == ["DELETE /subscriptions/..%2Fusers%3Fx%3D%2Fy"])
    }

    @Test func aRefusedTokenIsReplacedOnce() async throws {
        self.played.onRequest { request in
            request.headers["Authorization"] == ["Bearer token2"]
                ? nil : PlayedGraph.error(401, "InvalidAuthenticationToken", "Access token has expired.")
        }
        _ = try await GraphClient(self.played).subscriptions()
        #expect(self.played.requests.map(\.token) == ["Bearer token1", "Bearer token2"])
        self.played.onRequest { _ in PlayedGraph.error(401, "InvalidAuthenticationToken", "No.") }
        let error = await #expect(throws: GraphError.self) { try await GraphClient(self.played).subscriptions() }
        #expect(error?.code == .credentialRefused && error?.status == 401)
        #expect(self.played.requests.count == 4)
    }

    @Test func followsTheListOnTheSameHostOnly() async throws {
        let list = GraphSubscription(
            id: "a", resource: "r", changeTypes: .created, notificationURL: "n", expiresAt: 1_795_944_600_000
        )
        @Sendable func page(_ id: String, next: String?) -> GraphResponse {
            let link = next.map { #","@odata.nextLink":"\#($0)""# } ?? ""
            return PlayedGraph.ok(
                200,
                """
                {"value":[{"id":"\(id)","resource":"r","changeType":"created","notificationUrl":"n",\
                "expirationDateTime":"2026-11-29T09:30:00Z"},{"id":null}]\(link)}
                """
            )
        }
        let second = "\(PlayedGraph.base)/subscriptions?$skiptoken=2"
        self.played.onRequest { $0.url == second ? page("b", next: nil) : page("a", next: second) }
        #expect(try await GraphClient(self.played).subscriptions().map(\.id) == ["a", "b"])
        #expect(try await GraphClient(self.played).subscriptions().first == list)

        for foreign in ["https://evil.test/v1.0/subscriptions", "https://graph.test@evil.test/", "http://graph.test/v1.0/x"] {
            let before = self.played.requests.count
            self.played.onRequest { _ in page("a", next: foreign) }
            await #expect(throws: GraphError.self) { try await GraphClient(self.played).subscriptions() }
            #expect(self.played.requests.count == before + 1)
        }
        self.played.onRequest { _ in page("a", next: second) }
        let endless = GraphClient(self.played, clock: SkippingClock())
        let error = await #expect(throws: GraphError.self) { try await endless.subscriptions() }
        #expect(error?.message.contains("more than 500 pages") == true)
    }

    @Test(arguments: [
        (400, "ValidationError", "Subscription validation request timed out.", GraphError.Code.validationFailed, true),
        (400, "InvalidRequest", "Subscription validation request failed. Must respond.", .validationFailed, true),
        (400, "InvalidRequest", "Invalid 'changeType' attribute: 'created'.", .requestRefused, false),
        (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", .requestRefused, false),
        (404, "ResourceNotFound", "The object was not found.", .notFound, false), (410, "Gone", "Gone.", .notFound, false),
        (409, "ObjectIdentifierInUse", "Subscription Id x already exists", .alreadyExists, false),
        (429, "TooManyRequests", "Too many requests", .throttled, true),
        (429, "ExtensionError", "Resource 'SubscriptionCountReached' has reached limit", .requestRefused, false),
        (500, "ExtensionError", "Operation: Create; Exception: [A task was canceled.]", .serviceFailed, true),
        (503, "ExtensionError", "moving", .serviceFailed, true), (504, "x", "", .serviceFailed, true),
        (418, "Teapot", "Short and stout.", .requestRefused, false), (302, "", "", .requestRefused, false),
    ])
    func errorsSayWhatHappened(
        status: Int, graphCode: String, said: String, code: GraphError.Code, isRetryable: Bool
    ) async throws {
        self.played.onRequest { _ in PlayedGraph.error(status, graphCode, said, retryAfter: "7") }
        let error = await #expect(throws: GraphError.self) { try await GraphClient(self.played).createSubscription(self.draft) }
        #expect(error?.code == code && error?.isRetryable == isRetryable)
        #expect(error?.status == status && error?.graphCode == graphCode && error?.retryAfter == .seconds(7))
        #expect(error?.message.hasSuffix(".") == true)
        #expect(error?.message.contains("..") == false)
        #expect(error.map { "\($0)" }?.contains("secret") == false)
    }

    @Test(arguments: ["", "<html>", "[]", "{}", #"{"error":"no"}"#, #"{"error":{"code":5,"message":null}}"#, "{\"error\":"])
    func anErrorWithoutAWordIsStillOne(body: String) async throws {
        self.played.onRequest { _ in PlayedGraph.ok(502, body) }
        let error = await #expect(throws: GraphError.self) { try await GraphClient(self.played).subscription(id: "x") }
        #expect(error?.code == .serviceFailed && error?.message == "Graph failed to show the subscription: it answered 502.")
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"id":"x"}"#, #"{"id":"x","expirationDateTime":"soon"}"#,
        #"{"id":"","expirationDateTime":"2026-11-29T09:30:00Z"}"#,
    ])
    func anUnreadableAnswerMayHaveWorked(body: String) async throws {
        self.played.onRequest { _ in PlayedGraph.ok(201, body) }
        let error = await #expect(throws: GraphError.self) { try await GraphClient(self.played).createSubscription(self.draft) }
        #expect(error?.code == .serviceFailed)
    }

    @Test func sendsNoTokenInTheClear() async throws {
        let graph = GraphClient(self.played, baseURL: "http://graph.test/v1.0")
        await #expect(throws: GraphError.self) { try await graph.subscriptions() }
        #expect(self.played.requests.isEmpty)
    }

    @Test func overARealSocket() async throws {
        let router = Router()
        router.post("v1.0/subscriptions") { request, _ -> Response in
            let body = try await request.body.collect(upTo: 1 << 20)
            let isWhole = String(buffer: body).contains(#""changeType":"created,updated""#)
            guard request.headers[.authorization] == "Bearer token1", isWhole else { throw HTTPError(.badRequest) }
            let answer = #"{"id":"real","expirationDateTime":"2026-11-29T09:30:00Z"}"#
            return Response(status: .created, body: .init(byteBuffer: ByteBuffer(string: answer)))
        }
        router.get("v1.0/subscriptions/big") { _, _ in
            ByteBuffer(repeating: 0x20, count: (4 << 20) + 1)
        }
        router.post("v1.0/$batch") { request, _ -> Response in
            let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
            let isWhole = body.contains(#""url":"/users/é?$select=id""#) && request.headers[.accept] == "application/json"
            guard isWhole else { throw HTTPError(.badRequest) }
            let answer = #"{"responses":[{"id":"0","status":200,"headers":{},"body":{"id":1}}]}"#
            return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: answer)))
        }
        let app = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
        let draft = self.draft
        try await app.test(.live) { client in
            let port = try #require(client.port)
            let graph = GraphClient(
                baseURL: "http://127.0.0.1:\(port)/v1.0/", credential: CountingCredential(), httpClient: .shared,
                failures: .once
            )
            #expect(try await graph.createSubscription(draft).id == "real")
            let missing = await #expect(throws: GraphError.self) { try await graph.subscription(id: "none") }
            #expect(missing?.code == .notFound)
            let batch = await graph.batch([GraphBatchRequest(.GET, "users/é?$select=id")])
            #expect(try batch.map { String(buffer: try $0.get().body) } == [#"{"id":1}"#])
            let big = await #expect(throws: GraphError.self) { try await graph.subscription(id: "big") }
            #expect(big?.code == .unreachable)
        }
    }

    @Test func nobodyThere() async throws {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        let httpClient = HTTPClient(configuration: configuration)
        let graph = GraphClient(
            baseURL: "http://127.0.0.1:1/v1.0", credential: CountingCredential(), httpClient: httpClient, failures: .once
        )
        let error = await #expect(throws: GraphError.self) { try await graph.subscriptions() }
        try await httpClient.shutdown()
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("127.0.0.1:1") == true)
    }
}
