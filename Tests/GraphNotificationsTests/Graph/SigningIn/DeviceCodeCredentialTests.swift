import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphNotifications

/// A sign-in service that answers one after the other.
private final class ScriptedSignIn: GraphTransport {
    private let answers: Mutex<[(Int, String)]>
    let requests = Notes<(url: String, body: String)>()

    init(_ answers: [(Int, String)]) {
        self.answers = Mutex(answers)
    }

    func send(_ request: GraphRequest) async throws(GraphError) -> GraphResponse {
        self.requests.note((request.url, request.body.map { String(buffer: $0) } ?? ""))
        let answer = self.answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let answer, answer.0 > 0 else { throw GraphError(.unreachable, "No answer.") }
        return PlayedGraph.ok(answer.0, answer.1)
    }
}

@Suite(.timeLimit(.minutes(1))) struct DeviceCodeCredentialTests {
    private let clock = SkippingClock()
    private let prompts = Notes<DeviceCode>()
    private static let code = (
        200,
        #"{"user_code":"F7K2QD9XM","device_code":"dev ice","verification_uri":"https://microsoft.com/devicelogin","#
            + #""expires_in":900,"interval":5,"message":"Open the page."}"#
    )
    private static let pending = (400, #"{"error":"authorization_pending"}"#)

    private func credential(_ signIn: ScriptedSignIn, permissions: [String] = ["Mail.Read"]) -> DeviceCodeCredential {
        let service = SignInService(
            tenantID: "contoso", clientID: "app",
            cloud: GraphCloud(authority: "https://login.test", graph: "https://graph.test"), transport: signIn,
            now: { [clock] in ManualTime.start + clock.now.offset.milliseconds }
        )
        return DeviceCodeCredential(service, permissions: permissions, clock: self.clock) { [prompts] in prompts.note($0) }
    }

    private static func token(_ value: String, refresh: String? = nil) -> (Int, String) {
        (200, #"{"access_token":"\#(value)","expires_in":3600\#(refresh.map { #","refresh_token":"\#($0)""# } ?? "")}"#)
    }

    @Test func asksUntilThePersonIsDone() async throws {
        let slower = (400, #"{"error":"slow_down"}"#)
        let signIn = ScriptedSignIn([Self.code, Self.pending, slower, (0, ""), Self.pending, Self.token("t")])
        #expect(try await self.credential(signIn).token().value == "t")
        let prompt = try #require(self.prompts.all.first)
        #expect(prompt.userCode == "F7K2QD9XM" && prompt.verificationURL == "https://microsoft.com/devicelogin")
        #expect(prompt.message == "Open the page." && !"\(prompt)".contains("dev ice"))
        #expect(self.clock.sleeps.all == [5, 5, 10, 15, 15].map { .seconds($0) })
        let requests = signIn.requests.all
        #expect(requests[0].url == "https://login.test/contoso/oauth2/v2.0/devicecode")
        #expect(requests[0].body == "client_id=app&scope=https%3A%2F%2Fgraph.test%2FMail.Read%20offline_access")
        #expect(requests[1].url == "https://login.test/contoso/oauth2/v2.0/token")
        #expect(
            requests[1].body
                == "client_id=app&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=dev%20ice"
        )
    }

    @Test func renewsWithoutThePersonAsLongAsThatGoes() async throws {
        let signIn = ScriptedSignIn([
            Self.code, Self.token("t1", refresh: "r1"), Self.token("t2", refresh: "r2"), (400, #"{"error":"invalid_grant"}"#),
            Self.code, Self.token("t3"),
        ])
        let credential = self.credential(signIn, permissions: [])
        let first = try await credential.token()
        let second = try await credential.token(for: TokenDemand(refused: first))
        #expect(first.value == "t1" && second.value == "t2" && self.prompts.count == 1)
        let third = try await credential.token(for: TokenDemand(refused: second, claims: "{}"))
        #expect(third.value == "t3" && self.prompts.count == 2)
        let bodies = signIn.requests.all.map(\.body)
        #expect(bodies[0] == "client_id=app&scope=https%3A%2F%2Fgraph.test%2F.default%20offline_access")
        #expect(bodies[2].contains("grant_type=refresh_token&refresh_token=r1&scope="))
        #expect(bodies[3].contains("claims=%7B%7D") && bodies[3].contains("refresh_token=r2"))
    }

    @Test(arguments: [
        ("authorization_declined", "declined"), ("expired_token", "expired"), ("bad_verification_code", "bad_verification_code"),
    ])
    func saysHowItEnded(word: String, said: String) async throws {
        let signIn = ScriptedSignIn([Self.code, (400, #"{"error":"\#(word)"}"#)])
        let error = await #expect(throws: GraphError.self) { try await self.credential(signIn).token() }
        #expect(error?.code == .credentialRefused && error?.message.contains(said) == true)
        #expect(error.map { "\($0)" }?.contains("dev ice") == false)
    }

    @Test func itDoesNotAskForever() async throws {
        let signIn = ScriptedSignIn([Self.code] + Array(repeating: Self.pending, count: 500))
        let error = await #expect(throws: GraphError.self) { try await self.credential(signIn).token() }
        #expect(error?.message.contains("before the code expired") == true && signIn.requests.count == 181)
    }

    @Test func aTenantThatForbidsIt() async throws {
        let signIn = ScriptedSignIn([(400, #"{"error":"unauthorized_client","error_codes":[7000218]}"#)])
        let error = await #expect(throws: GraphError.self) { try await self.credential(signIn).token() }
        #expect(error?.message.contains("public client flows") == true && self.prompts.count == 0)
        let empty = ScriptedSignIn([(200, "{}")])
        let missing = await #expect(throws: GraphError.self) { try await self.credential(empty).token() }
        #expect(missing?.code == .serviceFailed)
    }
}
