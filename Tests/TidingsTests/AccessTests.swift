import GraphRelay
import JWTKit
import Logging
import SignalR
import SignalRAuthentication
import Testing

@testable import tidings

struct AccessTests {
    private struct Ones: RandomNumberGenerator {
        mutating func next() -> UInt64 { .max }
    }

    @Test func aSecretMatchesItselfOnly() {
        let secret = Secret("open sesame")
        #expect(secret.matches("open sesame"))
        #expect(!secret.matches("open sesam"))
        #expect(!secret.matches("open sesame "))
        #expect(!secret.matches(""))
        #expect("\(secret)" == "<secret>")
    }

    @Test func anAdminTokenIsThirtyTwoBytesFitForAURL() throws {
        var ones = Ones()
        #expect(AdminToken.random(using: &ones) == String(repeating: "_", count: 42) + "8")
        var generator = SystemRandomNumberGenerator()
        let first = AdminToken.random(using: &generator)
        #expect(first.utf8.count == 43)
        #expect(first != AdminToken.random(using: &generator))
        #expect(AdminToken(first)?.matches(first) == true)
        #expect(AdminToken("short") == nil)
        #expect(AdminToken(String(repeating: "a", count: 31) + "é") == nil)
    }

    @Test func theAdminTokenIsMadeOnceAndKeptPrivate() async throws {
        try await withTemporaryDirectory { path in
            let directory = try DataDirectory(path + "/a/b/")
            var generator = SystemRandomNumberGenerator()
            let token = try AdminToken(keptIn: directory, generator: &generator)
            #expect(try AdminToken(keptIn: directory, generator: &generator).text == token.text)
            #expect(try permissions(of: path + "/a/b") == 0o700)
            #expect(try permissions(of: path + "/a/b/admin-token") == 0o600)
        }
    }

