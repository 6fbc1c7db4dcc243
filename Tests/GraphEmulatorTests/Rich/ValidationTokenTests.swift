import CryptoExtras
import Foundation
import JWTKit
import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct ValidationTokenTests {
    private static let tenant = EmulatedCompany.contoso.tenantID
    private static let application = EmulatedCompany.contoso.clientID

    private static func audience(
        _ version: TokenVersion = .v2, application: String = Self.application, tenant: String = Self.tenant
    ) -> TokenAudience {
        TokenAudience(applicationID: application, tenantID: tenant, name: application, version: version)
    }

    private static func item(_ audience: TokenAudience?) -> OutboundNotification {
        OutboundNotification(subscriptionID: "s", json: ByteBuffer(string: "{}"), audience: audience)
    }

    private static func tokens(
        _ audiences: [TokenAudience?], flaw: Fault.TokenFlaw? = nil
    ) async throws -> ValidationTokens? {
        try await ValidationTokenIssuer(signer: OwnTokenSigner(), clock: StoppedClock().clock)
            .tokens(for: audiences.map(Self.item), flaw: flaw)
    }

    private struct Parts {
        var header: [String: Any]
        var claims: [String: Any]
        var isSigned: Bool

        init(_ token: String) throws {
            func data(_ text: Substring) throws -> Data {
                let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
                return try #require(Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4)))
            }
            let parts = token.split(separator: ".")
            try #require(parts.count == 3)
            self.header = try #require(try JSONSerialization.jsonObject(with: data(parts[0])) as? [String: Any])
            self.claims = try #require(try JSONSerialization.jsonObject(with: data(parts[1])) as? [String: Any])
            let key = try _RSA.Signing.PublicKey(pemRepresentation: OwnTokenSigner().publicKey)
            let signature = _RSA.Signing.RSASignature(rawRepresentation: try data(parts[2]))
            self.isSigned = key.isValidSignature(
                signature, for: Data("\(parts[0]).\(parts[1])".utf8), padding: .insecurePKCS1v1_5)
        }
    }

    private static func parts(_ version: TokenVersion, flaw: Fault.TokenFlaw? = nil) async throws -> Parts {
        guard case .tokens(let tokens)? = try await Self.tokens([Self.audience(version)], flaw: flaw), tokens.count == 1 else {
            throw CancellationError()
        }
        return try Parts(tokens[0])
    }

    @Test func versionTwo() async throws {
        let parts = try await Self.parts(.v2)
        #expect(parts.isSigned)
        #expect(parts.header["alg"] as? String == "RS256")
        #expect(parts.header["typ"] as? String == "JWT")
        #expect(parts.header["kid"] != nil)
        #expect(parts.header["x5t"] == nil)
        #expect(parts.claims["ver"] as? String == "2.0")
        #expect(parts.claims["iss"] as? String == "https://login.microsoftonline.com/\(Self.tenant)/v2.0")
        #expect(parts.claims["aud"] as? String == Self.application)
        #expect(parts.claims["azp"] as? String == "0bf30f3b-4a52-48df-9a82-234910c4a086")
        #expect(parts.claims["azpacr"] as? String == "2")
        #expect(parts.claims["appid"] == nil)
        #expect(parts.claims["tid"] as? String == Self.tenant)
        #expect(parts.claims["sub"] as? String == parts.claims["oid"] as? String)
        #expect(parts.claims["iat"] as? Int64 == morning / 1000)
        #expect(parts.claims["nbf"] as? Int64 == morning / 1000)
        #expect(parts.claims["exp"] as? Int64 == morning / 1000 + 86_700)
        for name in ["aio", "rh", "uti"] { #expect(parts.claims[name] is String) }
    }

    @Test func versionOne() async throws {
        let parts = try await Self.parts(.v1)
        #expect(parts.isSigned)
        #expect(parts.header["x5t"] as? String == parts.header["kid"] as? String)
        #expect(parts.claims["ver"] as? String == "1.0")
        #expect(parts.claims["iss"] as? String == "https://sts.windows.net/\(Self.tenant)/")
        #expect(parts.claims["idp"] as? String == "https://sts.windows.net/\(Self.tenant)/")
        #expect(parts.claims["appid"] as? String == "0bf30f3b-4a52-48df-9a82-234910c4a086")
        #expect(parts.claims["appidacr"] as? String == "2")
        #expect(parts.claims["azp"] == nil)
    }

    @Test func eachFlawIsOne() async throws {
        for flaw in Fault.TokenFlaw.allCases where flaw != .missing && flaw != .null {
            let good = try await Self.parts(.v2)
            let parts = try await Self.parts(.v2, flaw: flaw)
            func differs(_ name: String) -> Bool { "\(parts.claims[name] ?? "")" != "\(good.claims[name] ?? "")" }
            #expect(parts.isSigned == (flaw != .wrongSignature && flaw != .unknownKey), "\(flaw)")
            #expect((parts.header["kid"] as? String != good.header["kid"] as? String) == (flaw == .unknownKey), "\(flaw)")
            #expect(differs("aud") == (flaw == .wrongAudience), "\(flaw)")
            #expect(differs("azp") == (flaw == .wrongPublisher), "\(flaw)")
            #expect(differs("tid") == (flaw == .wrongTenant), "\(flaw)")
            #expect(differs("iss") == (flaw == .wrongTenant), "\(flaw)")
            let end = try #require(parts.claims["exp"] as? Int64) * 1000
            #expect((end <= morning) == (flaw == .expired), "\(flaw)")
        }
        #expect(try await Self.tokens([Self.audience()], flaw: .missing) == nil)
        #expect(try await Self.tokens([Self.audience()], flaw: .null) == .null)
        #expect(try await Self.tokens([nil], flaw: .null) == nil)
    }

    @Test func oneForEachApplicationAndTenant() async throws {
        #expect(try await Self.tokens([nil, nil]) == nil)
        let audiences = [
            Self.audience(), nil, Self.audience(), Self.audience(.v1, application: "11111111-0000-0000-0000-000000000001"),
            Self.audience(tenant: "22222222-0000-0000-0000-000000000002"), Self.audience(),
        ]
        guard case .tokens(let tokens)? = try await Self.tokens(audiences) else {
            Issue.record("There are no tokens")
            return
        }
        let claims = try tokens.map { try Parts($0).claims }
        #expect(
            claims.map { "\($0["aud"] ?? "") \($0["tid"] ?? "")" } == [
                "\(Self.application) \(Self.tenant)", "11111111-0000-0000-0000-000000000001 \(Self.tenant)",
                "\(Self.application) 22222222-0000-0000-0000-000000000002",
            ]
        )
    }

    @Test func oneIsGivenOutForHalfItsLife() async throws {
        let stopped = StoppedClock()
        let issuer = ValidationTokenIssuer(signer: OwnTokenSigner(), clock: stopped.clock)
        let items = [Self.item(Self.audience())]
        let first = try await issuer.tokens(for: items, flaw: nil)
        stopped.advance(by: .seconds(43_349))
        #expect(try await issuer.tokens(for: items, flaw: nil) == first)
        stopped.advance(by: .seconds(1))
        #expect(try await issuer.tokens(for: items, flaw: nil) != first)
    }

    @Test func theyStandBesideTheItems() {
        let items = [Self.item(nil)]
        #expect(String(buffer: OutboundNotification.body(of: items)) == #"{"value":[{}]}"#)
        #expect(
            String(buffer: OutboundNotification.body(of: items, validationTokens: .tokens(["a", "b"])))
                == #"{"value":[{}],"validationTokens":["a","b"]}"#
        )
        #expect(
            String(buffer: OutboundNotification.body(of: items, validationTokens: .null))
                == #"{"value":[{}],"validationTokens":null}"#
        )
    }
}
