import JWTKit
import SignalR
import Testing

@testable import SignalRAuthentication
@testable import SignedTokens

struct JWTAuthenticatorTests {
    private static let secret = "0123456789abcdef0123456789abcdef"
    private static let kinds = ["RS256", "PS256", "ES256", "HS256"]

    private let clock = ManualClock()

    private func key(_ algorithm: String, _ id: String? = "k") async throws -> TestKey {
        switch algorithm {
        case "ES256": try await .p256(id)
        case "HS256": try await .secret(Self.secret)
        default: try await .rsa(id, algorithm)
        }
    }

    private func authenticator(
        _ key: TestKey, _ change: (inout JWTConfiguration) -> Void = { _ in }
    ) throws -> JWTAuthenticator {
        var configuration = JWTConfiguration(
            issuers: ["https://issuer.example", "https://other.example"], audiences: ["chat", "api://chat"],
            keys: key.algorithm == "HS256" ? .sharedSecret(Self.secret) : .keys([try JWTKey(jwk: key.jwk)])
        )
        change(&configuration)
        return try JWTAuthenticator(configuration, now: { [clock] in clock.now })
    }

    private func refusal(_ token: String, by authenticator: JWTAuthenticator) async -> JWTAuthenticationError.Code? {
        let error = await #expect(throws: JWTAuthenticationError.self) {
            try await authenticator.user(presenting: token)
        }
        if let error, !token.isEmpty { #expect(!error.description.contains(token)) }
        return error?.code
    }

