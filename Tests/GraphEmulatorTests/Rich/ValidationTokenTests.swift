import CryptoExtras
import Foundation
import JWTKit
import NIOCore
import Synchronization
import Testing

import enum SignedTokens.Base64URL

@testable import GraphEmulator

@Suite struct ValidationTokenTests {
    private static let tenant = EmulatedTenant.contoso.id
    private static let application = EmulatedApplication.contoso.id

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
    ) throws -> ValidationTokens? {
        try ValidationTokenIssuer(keys: { SigningKeys(testKey) }, clock: StoppedClock().clock)
            .tokens(for: audiences.map(Self.item), flaw: flaw)
    }

    private struct Parts {
        var header: [String: Any]
        var claims: [String: Any]
        var isSigned: Bool

        init(_ token: String) throws {
            let parts = token.split(separator: ".", omittingEmptySubsequences: false)
            try #require(parts.count == 3)
            func json(_ part: Substring) throws -> [String: Any] {
                try object(String(decoding: try #require(Base64URL.decode(part.utf8)), as: UTF8.self))
            }
            self.header = try json(parts[0])
            self.claims = try json(parts[1])
            // One without a signature cannot even be taken apart.
            let signed = try? SignedToken<ValidationTokenClaims>(token)
            self.isSigned = signed?.isSigned(by: testKey.privateKey.publicKey) ?? false
        }
    }

    private static func parts(_ version: TokenVersion, flaw: Fault.TokenFlaw? = nil) throws -> Parts {
        guard case .tokens(let tokens)? = try Self.tokens([Self.audience(version)], flaw: flaw), tokens.count == 1 else {
            throw CancellationError()
        }
        return try Parts(tokens[0])
    }

    @Test func versionTwo() throws {
        let parts = try Self.parts(.v2)
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

    @Test func versionOne() throws {
        let parts = try Self.parts(.v1)
        #expect(parts.isSigned)
        #expect(parts.header["x5t"] as? String == parts.header["kid"] as? String)
        #expect(parts.claims["ver"] as? String == "1.0")
        #expect(parts.claims["iss"] as? String == "https://sts.windows.net/\(Self.tenant)/")
        #expect(parts.claims["idp"] as? String == "https://sts.windows.net/\(Self.tenant)/")
        #expect(parts.claims["appid"] as? String == "0bf30f3b-4a52-48df-9a82-234910c4a086")
        #expect(parts.claims["appidacr"] as? String == "2")
        #expect(parts.claims["azp"] == nil)
    }

    @Test func eachFlawIsOne() throws {
        for flaw in Fault.TokenFlaw.allCases where ![.missing, .incomplete, .null].contains(flaw) {
            let good = try Self.parts(.v2)
            let parts = try Self.parts(.v2, flaw: flaw)
            func differs(_ name: String) -> Bool { "\(parts.claims[name] ?? "")" != "\(good.claims[name] ?? "")" }
            // With PS256 it is signed, but not as it should be.
            let algorithms: [Fault.TokenFlaw: String] = [
                .algorithmNone: "none", .symmetricAlgorithm: "HS256", .otherAlgorithm: "PS256",
            ]
            let unsigned: [Fault.TokenFlaw] = [.wrongSignature, .unknownKey, .algorithmNone, .symmetricAlgorithm]
            #expect(parts.header["alg"] as? String == algorithms[flaw] ?? "RS256", "\(flaw)")
            #expect(parts.isSigned == !unsigned.contains(flaw), "\(flaw)")
            #expect((parts.header["kid"] as? String != good.header["kid"] as? String) == (flaw == .unknownKey), "\(flaw)")
            #expect(differs("aud") == (flaw == .wrongAudience), "\(flaw)")
            let publisher: [Fault.TokenFlaw] = [.wrongPublisher, .withoutPublisher, .publisherInOtherClaim]
            #expect(differs("azp") == publisher.contains(flaw), "\(flaw)")
            #expect((parts.claims["appid"] != nil) == (flaw == .publisherInOtherClaim), "\(flaw)")
            #expect(differs("tid") == (flaw == .wrongTenant), "\(flaw)")
            #expect(
                differs("iss") == [.wrongTenant, .issuerOfAnotherTenant, .unknownIssuer].contains(flaw), "\(flaw)"
            )
            let end = parts.claims["exp"] as? Int64
            #expect((end == nil) == (flaw == .withoutExpiry), "\(flaw)")
            #expect(end.map { $0 * 1000 <= morning } ?? false == (flaw == .expired), "\(flaw)")
            let start = try #require(parts.claims["nbf"] as? Int64) * 1000
            #expect((start > morning) == (flaw == .notYetValid), "\(flaw)")
        }
        #expect(try Self.tokens([Self.audience()], flaw: .missing) == nil)
        #expect(try Self.tokens([Self.audience()], flaw: .incomplete) == .tokens([]))
        #expect(try Self.tokens([Self.audience()], flaw: .null) == .null)
        #expect(try Self.tokens([nil], flaw: .null) == nil)
    }

    @Test func oneForEachApplicationAndTenant() throws {
        #expect(try Self.tokens([nil, nil]) == nil)
        let audiences = [
            Self.audience(), nil, Self.audience(), Self.audience(.v1, application: "11111111-0000-0000-0000-000000000001"),
            Self.audience(tenant: "22222222-0000-0000-0000-000000000002"), Self.audience(),
        ]
        guard case .tokens(let tokens)? = try Self.tokens(audiences) else {
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

    @Test func oneIsGivenOutForHalfItsLife() throws {
        let stopped = StoppedClock()
        let issuer = ValidationTokenIssuer(keys: { SigningKeys(testKey) }, clock: stopped.clock)
        let items = [Self.item(Self.audience())]
        let first = try issuer.tokens(for: items, flaw: nil)
        stopped.advance(by: .seconds(43_349))
        #expect(try issuer.tokens(for: items, flaw: nil) == first)
        stopped.advance(by: .seconds(1))
        #expect(try issuer.tokens(for: items, flaw: nil) != first)
    }

    /// A key that has taken the place of another signs at once.
    @Test func theNewestKeySigns() throws {
        let keys = Mutex(SigningKeys(testKey))
        let issuer = ValidationTokenIssuer(keys: { keys.withLock { $0 } }, clock: StoppedClock().clock)
        let items = [Self.item(Self.audience())]
        let first = try issuer.tokens(for: items, flaw: nil)
        let next = try SigningKey.random(now: morning)
        keys.withLock { $0.rotate(to: next, overlap: minute, now: morning) }
        guard case .tokens(let tokens)? = try issuer.tokens(for: items, flaw: nil) else {
            Issue.record("There are no tokens")
            return
        }
        #expect(.tokens(tokens) != first)
        #expect(try SignedToken<ValidationTokenClaims>(tokens[0]).isSigned(by: next.privateKey.publicKey))
    }

    /// The application for which a token is says which form it wants.
    @Test func theFormIsTheApplications() throws {
        var second = EmulatedApplication.contosoIdentity
        second.tokenVersion = .v2
        var tenant = EmulatedTenant.contoso
        tenant.applications[1] = second
        var graph = emptyGraph { $0.directory.tenants = [tenant] }
        let own = try graph.subscribe(.mail())
        #expect(graph.audience(of: own).version == .v1)
        var draft = SubscriptionDraft.mail(changeType: "created")
        draft.notificationURLAppID = second.id
        let other = graph.audience(of: try graph.subscribe(draft))
        #expect(other.name == second.id)
        #expect(other.version == .v2)
        #expect(other.applicationID == EmulatedApplication.contoso.id)
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
