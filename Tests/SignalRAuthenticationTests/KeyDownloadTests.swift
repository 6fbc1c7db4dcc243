import HTTPTypes
import JWTKit
import SignalR
import Testing

@testable import SignalRAuthentication
@testable import SignedTokens

/// Against an issuer that really answers.
struct KeyDownloadTests {
    private let pages = TestIssuerPages()
    private let clock = ManualClock()

    private func authenticator(
        port: Int, keys: JWTKeySource? = nil, issuer: String = "https://issuer.example", timeout: Duration = .seconds(10)
    ) throws -> JWTAuthenticator {
        var configuration = JWTConfiguration(
            issuer: issuer, audience: "chat", keys: keys ?? .jwks("http://127.0.0.1:\(port)/keys")
        )
        configuration.keyTimeout = timeout
        return try JWTAuthenticator(configuration, now: { [clock] in clock.now }, logger: quietLogger)
    }

    private func code(_ token: String, _ authenticator: JWTAuthenticator) async -> JWTAuthenticationError.Code? {
        await #expect(throws: JWTAuthenticationError.self) { try await authenticator.user(presenting: token) }?.code
    }

    @Test func keysAreFetchedOnceAndForEverybody() async throws {
        let key = try await TestKey.rsa("one")
        self.pages.publish([key])
        try await withServer(router: self.pages.router) { port in
            let authenticator = try self.authenticator(port: port)
            #expect(self.pages.requests.isEmpty)
            let token = try key.token(claims())
            try await withThrowingTaskGroup(of: String.self) { tasks in
                for _ in 0..<20 { tasks.addTask { try await authenticator.user(presenting: token).id } }
                for try await id in tasks { #expect(id == "ann") }
            }
            #expect(self.pages.requests == ["/keys"])
        }
    }

    @Test func aNewKeyIsFoundWithinAMinute() async throws {
        let old = try await TestKey.p256("old")
        let new = try await TestKey.p256("new")
        self.pages.publish([old])
        try await withServer(router: self.pages.router) { port in
            let authenticator = try self.authenticator(port: port)
            _ = try await authenticator.user(presenting: old.token(claims()))
            self.pages.publish([new])
            // Strangers with keys of their own cost the issuer nothing.
            for _ in 0..<5 { #expect(await self.code(try new.token(claims()), authenticator) == .unknownKey) }
            #expect(self.pages.requests.count == 1)
            self.clock.advance(by: 60_000)
            #expect(try await authenticator.user(presenting: new.token(claims())).id == "ann")
            #expect(self.pages.requests.count == 2)
            // The old one was withdrawn.
            #expect(await self.code(try old.token(claims()), authenticator) == .unknownKey)
        }
    }

    @Test func keysStayWhileTheIssuerIsDown() async throws {
        let key = try await TestKey.p256("k")
        self.pages.publish([key])
        try await withServer(router: self.pages.router) { port in
            let authenticator = try self.authenticator(port: port)
            let lasting = try key.token(claims(["exp": "2000000"]))
            _ = try await authenticator.user(presenting: lasting)
            let stranger = try await TestKey.p256("x").token(claims(["exp": "2000000"]))
            func tryAll() async throws {
                self.clock.advance(by: 60_000)
                #expect(await self.code(stranger, authenticator) == .unknownKey)
                #expect(try await authenticator.user(presenting: lasting).id == "ann")
            }
            self.pages.answer(.internalServerError)
            try await tryAll()
            self.pages.answer(.ok)
            self.pages.publish("<html>", at: "/keys")
            try await tryAll()
            self.pages.publish([])
            try await tryAll()
            #expect(self.pages.requests.count == 4)
        }
    }

    @Test func withoutKeysNobodyComesIn() async throws {
        let key = try await TestKey.p256("k")
        try await withServer(router: self.pages.router) { port in
            let authenticator = try self.authenticator(port: port)
            let token = try key.token(claims())
            #expect(await self.code(token, authenticator) == .keysUnavailable)
            #expect(await self.code(token, authenticator) == .keysUnavailable)
            #expect(self.pages.requests.count == 1)
            self.pages.publish([key])
            self.clock.advance(by: 2_000)
            #expect(try await authenticator.user(presenting: token).id == "ann")
        }
    }

    @Test func anAnswerHasLimits() async throws {
        let key = try await TestKey.p256("k")
        let filler = String(repeating: " ", count: KeyDownload.maximumSize)
        self.pages.publish(#"{"keys":[\#(key.jwk)]}"# + filler, at: "/keys")
        try await withServer(router: self.pages.router) { port in
            let large = try self.authenticator(port: port)
            #expect(await self.code(try key.token(claims()), large) == .keysUnavailable)
            self.pages.publish([key])
            let release = self.pages.hold()
            let slow = try self.authenticator(port: port, timeout: .milliseconds(50))
            #expect(await self.code(try key.token(claims()), slow) == .keysUnavailable)
            release()
        }
    }

    @Test func theIssuerSaysWhereItsKeysAre() async throws {
        let key = try await TestKey.p256("k")
        self.pages.publish([key], at: "/tenant/keys")
        try await withServer(router: self.pages.router) { port in
            let issuer = "http://127.0.0.1:\(port)/tenant"
            let token = try key.token(claims(["iss": #""\#(issuer)""#]))
            func describe(issuer: String, keys: String) {
                self.pages.publish(
                    #"{"issuer":"\#(issuer)","jwks_uri":"\#(keys)","x":{}}"#, at: "/tenant/.well-known/openid-configuration"
                )
            }
            describe(issuer: issuer, keys: issuer + "/keys")
            let authenticator = try self.authenticator(port: port, keys: .issuer, issuer: issuer)
            #expect(try await authenticator.user(presenting: token).id == "ann")
            #expect(self.pages.requests == ["/tenant/.well-known/openid-configuration", "/tenant/keys"])
            for (name, keys) in [("http://127.0.0.1:\(port)", issuer + "/keys"), (issuer, "http://evil.example/keys")] {
                describe(issuer: name, keys: keys)
                let other = try self.authenticator(port: port, keys: .issuer, issuer: issuer)
                #expect(await self.code(token, other) == .keysUnavailable)
            }
        }
    }
}
