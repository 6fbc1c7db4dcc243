import Logging
import NIOCore
import NIOHTTP1
import Testing

@testable import GraphNotifications

/// What the client does when Graph does not do what it was asked to.
@Suite(.timeLimit(.minutes(1))) struct GraphClientFailureTests {
    private let played = PlayedGraph()
    private let clock = SkippingClock()
    private let credential = CountingCredential()
    private let lines = Notes<String>()
    private let draft = SubscriptionDraft(
        resource: "users/u/messages", changeTypes: .created, notificationURL: "https://me.test/n",
        expiresAt: 1_795_944_600_000, clientState: "s3cr3t"
    )

    private func client(
        attempts: Int = 3, tenantID: String = "contoso", traffic: GraphTraffic? = nil, credential: (any GraphCredential)? = nil
    ) -> GraphClient {
        GraphClient(
            self.played, credential: credential ?? self.credential, tenantID: tenantID, traffic: traffic,
            failures: FailurePolicy(attempts: attempts, backoff: Backoff(base: .seconds(2), maximum: .seconds(60))),
            clock: self.clock, logger: recordingLogger(self.lines)
        )
    }

    private func answering(_ statuses: Int..., retryAfter: String? = nil) {
        let count = Notes<Void>()
        self.played.onRequest { _ in
            count.note(())
            guard count.count <= statuses.count else { return nil }
            return PlayedGraph.error(statuses[count.count - 1], "x", "busy", retryAfter: retryAfter)
        }
    }

    @Test func whatMayPassIsTriedAgain() async throws {
        self.answering(503, 500)
        #expect(try await self.client().subscriptions().isEmpty)
        #expect(self.played.asked.count == 3 && self.clock.sleeps.all == [.seconds(2), .seconds(4)])
        #expect(self.lines.all.contains { $0.contains("asked again") && $0.contains("tidings.failure.class\": retryable") })
    }

    @Test func aLimitIsRespectedAndThenTriedAgain() async throws {
        self.answering(429, retryAfter: "2.5")
        _ = try await self.client().createSubscription(self.draft)
        #expect(self.clock.sleeps.all == [.milliseconds(2_500)])
        #expect(self.played.asked == ["POST /subscriptions", "POST /subscriptions"])
    }

    @Test func whoeverWouldWaitTooLongIsToldHowLong() async throws {
        self.answering(429, retryAfter: "300")
        let error = await #expect(throws: GraphError.self) { try await self.client().createSubscription(self.draft) }
        #expect(error?.code == .throttled && error?.retryAfter == .seconds(300) && self.clock.sleeps.all.isEmpty)
        let next = await #expect(throws: GraphError.self) { try await self.client().with(failures: .once).renew("a") }
        #expect(next?.code == .notFound)
    }

    @Test func aCreateThatMayHaveWorkedIsNotRepeated() async throws {
        for status in [500, 502, 503, 504] {
            let before = self.played.asked.count
            self.answering(status)
            let error = await #expect(throws: GraphError.self) { try await self.client().createSubscription(self.draft) }
            #expect(error?.isUncertain == true && self.played.asked.count == before + 1)
        }
        self.played.onRequest { _ throws(GraphError) in throw GraphError(.unreachable, "No answer.") }
        let before = self.played.asked.count
        await #expect(throws: GraphError.self) { try await self.client().createSubscription(self.draft) }
        #expect(self.played.asked.count == before + 1)
    }

    @Test(arguments: [400, 403, 404, 409])
    func whatDoesNotPassIsNotTriedAgain(status: Int) async throws {
        self.answering(status)
        await #expect(throws: GraphError.self) { try await self.client().renewSubscription(id: "a", until: 0) }
        #expect(self.played.asked.count == 1)
    }

    @Test func otherCallsAreRepeatedHoweverTheyEnded() async throws {
        self.played.plant(
            .init(
                id: "a", resource: "r", changeType: "created", notificationURL: "n", clientState: "s",
                expiresAt: "2026-11-29T09:30:00Z"
            )
        )
        for call in [
            { (graph: GraphClient) async throws in _ = try await graph.renewSubscription(id: "a", until: 1_795_944_600_000) },
            { graph in _ = try await graph.subscription(id: "a") },
            { graph in try await graph.deleteSubscription(id: "a") },
        ] {
            let before = self.played.asked.count
            self.answering(504)
            try await call(self.client())
            #expect(self.played.asked.count == before + 2)
        }
        let failed = Notes<Void>()
        self.played.onRequest { _ in
            failed.note(())
            return failed.count == 1 ? PlayedGraph.error(502, "x", "x") : GraphResponse(status: 204)
        }
        try await self.client().reauthorizeSubscription(id: "a/b")
        #expect(self.played.asked.suffix(2) == Array(repeating: "POST /subscriptions/a%2Fb/reauthorize", count: 2))
    }

    @Test func errorsAndLinesCarryTheIDsOfTheRequest() async throws {
        self.played.onRequest { request in
            #expect(request.headers["client-request-id"] == ["ours"])
            var response = PlayedGraph.error(403, "Forbidden", "no")
            response.headers.add(name: "request-id", value: "theirs")
            return response
        }
        let error = await #expect(throws: GraphError.self) { try await self.client().createSubscription(self.draft) }
        #expect(error?.clientRequestID == "ours" && error?.requestID == "theirs")
        let line = try #require(self.lines.all.first { $0.hasPrefix("debug") })
        #expect(line.contains("graph.client_request.id\": ours") && line.contains("graph.request.id\": theirs"))
        #expect(line.contains("graph.operation\": write") && line.contains("graph.tenant.id\": contoso"))
        self.played.onRequest { _ in
            let body = #"{"error":{"code":"x","message":"y","innerError":{"date":"z","request-id":"inner"}}}"#
            return GraphResponse(status: 400, body: ByteBuffer(string: body))
        }
        let inner = await #expect(throws: GraphError.self) { try await self.client().createSubscription(self.draft) }
        #expect(inner?.requestID == "inner" && inner?.graphCode == "x")
        self.played.onRequest { _ throws(GraphError) in throw GraphError(.unreachable, "No answer.") }
        let unsent = await #expect(throws: GraphError.self) { try await self.client().createSubscription(self.draft) }
        #expect(unsent?.clientRequestID == "ours")
    }

    @Test func aClaimsChallengeIsPassedOn() async throws {
        let claims = #"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#
        self.played.onRequest { request in
            guard request.headers["Authorization"] == ["Bearer token1"] else { return nil }
            var response = PlayedGraph.error(401, "InvalidAuthenticationToken", "Continuous access evaluation.")
            response.headers.add(
                name: "WWW-Authenticate",
                value: """
                    Bearer realm="", authorization_uri="https://login.test/common/oauth2/authorize", \
                    error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ=="
                    """
            )
            return response
        }
        _ = try await self.client().subscriptions()
        #expect(self.credential.demands.all.map(\.claims) == [nil, claims])
        #expect(self.credential.demands.all.map { $0.refused?.value } == [nil, "token1"])
    }

    @Test func whatMakesASubscriptionLiveTakesATokenThatLives() async throws {
        let graph = self.client(attempts: 1)
        let id = try await graph.createSubscription(self.draft).id
        _ = try await graph.renewSubscription(id: id, until: 1_795_944_600_000)
        _ = try await graph.subscription(id: id)
        #expect(self.credential.demands.all.map(\.minimumLifetime) == [.seconds(1_800), .seconds(1_800), .zero])
    }

    @Test func aTenantWhereNothingWorksIsLeftAloneAndOthersGoOn() async throws {
        let traffic = GraphTraffic(failuresUntilPause: 3, pause: Backoff(base: .seconds(10)), clock: self.clock, random: { 1 })
        let broken = self.client(attempts: 1, tenantID: "broken", traffic: traffic)
        let whole = self.client(attempts: 1, tenantID: "whole", traffic: traffic)
        self.played.onRequest { $0.url.contains("/bad") ? PlayedGraph.error(503, "x", "down") : nil }
        for id in ["bad1", "bad2", "bad3"] {
            let error = await #expect(throws: GraphError.self) { try await broken.subscription(id: id) }
            #expect(error?.code == .serviceFailed)
        }
        let before = self.played.asked.count
        let suspended = await #expect(throws: GraphError.self) { try await broken.subscriptions() }
        #expect(suspended?.code == .suspended && suspended?.retryAfter == .seconds(10) && self.played.asked.count == before)
        #expect(try await whole.subscriptions().isEmpty)
        #expect(self.lines.all.contains { $0.hasPrefix("notice: Graph failed again and again") && $0.contains("broken") })

        try await self.clock.sleep(for: .seconds(10))
        #expect(try await broken.subscriptions().isEmpty)
        #expect(self.lines.all.contains { $0.hasPrefix("notice: Graph works again") })
    }

    @Test func noTokenAndNoSecretIsEverLogged() async throws {
        let signIn = PlayedSignIn()
        signIn.answer(200, #"{"access_token":"t0k3n","expires_in":3600}"#)
        let credential = ClientSecretCredential(signIn.service(now: { ManualTime.start }), clientSecret: "p4ssw0rd")
        let graph = self.client(credential: credential)
        for status in [200, 401, 403, 429, 500] {
            self.played.onRequest { _ in PlayedGraph.error(status, "x", "y", retryAfter: "1") }
            _ = try? await graph.createSubscription(self.draft)
            _ = try? await graph.get("users", query: [("$select", "id")])
            _ = await graph.createSubscriptions([self.draft])
        }
        #expect(self.lines.count > 20)
        for secret in ["t0k3n", "p4ssw0rd", "s3cr3t"] { #expect(!self.lines.all.contains { $0.contains(secret) }) }
    }
}

extension GraphClient {
    fileprivate func renew(_ id: String) async throws(GraphError) -> GraphSubscription {
        try await self.renewSubscription(id: id, until: 0)
    }
}
