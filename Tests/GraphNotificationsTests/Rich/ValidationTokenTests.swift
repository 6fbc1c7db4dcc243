import Testing

@testable import GraphNotifications
@testable import SignedTokens

struct ValidationTokenTests {
    private let directory = TestDirectory()

    @Test(arguments: [TestDirectory.claims(), TestDirectory.claimsVersion1])
    func bothVersionsAreUnderstood(claims: String) async throws {
        let sender = try await self.directory.verifier().verify(self.directory.token(claims))
        #expect(sender == .init(applicationID: TestDirectory.applicationID, tenantID: TestDirectory.tenantID))
    }

    /// Every rule, broken by itself.
    @Test(
        arguments: [
            ["aud": #""7f3c1d52-0000-0000-0000-000000000000""#], ["aud": #"["a","b"]"#], ["aud": nil],
            ["azp": #""56c1da01-2129-48f7-9355-af6d59d42766""#], ["azp": nil],
            ["azp": nil, "appid": #""\#(ValidationTokenRules.publisherID)""#], ["ver": #""1.0""#],
            ["iss": #""https://login.microsoftonline.com/other/v2.0""#], ["iss": #""https://evil.example/""#], ["iss": nil],
            ["tid": #""00000000-0000-0000-0000-000000000000""#], ["tid": nil], ["exp": "999699"], ["exp": nil], ["exp": #""x""#],
            ["nbf": "1000301"],
        ] as [[String: String?]])
    func oneWrongClaimIsEnough(changes: [String: String?]) async throws {
        let verifier = try self.directory.verifier()
        let token = try self.directory.token(TestDirectory.claims(changes))
        let error = await #expect(throws: ContentError.self) { try await verifier.verify(token) }
        #expect(error?.code == .tokenRefused)
    }

    @Test(arguments: [["exp": "999701"], ["nbf": "1000300"], ["nbf": nil]] as [[String: String?]])
    func clocksMayDifferByFiveMinutes(changes: [String: String?]) async throws {
        _ = try await self.directory.verifier().verify(self.directory.token(TestDirectory.claims(changes)))
    }

    @Test func theTenantMustBeServed() async throws {
        let rules = ValidationTokenRules(applicationIDs: [TestDirectory.applicationID], tenantIDs: ["another"])
        let verifier = try self.directory.verifier(rules)
        let token = try self.directory.token()
        await #expect(throws: ContentError.self) { try await verifier.verify(token) }
    }

    @Test func signaturesCount() async throws {
        let verifier = try self.directory.verifier()
        let good = try self.directory.token()
        let stranger = TestDirectory()
        let spoiled = String(good.dropLast(8)) + "AAAAAAAA"
        for token in try [stranger.token(), self.directory.token(keyID: "k2"), spoiled, "", "a.b.c", good + "." + good] {
            let error = await #expect(throws: ContentError.self) { try await verifier.verify(token) }
            #expect(error?.code == .tokenRefused)
        }
        // Whatever it says it is signed with: only RS256 is looked at.
        for algorithm in ["none", "HS256", "PS256", "RS512"] {
            let token = try self.directory.token(algorithm: algorithm)
            let error = await #expect(throws: ContentError.self) { try await verifier.verify(token) }
            #expect(error?.code == .tokenRefused)
        }
    }

    @Test func withoutKeysNothingIsKnown() async throws {
        let verifier = try self.directory.verifier(hasKeys: false)
        let token = try self.directory.token()
        let error = await #expect(throws: ContentError.self) { try await verifier.verify(token) }
        #expect(error?.code == .keysUnavailable)
        #expect(error?.isRetryable == true)
    }

    @Test func thereMustBeAnApplicationAndAnAddressThatCanBeTrusted() throws {
        #expect(throws: GraphError.self) { try ValidationTokenVerifier(ValidationTokenRules(applicationIDs: [])) }
        #expect(throws: GraphError.self) {
            try ValidationTokenVerifier(
                ValidationTokenRules(applicationIDs: ["a"]), authority: "http://login.example.com"
            )
        }
    }
}
