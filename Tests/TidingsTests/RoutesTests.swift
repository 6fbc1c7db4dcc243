import GraphRelay
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JWTKit
import Logging
import NIOCore
import SignalRAuthentication
import Synchronization
import Testing

@testable import tidings

struct RoutesTests {
    private static let adminToken = String(repeating: "a", count: 43)

    private final class Condition: Sendable {
        let isFailing = Mutex(false)
    }

    private let readiness = Readiness(of: [.listener])
    private let condition = Condition()
    private let log = InMemoryUpdateLog(epoch: "e")

    private func append(_ resources: String...) async throws {
        for (index, resource) in resources.enumerated() {
            let update = GraphUpdate(changeType: "created", resource: resource, timestamp: 0, topics: ["all"])
            let key = DeduplicationKey(high: 0, low: UInt64(index), window: .zero)
            _ = try await self.log.append(RelayOutcome(drafts: [UpdateDraft(update: update, deduplicationKey: key)]))
        }
    }

    private func test(
        _ authentication: ServerSettings.ClientAuthentication = .none, hosts: [String] = [],
        status: @escaping @Sendable () async throws(RelayError) -> StatusReport = { () throws(RelayError) in Self.report },
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let token = try #require(AdminToken(Self.adminToken))
        let access = try ClientAccess(
            authentication: authentication, topics: ["subscription/*"], hosts: TrustedHosts(besidesLoopback: hosts),
            adminToken: token, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let file = DeclarationFile(in: try DataDirectory("/tmp"))
        let registry = try SubscriptionRegistry(ServerSettings(dataDirectory: "/tmp"), file: file)
        let routes = Routes(
            updates: UpdatesRoute(reader: UpdateReader(log: self.log, policy: access.policy), access: access),
            admin: AdminRoutes(desk: SubscriptionDesk(registry: registry, manager: nil, catchUp: nil), adminToken: token),
            adminToken: token, readiness: self.readiness,
            isStorageFailing: { [condition] in condition.isFailing.withLock { $0 } }, status: status, metrics: PrometheusMetrics()
        )
        try await Application(router: routes.router()).test(.router) { client in try await body(client) }
    }

    private static let report = StatusReport(
        version: "1", startedAt: 0, mode: "serve", epoch: "e", bounds: UpdateLogBounds(oldest: 1, latest: 0), waiting: 3,
        deadLetters: 0, connections: 0, subscriptions: []
    )

    @Test func thePageLoadsNothingFromElsewhere() async throws {
        try await self.test { client in
            for (path, type) in [("/", "text/html"), ("/dashboard.js", "text/javascript"), ("/dashboard.css", "text/css")] {
                try await client.execute(uri: path, method: .get) { response in
                    #expect(response.status == .ok)
                    #expect(response.headers[.contentType]?.hasPrefix(type) == true)
                    #expect(response.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
                    #expect(response.headers[.xContentTypeOptions] == "nosniff")
                    #expect(response.body.readableBytes > 0)
                }
            }
            try await client.execute(uri: "/", method: .head) { response in
                #expect(response.status == .ok)
            }
        }
    }

    @Test func whatDoesNotExistHasTheHeadersToo() async throws {
        try await self.test { client in
            try await client.execute(uri: "/nothing", method: .get) { response in
                #expect(response.status == .notFound)
                #expect(response.headers[.contentSecurityPolicy] == "default-src 'none'; frame-ancestors 'none'")
            }
        }
    }

    @Test(arguments: ["/admin/status", "/metrics"])
    func theAdministratorsPagesNeedTheToken(path: String) async throws {
        try await self.test { client in
            for value in [nil, "Bearer", "Bearer ", "Bearer x", "Basic \(Self.adminToken)", "Bearer \(Self.adminToken)x"] {
                var headers = HTTPFields()
                headers[.authorization] = value
                try await client.execute(uri: path + "?access_token=\(Self.adminToken)", method: .get, headers: headers) {
                    #expect($0.status == .unauthorized)
                    #expect($0.headers[.wwwAuthenticate] == "Bearer")
                }
            }
            let headers: HTTPFields = [.authorization: "bearer \(Self.adminToken)"]
            try await client.execute(uri: path, method: .get, headers: headers) { response in
                #expect(response.status == .ok)
                let text = String(buffer: response.body)
                #expect(text.contains(path == "/metrics" ? "tidings_queue_waiting 3" : #""waiting":3"#))
            }
        }
    }

    @Test func aStorageThatCannotBeReadIsUnavailable() async throws {
        try await self.test(status: { () throws(RelayError) in throw RelayError(.storageFailed, "secret detail") }) { client in
            let headers: HTTPFields = [.authorization: "Bearer \(Self.adminToken)"]
            try await client.execute(uri: "/admin/status", method: .get, headers: headers) { response in
                #expect(response.status == .serviceUnavailable)
                #expect(!String(buffer: response.body).contains("secret"))
            }
        }
    }

    @Test func readyMeansEverythingIsThereAndTheStorageWrites() async throws {
        try await self.test { [readiness, condition] client in
            func ready() async throws -> String {
                try await client.execute(uri: "/health/ready", method: .get) { response in
                    "\(response.status.code) \(String(buffer: response.body))"
                }
            }
            #expect(try await ready() == "503 starting: listener\n")
            readiness.reached(.listener)
            #expect(try await ready() == "200 ready\n")
            condition.isFailing.withLock { $0 = true }
            #expect(try await ready() == "503 storage\n")
            try await client.execute(uri: "/health/live", method: .get) { #expect($0.status == .ok) }
        }
    }

    @Test func updatesAreCaughtUp() async throws {
        try await self.append("first", "second")
        try await self.test { client in
            func page(_ query: String, _ headers: HTTPFields = [:]) async throws -> UpdatePage {
                try await client.execute(uri: "/updates" + query, method: .get, headers: headers) { response in
                    #expect(response.status == .ok)
                    #expect(response.headers[.contentType] == "application/json")
                    #expect(response.headers[.cacheControl] == "no-store")
                    return try #require(UpdatePage(json: response.body))
                }
            }
            let now = try await page("")
            #expect(now.cursor == "e-2")
            #expect(now.updates.isEmpty)
            let other = try await page("?after=other-0")
            #expect(other.hasGap)
            for (query, count) in [
                ("?after=e-0&topics=all", 2), ("?after=e-0&topics=subscription/x,user/y", 0),
                ("?after=e-0&topics=subscription%2Fx&topics=all", 2), ("?after=e-1", 1),
            ] {
                let page = try await page(query)
                #expect(page.updates.count == count, "\(query)")
            }
            // A browser that reconnects repeats the address, and says in a header how far it came.
            let again = try await page("?after=e-0", [.lastEventID: "e-1"])
            #expect(again.updates.count == 1)
        }
    }

    @Test(arguments: [
        ("?after=nonsense", 400), ("?after=", 400), ("?topics=%01", 400),
        ("?after=e-0&topics=" + String(repeating: "x", count: 300), 400),
    ])
    func whatMakesNoSenseIsRefused(query: String, status: Int) async throws {
        try await self.test { client in
            for accept in ["*/*", "text/event-stream"] {
                try await client.execute(uri: "/updates" + query, method: .get, headers: [.accept: accept]) { response in
                    #expect(response.status.code == status)
                    #expect(response.headers[.contentType]?.hasPrefix("text/plain") == true)
                }
            }
        }
    }

    @Test func whoSignsInSeesWhatTheyMay() async throws {
        try await self.test(.token(Secret("0123456789abcdef"))) { client in
            let own: HTTPFields = [.authorization: "Bearer 0123456789abcdef"]
            let administrator: HTTPFields = [.authorization: "Bearer \(Self.adminToken)"]
            for (query, headers, status) in [
                ("", [:], 401), ("", own, 403), ("?topics=subscription/sales", own, 200),
                ("?topics=subscription/sales&access_token=0123456789abcdef", [:], 200), ("", administrator, 200),
            ] {
                try await client.execute(uri: "/updates" + query, method: .get, headers: headers) { response in
                    #expect(response.status.code == status, "\(query)")
                }
            }
        }
    }

    private struct Claims: JWTPayload {
        var iss = "https://issuer.example"
        var aud = "tidings"
        var sub = "ann"
        var exp: Double
        var scp: String?

        func verify(using algorithm: some JWTAlgorithm) {}
    }

    @Test func updatesAreForUsersWithATokenWhileItLasts() async throws {
        let secret = String(repeating: "s", count: 32)
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        let good = try await keys.sign(Claims(exp: 4_000_000_000))
        let late = try await keys.sign(Claims(exp: 1_000_000_000))
        let configuration = JWTConfiguration(
            issuer: "https://issuer.example", audience: "tidings", keys: .sharedSecret(secret)
        )
        try await self.test(.jwt(configuration)) { client in
            for (topic, token, status) in [
                ("user/ann", good, HTTPResponse.Status.ok), ("user/bob", good, .forbidden), ("user/ann", late, .unauthorized),
            ] {
                try await client.execute(
                    uri: "/updates?topics=\(topic)", method: .get, headers: [.authorization: "Bearer \(token)"]
                ) { #expect($0.status == status) }
            }
        }
        // Who is known, and lacks a scope.
        var narrow = configuration
        narrow.requiredScopes = ["Updates.Read"]
        let scoped = try await keys.sign(Claims(exp: 4_000_000_000, scp: "openid Updates.Read"))
        try await self.test(.jwt(narrow)) { client in
            for (token, status) in [(good, HTTPResponse.Status.forbidden), (scoped, .ok), (late, .unauthorized)] {
                try await client.execute(
                    uri: "/updates?topics=user/ann", method: .get, headers: [.authorization: "Bearer \(token)"]
                ) { #expect($0.status == status) }
            }
        }
    }
}