    @Test(arguments: Self.kinds)
    func aGoodTokenSaysWhoItIs(algorithm: String) async throws {
        let key = try await self.key(algorithm)
        let user = try await self.authenticator(key).user(
            presenting: key.token(claims(["roles": #"["reader","writer"]"#, "aud": #"["x","api://chat"]"#]))
        )
        #expect(user.id == "ann")
        #expect(user.claims["roles"] == "reader writer")
        #expect(user.claims["iss"] == "https://issuer.example")
        // It is accepted for a minute longer, and so is the user.
        #expect(user.expiresAt == 1_000_660_000)
    }

    @Test(arguments: Self.kinds)
    func aSpoiledTokenIsRefused(algorithm: String) async throws {
        let key = try await self.key(algorithm)
        let authenticator = try self.authenticator(key)
        let token = try key.token(claims())
        let parts = token.split(separator: ".").map(String.init)
        let others = try key.token(claims(["sub": #""bob""#])).split(separator: ".").map(String.init)
        #expect(await self.refusal("\(parts[0]).\(others[1]).\(parts[2])", by: authenticator) == .invalidSignature)
        #expect(await self.refusal("\(parts[0]).\(parts[1]).\(parts[2].prefix(40))", by: authenticator) == .invalidSignature)
        #expect(await self.refusal("\(parts[0]).\(parts[1]).", by: authenticator) == .invalidSignature)
        let stranger = algorithm == "HS256" ? try await TestKey.secret(Self.secret + "!") : try await self.key(algorithm)
        #expect(await self.refusal(try stranger.token(claims()), by: authenticator) == .invalidSignature)
    }

    private static let broken: [(changes: [String: String?], code: JWTAuthenticationError.Code)] = [
        (["iss": #""https://issuer.example/""#], .wrongIssuer), (["iss": nil], .wrongIssuer),
        (["iss": #"["https://issuer.example","x"]"#], .wrongIssuer),
        (["aud": #""Chat""#], .wrongAudience), (["aud": nil], .wrongAudience), (["aud": "[]"], .wrongAudience),
        (["exp": "999940"], .expired), (["exp": nil], .malformedToken), (["exp": #""never""#], .malformedToken),
        (["nbf": "1000061"], .notYetValid), (["nbf": #""now""#], .malformedToken),
        (["sub": nil], .missingClaim), (["sub": #""""#], .missingClaim),
    ]

    @Test(arguments: Self.broken)
    func eachRuleCounts(changes: [String: String?], code: JWTAuthenticationError.Code) async throws {
        let key = try await self.key("ES256")
        #expect(await self.refusal(try key.token(claims(changes)), by: try self.authenticator(key)) == code)
    }

    @Test func clocksMayDifferByAMinute() async throws {
        let key = try await self.key("ES256")
        let authenticator = try self.authenticator(key)
        for changes in [["exp": "999941"], ["nbf": "1000060"], ["nbf": nil]] as [[String: String?]] {
            #expect(try await authenticator.user(presenting: key.token(claims(changes))).id == "ann")
        }
        let token = try key.token(claims())
        self.clock.advance(by: 659_999)
        _ = try await authenticator.user(presenting: token)
        self.clock.advance(by: 1)
        #expect(await self.refusal(token, by: authenticator) == .expired)
    }

    @Test func claimsThatAreNotAnObjectAreRefused() async throws {
        let key = try await self.key("ES256")
        let authenticator = try self.authenticator(key)
        for text in ["[]", "", #"{"iss":"https://issuer.example","iss":"https://issuer.example"}"#] {
            #expect(await self.refusal(try key.token(text), by: authenticator) == .malformedToken)
        }
    }

    @Test func anUnsignedTokenIsRefused() async throws {
        let key = try await self.key("RS256")
        let authenticator = try self.authenticator(key)
        let signed = try key.token(claims(), header: #"{"alg":"none","kid":"k"}"#).split(separator: ".")
        #expect(await self.refusal("\(signed[0]).\(signed[1]).", by: authenticator) == .unacceptableAlgorithm)
    }

    @Test func aPublicKeyIsNoSecret() async throws {
        let key = ES256PrivateKey()
        let pem = key.publicKey.pemRepresentation
        let authenticator = try JWTAuthenticator(
            JWTConfiguration(
                issuers: ["https://issuer.example"], audiences: ["chat"], keys: .keys([try JWTKey(pem: pem)])
            ),
            now: { 1_000_000_000 }
        )
        // The old trick: what everybody may know, used as if only two did.
        let forged = try await TestKey.secret(pem).token(claims())
        #expect(await self.refusal(forged, by: authenticator) == .unacceptableAlgorithm)
    }

    @Test func aKeyIsForOneWayOfSigningIfTheIssuerSaysSo() async throws {
        let key = try await TestKey.rsa("k", "RS256", published: "PS256")
        let authenticator = try self.authenticator(key)
        #expect(await self.refusal(try key.token(claims()), by: authenticator) == .unacceptableAlgorithm)
    }

    @Test func theUserIsOidOrSubOrWhatIsAskedFor() async throws {
        let key = try await self.key("ES256")
        let token = try key.token(claims(["oid": #""0e9a""#, "employee": "4711"]))
        #expect(try await self.authenticator(key).user(presenting: token).id == "0e9a")
        let other = try self.authenticator(key) { $0.userIDClaim = "employee" }
        #expect(try await other.user(presenting: token).id == "4711")
        #expect(await self.refusal(try key.token(claims()), by: other) == .missingClaim)
    }

    @Test func scopesAndClaimsAreRequired() async throws {
        let key = try await self.key("ES256")
        let authenticator = try self.authenticator(key) {
            $0.requiredScopes = ["Chat.Read", "Chat.Write"]
            $0.requiredClaims = ["tid": "contoso", "roles": "member"]
        }
        let good: [String: String?] = ["scp": #""Chat.Write Chat.Read""#, "tid": #""contoso""#, "roles": #"["guest","member"]"#]
        func token(_ changes: [String: String?]) throws -> String {
            try key.token(claims(good.merging(changes) { $1 }))
        }
        #expect(try await authenticator.user(presenting: token([:])).id == "ann")
        #expect(
            try await authenticator.user(presenting: token(["scp": nil, "scope": #"["Chat.Read","Chat.Write"]"#])).id == "ann")
        for changes in [["scp": nil], ["scp": #""Chat.Read""#], ["tid": #""fabrikam""#], ["roles": #""members""#]] {
            #expect(await self.refusal(try token(changes), by: authenticator) == .missingClaim)
        }
    }

    @Test func whatWouldNotBeSafeIsRefused() throws {
        func check(_ keys: JWTKeySource, issuers: [String] = ["https://i.example"], audiences: [String] = ["a"]) {
            let error = #expect(throws: JWTAuthenticationError.self) {
                try JWTAuthenticator(JWTConfiguration(issuers: issuers, audiences: audiences, keys: keys))
            }
            #expect(error?.code == .invalidConfiguration)
        }
        check(.sharedSecret("short"))
        check(.sharedSecret(Self.secret), issuers: [])
        check(.sharedSecret(Self.secret), audiences: [])
        check(.keys([]))
        check(.jwks("http://i.example/keys"))
        check(.issuer, issuers: ["http://i.example"])
        check(.issuer, issuers: ["https://i.example", "https://j.example"])
    }
}