    @Test func aDamagedAdminTokenIsRefused() async throws {
        try await withTemporaryDirectory { path in
            let directory = try DataDirectory(path)
            try TextFile.store("", to: directory.file("admin-token"))
            var generator = SystemRandomNumberGenerator()
            #expect(throws: Failure("\(path)/admin-token does not hold an admin token; remove it, and a new one is made.")) {
                try AdminToken(keptIn: directory, generator: &generator)
            }
        }
    }

    @Test func aFileIsNoDataDirectory() async throws {
        try await withTemporaryDirectory { path in
            try TextFile.store("x", to: path + "/data")
            #expect(throws: Failure.self) { try DataDirectory(path + "/data") }
            #expect(throws: Failure.self) { try DataDirectory(path + "/data/below") }
            #expect(throws: Failure.self) { try DataDirectory("") }
        }
    }

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let adminToken = AdminToken(String(repeating: "a", count: 43))

    @Test func whereNobodySignsInEverythingIsOpenToThisMachine() async throws {
        let access = try ClientAccess(
            authentication: .none, topics: [], hosts: TrustedHosts(besidesLoopback: ["https://tidings.example.com/x"]),
            adminToken: try #require(self.adminToken), logger: Self.logger
        )
        #expect(try await access.user(presenting: nil, host: "127.0.0.1:8080") == nil)
        #expect(try await access.user(presenting: "anything", host: "tidings.example.com") == nil)
        #expect(access.policy.allows("all", to: nil))
        // A page whose name suddenly means this machine.
        await #expect(throws: ClientAccess.Refused.host) { try await access.user(presenting: nil, host: "evil.example.com:8080") }
        await #expect(throws: ClientAccess.Refused.host) { try await access.user(presenting: nil, host: nil) }
    }

    @Test(arguments: [
        ("localhost:80", true), ("[::1]:80", true), ("127.0.0.1", true), ("A.example:8080", true), ("b.example", true),
        ("c.example", false), ("a.example.evil", false), ("", false), ("127.0.0.1.evil.example", false),
    ])
    func theNamesOfTheServerAreKnown(host: String, isKnown: Bool) {
        let hosts = TrustedHosts(besidesLoopback: ["https://a.example", "http://B.example:81/path"])
        #expect(hosts.allows(host) == isKnown)
    }

    @Test func aTokenOpensItsTopics() async throws {
        let access = try ClientAccess(
            authentication: .token(Secret("0123456789abcdef")), topics: ["subscription/*"],
            hosts: TrustedHosts(besidesLoopback: []), adminToken: try #require(self.adminToken), logger: Self.logger
        )
        await #expect(throws: ClientAccess.Refused.token) { try await access.user(presenting: nil, host: "127.0.0.1") }
        await #expect(throws: ClientAccess.Refused.token) {
            try await access.user(presenting: "0123456789abcdeX", host: "127.0.0.1")
        }
        let client = try await access.user(presenting: "0123456789abcdef", host: "anything.example.com")
        #expect(client != nil)
        #expect(access.policy.allows("subscription/sales", to: client))
        #expect(!access.policy.allows("all", to: client))
        let administrator = try await access.user(presenting: String(repeating: "a", count: 43), host: nil)
        #expect(access.policy.allows("all", to: administrator))
    }

    private struct Claims: JWTPayload {
        var iss = "https://issuer.example"
        var aud = "tidings"
        var oid = "0E9A"
        var exp: Double = 4_000_000_000
        var role = "administrator"
        var scp = "openid"

        func verify(using algorithm: some JWTAlgorithm) {}
    }

    @Test func aUserFollowsWhatIsTheirs() async throws {
        let secret = String(repeating: "s", count: 32)
        let access = try ClientAccess(
            authentication: .jwt(
                JWTConfiguration(issuer: "https://issuer.example", audience: "tidings", keys: .sharedSecret(secret))
            ),
            topics: ["subscription/news"], hosts: TrustedHosts(besidesLoopback: []),
            adminToken: try #require(self.adminToken), logger: Self.logger
        )
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        let user = try #require(try await access.user(presenting: keys.sign(Claims()), host: nil))
        #expect(user.id == "0E9A")
        #expect(user.expiresAt == 4_000_000_060_000)
        #expect(access.policy.allows("user/0e9a", to: user))
        #expect(access.policy.allows("subscription/news", to: user))
        // A token may claim what it likes.
        for topic in ["all", "user/4711", "subscription/sales"] { #expect(!access.policy.allows(topic, to: user)) }
        let administrator = try await access.user(presenting: String(repeating: "a", count: 43), host: nil)
        #expect(access.policy.allows("all", to: administrator))

        let other = try await keys.sign(Claims(aud: "another"))
        for candidate in [nil, "", other, secret] {
            await #expect(throws: ClientAccess.Refused.token) { try await access.user(presenting: candidate, host: nil) }
        }
    }

    @Test func whoLacksAScopeIsForbiddenRatherThanUnknown() async throws {
        let secret = String(repeating: "s", count: 32)
        var configuration = JWTConfiguration(issuer: "https://issuer.example", audience: "tidings", keys: .sharedSecret(secret))
        configuration.requiredScopes = ["openid", "Updates.Read"]
        let access = try ClientAccess(
            authentication: .jwt(configuration), topics: [], hosts: TrustedHosts(besidesLoopback: []),
            adminToken: try #require(self.adminToken), logger: Self.logger
        )
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        let (narrow, wide) = (try await keys.sign(Claims()), try await keys.sign(Claims(scp: "Updates.Read openid")))
        await #expect(throws: ClientAccess.Refused.scope) { try await access.user(presenting: narrow, host: nil) }
        #expect(try await access.user(presenting: wide, host: nil)?.id == "0E9A")
    }

    @Test func withoutTheKeysOfTheIssuerNobodyIsToldThatTheyAreWrong() async throws {
        // Nobody listens at port 1.
        var configuration = JWTConfiguration(
            issuer: "https://issuer.example", audience: "tidings", keys: .jwks("http://127.0.0.1:1/")
        )
        configuration.keyTimeout = .milliseconds(100)
        let access = try ClientAccess(
            authentication: .jwt(configuration), topics: [], hosts: TrustedHosts(besidesLoopback: []),
            adminToken: try #require(self.adminToken), logger: Self.logger
        )
        let keys = JWTKeyCollection()
        await keys.add(ecdsa: ES256PrivateKey())
        let token = try await keys.sign(Claims())
        await #expect(throws: ClientAccess.Refused.unavailable) { try await access.user(presenting: token, host: nil) }
    }
}
