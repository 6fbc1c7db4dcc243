import CryptoExtras
import Foundation
import HTTPTypes
import JWTKit
import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct SignInTests {
    private static let tenant = EmulatedTenant.contoso
    private static let application = EmulatedApplication.contoso
    private static let good =
        "client_id=\(application.id)&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&client_secret=contoso-development-secret&grant_type=client_credentials"

    private static func sign(
        _ form: String, tenant: String = tenant.id, method: HTTPRequest.Method = .post, fields: HTTPFields = [:],
        in graph: inout EmulatedGraph, now: Int64 = morning
    ) throws(SignInRefusal) -> TokenGrant {
        let request = EmulatorRequest(method, "/", fields: fields, body: ByteBuffer(string: form))
        return try graph.token(SignInForm(request), tenant: tenant, now: now)
    }

    private static func refused(
        _ form: String, tenant: String = tenant.id, method: HTTPRequest.Method = .post, fields: HTTPFields = [:]
    ) -> SignInRefusal? {
        var graph = emptyGraph()
        return signInRefusal { () throws(SignInRefusal) in
            _ = try Self.sign(form, tenant: tenant, method: method, fields: fields, in: &graph)
        }
    }

    @Test func aTokenOpensGraphUntilItExpires() throws {
        var graph = emptyGraph()
        let answer = try object(String(buffer: try Self.sign(Self.good, in: &graph).answer().bytes))
        #expect(answer["token_type"] as? String == "Bearer")
        #expect(answer["expires_in"] as? Int == 3599)
        #expect(answer["ext_expires_in"] as? Int == 3599)
        let token = try #require(answer["access_token"] as? String)
        var expected = caller
        expected.tokenExpiresAt = morning + 3_599_000
        let checker = graph.tokenChecker
        #expect(try checker.caller(authorization: "Bearer \(token)", now: morning) == expected)
        #expect(try checker.caller(authorization: "bearer \(token)", now: morning + 3_598_999) == expected)
        #expect(try checker.caller(authorization: nil, now: morning) == nil)
        func message(_ authorization: String?, _ now: Int64) -> String? {
            refusal { () throws(GraphRefusal) in _ = try checker.caller(authorization: authorization, now: now) }?.message
        }
        #expect(message("Bearer \(token)", morning + 3_599_000) == "Lifetime validation failed, the token is expired.")
        #expect(message("Bearer \(token)", morning - 301_000) == "Access token has expired or is not yet valid.")
        #expect(message("Bearer \(token.dropLast(8))AAAAAAAA", morning) == "Access token validation failure. Invalid signature.")
        #expect(message("Bearer x", morning) == "Access token validation failure. The token is not well formed.")
        #expect(message("Basic \(token)", morning) == "Access token is empty.")
        #expect(message("Bearer", morning) == "Access token is empty.")
        #expect(message("", morning) == "Access token is empty.")
    }

    /// What a token of an application says, in its first form.
    @Test func claims() throws {
        var graph = emptyGraph()
        let grant = try Self.sign(Self.good, in: &graph)
        let token = try SignedToken<TokenClaims>(grant.signer.sign(grant.token.claims, version: grant.token.version))
        #expect(token.isSigned(by: testKey.privateKey.publicKey))
        #expect(token.header.typ == "JWT")
        #expect(token.header.alg == "RS256")
        #expect(token.header.kid == testKey.id)
        #expect(token.header.x5t == testKey.id)
        let claims = token.claims
        #expect(claims == grant.token.claims)
        #expect(claims.audience == "https://graph.microsoft.com")
        #expect(claims.issuer == "https://sts.windows.net/\(Self.tenant.id)/")
        #expect(claims.applicationV1 == Self.application.id)
        #expect(claims.proofV1 == "1")
        #expect(claims.objectID == Self.application.servicePrincipalID)
        #expect(claims.subject == claims.objectID)
        #expect(claims.version == "1.0")
        #expect(claims.roles == Self.application.applicationPermissions)
        #expect(claims.scopes == nil)
        #expect(claims.expiresAt - claims.issuedAt == 3599)
    }

    /// Tokens for an application are of the form that it takes; Graph refuses them.
    @Test(arguments: [TokenVersion.v1, .v2]) func tokensForAnotherAudience(_ version: TokenVersion) throws {
        var tenant = Self.tenant
        tenant.applications[0].tokenVersion = version
        var graph = emptyGraph { $0.directory = EmulatedSeed(tenants: [tenant]) }
        let form = Self.good.replacing("https%3A%2F%2Fgraph.microsoft.com", with: "api://\(Self.application.id)")
        let grant = try Self.sign(form, in: &graph)
        let text = try grant.signer.sign(grant.token.claims, version: grant.token.version)
        let claims = try SignedToken<TokenClaims>(text).claims
        #expect(claims.issuer == version.issuer(tenantID: tenant.id))
        #expect((version == .v1 ? claims.applicationV1 : claims.applicationV2) == Self.application.id)
        let checker = graph.tokenChecker
        #expect(
            refusal { () throws(GraphRefusal) in _ = try checker.caller(authorization: "Bearer \(text)", now: morning) }
                == .invalidToken("Access token validation failure. Invalid audience.")
        )
    }

    @Test(arguments: [
        ("https://graph.microsoft.com", true), ("https://GRAPH.microsoft.com", true), ("http://127.0.0.1:8081", true),
        ("00000003-0000-0000-c000-000000000000", true), ("https://graph.microsoft.us", false),
        ("https://microsoftgraph.chinacloudapi.cn", false),
    ])
    func audiences(_ audience: String, _ isGood: Bool) throws {
        var graph = emptyGraph()
        let form = Self.good.replacing("https%3A%2F%2Fgraph.microsoft.com", with: audience)
        let grant = try Self.sign(form, in: &graph)
        let text = try grant.signer.sign(grant.token.claims, version: grant.token.version)
        let checker = graph.tokenChecker
        let refused = refusal { () throws(GraphRefusal) in
            _ = try checker.caller(authorization: "Bearer \(text)", now: morning)
        }
        #expect(refused == (isGood ? nil : .invalidToken("Access token validation failure. Invalid audience.")))
    }

    /// Whoever signs for himself, or for a tenant that is not here, is not believed.
    @Test func foreignTokens() throws {
        let stranger = TokenSigner(key: try .random(now: morning))
        let good = TokenClaims(
            .v1, audience: "https://graph.microsoft.com", tenantID: Self.tenant.id, issuedTo: Self.application.id,
            proof: .secret, objectID: "o", now: morning, lifetime: 60_000
        )
        let checker = emptyGraph().tokenChecker
        func message(_ claims: TokenClaims, _ signer: TokenSigner) throws -> String? {
            let text = try signer.sign(claims, version: .v1)
            return refusal { () throws(GraphRefusal) in
                _ = try checker.caller(authorization: "Bearer \(text)", now: morning)
            }?.message
        }
        let signer = TokenSigner(key: testKey)
        #expect(try message(good, signer) == nil)
        #expect(try message(good, stranger) == "Access token validation failure. Invalid signature.")
        var claims = good
        claims.tenantID = "aaaaaaaa-0a6e-4b9b-8d14-5e2a90c7b611"
        #expect(try message(claims, signer) == "Access token validation failure. Invalid issuer.")
        claims = good
        claims.issuer = TokenVersion.v2.issuer(tenantID: Self.tenant.id)
        #expect(try message(claims, signer) == "Access token validation failure. Invalid issuer.")
        claims = good
        claims.applicationV1 = "unknown"
        #expect(try message(claims, signer) == "Access token validation failure. Invalid issuer.")
    }

    @Test func theSecretMayStandInTheHeader() throws {
        let basic = Data("\(Self.application.id):contoso-development-secret".utf8).base64EncodedString()
        let form = "grant_type=client_credentials&scope=https://graph.microsoft.com/.default"
        #expect(Self.refused(form, fields: [.authorization: "Basic \(basic)"]) == nil)
        #expect(Self.refused(form, fields: [.authorization: "Basic %%%"]) == .missing("client_id"))
    }

    @Test func whatIsRefused() {
        func without(_ parameter: String) -> String {
            Self.good.split(separator: "&").filter { !$0.hasPrefix(parameter + "=") }.joined(separator: "&")
        }
        #expect(Self.refused(Self.good) == nil)
        #expect(Self.refused(Self.good, tenant: "nowhere") == .unknownTenant("nowhere"))
        #expect(Self.refused(Self.good, tenant: "common") == .tenantRequired)
        #expect(Self.refused("", method: .get) == .notPost(.get))
        #expect(Self.refused("") == .missing("grant_type"))
        #expect(Self.refused(without("grant_type")) == .missing("grant_type"))
        #expect(Self.refused(without("client_id")) == .missing("client_id"))
        #expect(Self.refused(without("client_secret")) == .secretRequired)
        #expect(Self.refused(without("scope")) == .missing("scope"))
        #expect(Self.refused("grant_type=password") == .unsupportedGrant("password"))
        #expect(Self.refused(without("client_id") + "&client_id=x") == .unknownApplication("x", tenant: Self.tenant.name))
        #expect(Self.refused(without("client_secret") + "&client_secret=x") == .wrongSecret(application: Self.application.id))
        #expect(Self.refused(without("scope") + "&scope=User.Read") == .invalidScope("User.Read"))
        #expect(
            Self.refused(without("scope") + "&scope=https://vault.example/.default")
                == .unknownResource("https://vault.example", tenant: Self.tenant.name)
        )
        #expect(Self.refused(without("scope") + "&resource=https://graph.microsoft.com") == nil)
    }

    @Test func secretsEnd() throws {
        var tenant = Self.tenant
        tenant.applications[0].secrets = [.init("contoso-development-secret", expiresAt: morning)]
        var graph = emptyGraph { $0.directory = EmulatedSeed(tenants: [tenant]) }
        let refused = signInRefusal { () throws(SignInRefusal) in _ = try Self.sign(Self.good, in: &graph) }
        #expect(refused == .expiredSecret(application: Self.application.id))
        #expect(refused?.number == 7_000_222)
        #expect(signInRefusal { () throws(SignInRefusal) in _ = try Self.sign(Self.good, in: &graph, now: morning - 1) } == nil)
    }

    /// Word for word.
    @Test func errorsHaveTheShapeOfTheSignInService() {
        let request = RequestIdentity(id: "t-1", clientID: "c-1", date: morning)
        #expect(
            String(buffer: SignInRefusal.wrongSecret(application: "a").body(for: request).bytes)
                == #"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app 'a'. Trace ID: t-1 Correlation ID: c-1 Timestamp: 2026-11-24 09:30:00Z","error_codes":[7000215],"timestamp":"2026-11-24 09:30:00Z","trace_id":"t-1","correlation_id":"c-1","error_uri":"https://login.microsoftonline.com/error?code=7000215"}"#
        )
    }
}

/// What `body` refuses with; `nil` if it does not.
func signInRefusal(_ body: () throws(SignInRefusal) -> Void) -> SignInRefusal? {
    do throws(SignInRefusal) {
        try body()
        return nil
    } catch {
        return error
    }
}
