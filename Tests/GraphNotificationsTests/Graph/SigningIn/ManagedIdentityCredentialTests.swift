import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOHTTP1
import Testing

@testable import GraphNotifications

/// What stands at the address of a machine's identity service: answers one after the other, and then the last one again.
private final class PlayedMachine: GraphTransport {
    let requests = Notes<GraphRequest>()
    private let answers: [GraphResponse]
    private let probes: Bool

    init(_ answers: GraphResponse..., probes: Bool = true) {
        self.answers = answers
        self.probes = probes
    }

    func send(_ request: GraphRequest) async throws(GraphError) -> GraphResponse {
        if request.headers["Metadata"].isEmpty, request.headers["X-IDENTITY-HEADER"].isEmpty {
            guard self.probes else { throw GraphError(.unreachable, "No answer.") }
            return PlayedGraph.ok(400, "")
        }
        self.requests.note(request)
        return self.answers[min(self.requests.count, self.answers.count) - 1]
    }
}

@Suite(.timeLimit(.minutes(1))) struct ManagedIdentityCredentialTests {
    private let clock = SkippingClock()
    private static let start = ManualTime.start
    private static let token = PlayedGraph.ok(
        200, #"{"access_token":"t","expires_in":"3599","expires_on":"1800003599","token_type":"Bearer"}"#
    )

    private func credential(
        _ machine: any GraphTransport, _ host: ManagedIdentityHost, identity: ManagedIdentity = .systemAssigned,
        arcDirectory: String = ArcChallenge.directory
    ) -> ManagedIdentityCredential {
        ManagedIdentityCredential(
            identity: identity, host: host, resource: "https://graph.microsoft.com", arcDirectory: arcDirectory,
            transport: machine, clock: self.clock, now: { Self.start }, random: { 1 }
        )
    }

    @Test func asksTheMetadataService() async throws {
        let machine = PlayedMachine(Self.token)
        let credential = self.credential(machine, .instanceMetadata, identity: .clientID("c&d"))
        let token = try await credential.token()
        #expect(token.value == "t" && token.expiresAt == Self.start + 3_599_000)
        let request = try #require(machine.requests.all.first)
        #expect(
            request.url == "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
                + "&resource=https%3A%2F%2Fgraph.microsoft.com&client_id=c%26d"
        )
        #expect(request.method == .GET && request.headers["Metadata"] == ["true"])
        _ = try await credential.token()
        #expect(machine.requests.count == 1)
    }

    @Test func elsewhereItIsOverQuickly() async throws {
        let machine = PlayedMachine(Self.token, probes: false)
        let error = await #expect(throws: GraphError.self) { try await self.credential(machine, .instanceMetadata).token() }
        #expect(error?.code == .unreachable && error?.message.contains("no managed identity") == true)
        #expect(machine.requests.count == 0 && self.clock.sleeps.count == 0)
    }

    @Test(arguments: [404, 410, 429, 500, 503])
    func waitsForAServiceThatIsNotReady(status: Int) async throws {
        let away = PlayedGraph.ok(status, "")
        let machine = PlayedMachine(away, away, away, away, away, Self.token)
        #expect(try await self.credential(machine, .instanceMetadata).token().value == "t")
        #expect(self.clock.sleeps.all.reduce(.zero, +) >= .seconds(60) && machine.requests.count == 6)
    }

    @Test func itIsGivenUpAtLast() async throws {
        let machine = PlayedMachine(PlayedGraph.ok(410, ""))
        let error = await #expect(throws: GraphError.self) { try await self.credential(machine, .instanceMetadata).token() }
        #expect(error?.code == .serviceFailed && machine.requests.count == 7)
        #expect(self.clock.sleeps.all.reduce(.zero, +) >= .seconds(70))
    }

    @Test func aMachineWithoutAnIdentity() async throws {
        let machine = PlayedMachine(PlayedGraph.ok(400, #"{"error":"invalid_request","error_description":"Identity not found"}"#))
        let error = await #expect(throws: GraphError.self) { try await self.credential(machine, .instanceMetadata).token() }
        #expect(error?.code == .credentialRefused && error?.message.contains("assign it") == true && machine.requests.count == 1)
    }

    @Test func asksAppService() async throws {
        let answer = PlayedGraph.ok(200, #"{"access_token":"t","expires_on":"1800086400","resource":"r","token_type":"Bearer"}"#)
        let machine = PlayedMachine(answer)
        let host = ManagedIdentityHost(
            environment: ["IDENTITY_ENDPOINT": "http://127.0.0.1:41741/msi/token", "IDENTITY_HEADER": "853b9a84"]
        )
        let token = try await self.credential(machine, host, identity: .resourceID("/subscriptions/x")).token()
        // It lives for a day, and is replaced after half of it.
        #expect(token.expiresAt == Self.start + 86_400_000 && token.refreshesAt == Self.start + 43_200_000)
        let request = try #require(machine.requests.all.first)
        #expect(
            request.url == "http://127.0.0.1:41741/msi/token?api-version=2019-08-01"
                + "&resource=https%3A%2F%2Fgraph.microsoft.com&mi_res_id=%2Fsubscriptions%2Fx"
        )
        #expect(request.headers["X-IDENTITY-HEADER"] == ["853b9a84"] && request.headers["Metadata"].isEmpty)
    }

    @Test func provesItselfToArc() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "a.key").path
        try Data("s3cr3t".utf8).write(to: URL(filePath: file))
        let challenge = GraphResponse(status: 401, headers: ["WWW-Authenticate": "Basic realm=\(file)"])
        let machine = PlayedMachine(challenge, Self.token)
        let credential = self.credential(machine, .arc(), arcDirectory: directory.path)
        #expect(try await credential.token().value == "t")
        let requests = machine.requests.all
        #expect(
            requests.map(\.url)
                == Array(
                    repeating: "http://localhost:40342/metadata/identity/oauth2/token?api-version=2020-06-01"
                        + "&resource=https%3A%2F%2Fgraph.microsoft.com",
                    count: 2
                )
        )
        #expect(requests.map { $0.headers["Authorization"] } == [[], ["Basic s3cr3t"]])

        try Data(repeating: 0x41, count: 4_097).write(to: URL(filePath: file))
        let large = self.credential(PlayedMachine(challenge, Self.token), .arc(), arcDirectory: directory.path)
        await #expect(throws: GraphError.self) { try await large.token() }
    }

    @Test(arguments: [
        "Basic realm=/etc/shadow", "Basic realm=/var/opt/azcmagent/tokens/../../../etc/a.key",
        "Basic realm=/var/opt/azcmagent/tokens/sub/a.key", "Basic realm=/var/opt/azcmagent/tokens/a.txt",
        "Basic realm=/var/opt/azcmagent/tokensx/a.key", "Basic realm=a.key", "Bearer realm=x", "",
    ])
    func readsNoOtherFileForArc(challenge: String) async throws {
        let machine = PlayedMachine(GraphResponse(status: 401, headers: ["WWW-Authenticate": challenge]))
        let error = await #expect(throws: GraphError.self) { try await self.credential(machine, .arc()).token() }
        #expect(error?.code == .credentialRefused && machine.requests.count == 1)
        #expect(error?.message.contains("agent named") == true)
    }

    @Test func theUsualFileOfArc() throws {
        let path = try ArcChallenge.file(in: ["WWW-Authenticate": "Basic realm=\"/var/opt/azcmagent/tokens/b1.key\""])
        #expect(path == "/var/opt/azcmagent/tokens/b1.key")
    }

    @Test func theEnvironmentTellsTheMachine() async throws {
        let endpoint = "http://127.0.0.1/x"
        #expect(ManagedIdentityHost(environment: [:]) == .instanceMetadata)
        #expect(ManagedIdentityHost(environment: ["IDENTITY_ENDPOINT": endpoint]) == .instanceMetadata)
        #expect(
            ManagedIdentityHost(environment: ["IDENTITY_ENDPOINT": endpoint, "IDENTITY_HEADER": "h"])
                == .appService(endpoint: endpoint, secret: "h")
        )
        #expect(
            ManagedIdentityHost(environment: ["IDENTITY_ENDPOINT": endpoint, "IMDS_ENDPOINT": "http://localhost:40342"])
                == .arc(endpoint: endpoint)
        )
        let fabric = ManagedIdentityHost(
            environment: ["IDENTITY_ENDPOINT": endpoint, "IDENTITY_HEADER": "h", "IDENTITY_SERVER_THUMBPRINT": "t"]
        )
        for (host, identity) in [(fabric, ManagedIdentity.systemAssigned), (.arc(), .objectID("x"))] {
            let credential = self.credential(PlayedMachine(Self.token), host, identity: identity)
            let error = await #expect(throws: GraphError.self) { try await credential.token() }
            #expect(error?.code == .invalidDeclaration)
        }
    }

    @Test func overARealSocket() async throws {
        let router = Router()
        router.get("msi/token") { request, _ -> Response in
            guard request.headers[HTTPField.Name("X-IDENTITY-HEADER")!] == "h", request.uri.queryParameters["resource"] != nil
            else { throw HTTPError(.forbidden) }
            let body = #"{"access_token":"real","expires_on":"\#(Self.start / 1_000 + 3_600)"}"#
            return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: body)))
        }
        let app = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
        try await app.test(.live) { client in
            let port = try #require(client.port)
            let credential = ManagedIdentityCredential(
                host: .appService(endpoint: "http://127.0.0.1:\(port)/msi/token", secret: "h"), httpClient: .shared,
                now: { Self.start }
            )
            #expect(try await credential.token().value == "real")
        }
    }
}
