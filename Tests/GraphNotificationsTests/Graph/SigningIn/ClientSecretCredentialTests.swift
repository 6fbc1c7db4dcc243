import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphNotifications

@Suite struct ClientSecretCredentialTests {
    private let signIn = PlayedSignIn()
    private let time = ManualTime()

    private func credential(authority: String = "https://login.test/") -> ClientSecretCredential {
        ClientSecretCredential(
            self.signIn.service(authority: authority, now: { [time] in time.milliseconds }), clientSecret: "s e/c&r=et"
        )
    }

    @Test func asksWithAForm() async throws {
        let token = try await self.credential().token()
        #expect(token.value == "token1" && token.expiresAt == ManualTime.start + 3_599_000)
        let request = try #require(self.signIn.requests.first)
        #expect(request.method == .POST && request.url == "https://login.test/contoso/oauth2/v2.0/token")
        #expect(request.headers["Content-Type"] == ["application/x-www-form-urlencoded"])
        #expect(
            request.body.map { String(buffer: $0) }
                == "client_id=app&scope=https%3A%2F%2Fgraph.test%2F.default&client_secret=s%20e%2Fc%26r%3Det&grant_type=client_credentials"
        )
    }

    @Test func keepsATokenUntilFiveMinutesBeforeItsEnd() async throws {
        let credential = self.credential()
        _ = try await credential.token()
        self.time.advance(by: .seconds(3598 - 300))
        #expect(try await credential.token().value == "token1")
        self.time.advance(by: .seconds(1))
        #expect(try await credential.token().value == "token2")
        #expect(self.signIn.requests.count == 2)
    }

    @Test func followsTheAdviceToRefresh() async throws {
        let credential = self.credential()
        self.signIn.answer(200, #"{"access_token":"t","expires_in":"86400","refresh_in":600}"#)
        let token = try await credential.token()
        #expect(token.refreshesAt == ManualTime.start + 600_000 && token.expiresAt == ManualTime.start + 86_400_000)
    }

    @Test func aShortLivedTokenIsUsedForHalfOfItsLife() async throws {
        self.signIn.answer(200, #"{"access_token":"t","expires_in":60}"#)
        #expect(try await self.credential().token().refreshesAt == ManualTime.start + 30_000)
    }

    @Test func manyWaitForOneRequest() async throws {
        let gate = Gate()
        self.signIn.hold(at: gate)
        let credential = self.credential()
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await credential.token().value } }
            try await eventually("it is asked") { gate.waiterCount == 1 }
            gate.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(tokens == Array(repeating: "token1", count: 50))
        #expect(self.signIn.requests.count == 1)
    }

    @Test func theyShareAFailureToo() async throws {
        let gate = Gate()
        self.signIn.hold(at: gate)
        self.signIn.answer(401, #"{"error":"invalid_client","error_codes":[7000215]}"#)
        let credential = self.credential()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask { await #expect(throws: GraphError.self) { try await credential.token() } }
            }
            try? await eventually("it is asked") { gate.waiterCount == 1 }
            gate.open()
        }
        #expect((1...10).contains(self.signIn.requests.count))
    }

    @Test func whoAskedMayGoWithoutHarmToTheOthers() async throws {
        let gate = Gate()
        self.signIn.hold(at: gate)
        let credential = self.credential()
        let first = Task { try await credential.token() }
        try await eventually("it is asked") { gate.waiterCount == 1 }
        async let second = credential.token()
        first.cancel()
        gate.open()
        #expect(try await second.value.hasPrefix("token"))
        await #expect(throws: GraphError.self) { try await first.value }
    }

    @Test func aRefusedTokenIsReplaced() async throws {
        let credential = self.credential()
        let first = try await credential.token()
        #expect(try await credential.token(for: TokenDemand(refused: first)).value == "token2")
        #expect(try await credential.token().value == "token2")
    }

    @Test func aFailedEarlyRefreshDoesNoHarm() async throws {
        let credential = self.credential()
        let first = try await credential.token()
        self.signIn.answer(503, "")
        self.time.advance(by: .seconds(3400))
        #expect(try await credential.token().value == "token1")
        #expect(try await credential.token().value == "token1")
        #expect(self.signIn.requests.count == 2)
        await #expect(throws: GraphError.self) { try await credential.token(for: TokenDemand(refused: first)) }
        self.time.advance(by: .seconds(190))
        await #expect(throws: GraphError.self) { try await credential.token() }
    }

    @Test(arguments: [
        (401, #"{"error":"invalid_client","error_description":"AADSTS1: x","error_codes":[7000215]}"#, "secret is wrong"),
        (401, #"{"error":"invalid_client","error_description":"AADSTS7000222: Expired"}"#, "expired"),
        (400, #"{"error":"unauthorized_client","error_codes":[700016]}"#, "no application app in tenant contoso"),
        (400, #"{"error":"invalid_request","error_codes":[90002]}"#, "no tenant contoso"),
        (400, #"{"error":"invalid_scope","error_codes":[70011]}"#, "scope"),
        (400, #"{"error":"invalid_grant","error_codes":["x",12345678]}"#, "invalid_grant (AADSTS12345678)"),
        (404, "<html>", "no sign-in service"), (418, "", "418"),
    ])
    func refusalsSayWhatToDo(status: Int, body: String, words: String) async throws {
        self.signIn.answer(status, body)
        let error = await #expect(throws: GraphError.self) { try await self.credential().token() }
        #expect(error?.code == .credentialRefused && error?.isRetryable == false)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error.map { "\($0)" }?.contains("s e/c&r=et") == false)
    }

    @Test(arguments: [(429, GraphError.Code.throttled), (500, .serviceFailed), (200, .serviceFailed)])
    func whatMayPassIsRetryable(status: Int, code: GraphError.Code) async throws {
        self.signIn.answer(status, #"{"access_token":""}"#)
        let error = await #expect(throws: GraphError.self) { try await self.credential().token() }
        #expect(error?.code == code && error?.isRetryable == true)
    }

    @Test func theSecretIsNotSentInTheClear() async throws {
        for authority in ["http://login.test", "ftp://login.test", "login.test"] {
            let credential = self.credential(authority: authority)
            await #expect(throws: GraphError.self) { try await credential.token() }
        }
        #expect(self.signIn.requests.isEmpty)
        _ = try await self.credential(authority: "http://127.0.0.1:8081").token()
    }

    @Test func descriptionsShowNothing() async throws {
        let credential = self.credential()
        let token = try await credential.token()
        let text = "\(credential) \(String(reflecting: credential)) \(token) \(String(reflecting: token))"
        #expect(!text.contains("s e/c") && !text.contains("token1"))
    }
}
