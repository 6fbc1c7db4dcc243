import CryptoExtras
import Foundation
import JWTKit
import NIOHTTP1
import Testing

import enum SignedTokens.Base64URL

@testable import GraphEmulator

/// The sign-in service over HTTP.
@Suite(.timeLimit(.minutes(1))) struct SignInServiceTests {
    private static let tenantID = EmulatedTenant.contoso.id

    @Test(arguments: [
        ("/\(tenantID)/v2.0", "/discovery/v2.0/keys", "https://login.microsoftonline.com/\(tenantID)/v2.0"),
        ("/common/v2.0", "/discovery/v2.0/keys", "https://login.microsoftonline.com/{tenantid}/v2.0"),
        ("/\(tenantID)", "/discovery/keys", "https://sts.windows.net/\(tenantID)/"),
        ("/common", "/discovery/keys", "https://sts.windows.net/{tenantid}/"),
    ])
    func metadata(_ path: String, _ keys: String, _ issuer: String) async throws {
        try await withEmulator { emulator in
            let answer = try await emulator.send(.GET, "\(path)/.well-known/openid-configuration")
            #expect(answer.status == 200)
            let json = try object(answer.body)
            #expect(json["issuer"] as? String == issuer)
            let root = path.replacing("/v2.0", with: "")
            #expect(json["jwks_uri"] as? String == "\(emulator.base)\(root)\(keys)")
            let tokens = path.contains("v2.0") ? "/oauth2/v2.0/token" : "/oauth2/token"
            #expect(json["token_endpoint"] as? String == "\(emulator.base)\(root)\(tokens)")
            #expect(try await emulator.send(.GET, "\(root)\(keys)").status == 200)
        }
    }

    @Test func unknownTenants() async throws {
        try await withEmulator { emulator in
            for path in ["/nowhere/v2.0/.well-known/openid-configuration", "/nowhere/discovery/v2.0/keys"] {
                let answer = try await emulator.send(.GET, path)
                #expect(answer.status == 400)
                #expect(try object(answer.body)["error_codes"] as? [Int] == [90_002])
            }
        }
    }

    /// Whoever knows nothing but the served keys can check a token.
    @Test func tokensCanBeCheckedWithTheServedKeys() async throws {
        try await withEmulator { emulator in
            let token = try #require(try await emulator.signedIn().token)
            let served = try await emulator.send(.GET, "/common/discovery/v2.0/keys").body
            let keys = JWTKeyCollection()
            try await keys.add(jwksJSON: served)
            let claims = try await keys.verify(token, as: TokenClaims.self)
            #expect(claims.tenantID == Self.tenantID)
            let key = try #require((try object(served)["keys"] as? [[String: Any]])?.first)
            #expect(key["kid"] as? String == testKeyID(in: token))
            #expect(key["x5t"] as? String == key["kid"] as? String)
            #expect((key["x5c"] as? [String])?.count == 1)
            #expect(key["issuer"] as? String == "https://login.microsoftonline.com/{tenantid}/v2.0")
        }
    }

    private func testKeyID(in token: String) -> String? {
        try? SignedToken<TokenClaims>(token).header.kid
    }

    @Test func instances() async throws {
        try await withEmulator { emulator in
            let json = try object(try await emulator.send(.GET, "/common/discovery/instance?api-version=1.1").body)
            let host = emulator.base.replacing("http://", with: "")
            let metadata = try #require((json["metadata"] as? [[String: Any]])?.first)
            #expect(metadata["aliases"] as? [String] == [host])
        }
    }

    @Test func aUserSignsInOnADevice() async throws {
        try await withEmulator { emulator in
            let application = EmulatedApplication.contoso
            let begun = try object(
                try await emulator.send(
                    .POST, "/common/oauth2/v2.0/devicecode", "client_id=\(application.id)&scope=Mail.Read+openid"
                ).body)
            #expect(begun["verification_uri"] as? String == "\(emulator.base)/devicelogin")
            #expect(begun["expires_in"] as? Int == 900)
            #expect(begun["interval"] as? Int == 5)
            let code = try #require(begun["user_code"] as? String)
            #expect((begun["message"] as? String)?.contains(code) == true)
            let device = try #require(begun["device_code"] as? String)
            func poll() async throws -> TestCaller.Answer {
                try await emulator.send(
                    .POST, "/common/oauth2/v2.0/token",
                    "client_id=\(application.id)&device_code=\(device)&grant_type=urn:ietf:params:oauth:grant-type:device_code"
                )
            }
            let pending = try await poll()
            #expect(pending.status == 400)
            #expect(try object(pending.body)["error"] as? String == "authorization_pending")

            let page = try await emulator.send(.GET, "/devicelogin")
            #expect(page.fields.first(name: "content-type") == "text/html; charset=utf-8")
            #expect(page.body.contains("anna@example.com"))
            let wrong = try await emulator.send(.POST, "/devicelogin", "user_code=NOTACODE1&user=anna@example.com")
            #expect(wrong.status == 400)
            let foreign = try await emulator.send(
                .POST, "/devicelogin", "user_code=\(code)&user=anna@example.com", fields: [("Origin", "https://evil.example")]
            )
            #expect(foreign.status == 403)
            let approved = try await emulator.send(
                .POST, "/devicelogin", "user_code=\(code)&user=anna@example.com&decision=approve"
            )
            #expect(approved.status == 200)

            var anna = emulator
            anna.token = try object(try await poll().body)["access_token"] as? String
            #expect(try await anna.send(.GET, "/v1.0/users/anna@example.com/messages").status == 200)
            #expect(try await anna.send(.GET, "/v1.0/users/sales@example.com/messages").status == 403)
            #expect(try await anna.send(.POST, "/v1.0/users/anna@example.com/messages", "{}").status == 403)
            #expect(try await anna.send(.GET, "/v1.0/users").status == 403)
        }
    }

    @Test func managedIdentities() async throws {
        try await withEmulator { emulator in
            let identity = EmulatedApplication.contosoIdentity
            let resource = "resource=https%3A%2F%2Fgraph.microsoft.com"
            let machine = "/metadata/identity/oauth2/token?api-version=2018-02-01&\(resource)"
            let service = "/msi/token?api-version=2019-08-01&\(resource)"
            let metadata = [("Metadata", "true")]
            let header = [("X-IDENTITY-HEADER", identity.managedIdentity?.header ?? "")]

            let first = try await emulator.send(.GET, machine, fields: metadata)
            #expect(first.status == 200)
            let json = try object(first.body)
            #expect(json["client_id"] as? String == identity.id)
            #expect(json["expires_in"] as? String == "86400")
            #expect(json["resource"] as? String == "https://graph.microsoft.com")
            let second = try object(try await emulator.send(.GET, service, fields: header).body)
            #expect(second["expires_in"] == nil)
            #expect((second["expires_on"] as? String).flatMap { Int64($0) } != nil)
            var caller = emulator
            caller.token = second["access_token"] as? String
            #expect(try await caller.send(.GET, "/v1.0/subscriptions").status == 200)

            for choice in ["client_id=\(identity.id)", "object_id=\(identity.servicePrincipalID)"] {
                #expect(try await emulator.send(.GET, "\(machine)&\(choice)", fields: metadata).status == 200)
            }
            let refused: [(String, [(String, String)])] = [
                (machine, []), (machine, [("Metadata", "false")]), (service, []), (service, [("X-IDENTITY-HEADER", "wrong")]),
                ("/metadata/identity/oauth2/token?api-version=2018-02-01", metadata),
                ("/metadata/identity/oauth2/token?\(resource)", metadata),
                ("\(machine)&client_id=\(EmulatedApplication.contoso.id)", metadata),
            ]
            for (path, fields) in refused {
                let answer = try await emulator.send(.GET, path, fields: fields)
                #expect(answer.status == 400, "\(path)")
                #expect(try object(answer.body)["error"] as? String == "invalid_request", "\(path)")
            }
        }
    }

    @Test func theKeyForWebPush() async throws {
        try await withEmulator { emulator in
            let signedIn = try await emulator.signedIn()
            let answer = try await signedIn.send(.GET, "/v1.0/subscriptions/getVapidPublicKey")
            #expect(answer.status == 200)
            let key = try #require(try object(answer.body)["value"] as? String)
            #expect(Base64URL.decode(key.utf8)?.count == 65)
            #expect(Base64URL.decode(key.utf8)?.first == 4)
            #expect(try await emulator.send(.GET, "/v1.0/subscriptions/getVapidPublicKey").status == 401)
        }
    }

    @Test func aTokenThatIsSentIsChecked() async throws {
        try await withEmulator { emulator in
            var caller = emulator
            caller.token = "nonsense"
            let refused = try await caller.send(.GET, "/v1.0/users")
            #expect(refused.status == 401)
            #expect(try await emulator.send(.GET, "/v1.0/users").status == 200)
        }
    }
}
