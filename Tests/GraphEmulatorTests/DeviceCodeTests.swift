import Foundation
import HTTPTypes
import NIOCore
import Testing

import enum SignedTokens.Base64URL

@testable import GraphEmulator

@Suite struct DeviceCodeTests {
    private static let application = EmulatedApplication.contoso
    private static let tenantID = EmulatedTenant.contoso.id

    private static func form(_ fields: [String: String]) throws(SignInRefusal) -> SignInForm {
        let text = fields.map { "\($0.key)=\(PercentCoding.encodeForm($0.value))" }.joined(separator: "&")
        return try SignInForm(EmulatorRequest(.post, "/", body: ByteBuffer(string: text)))
    }

    private static func begin(
        _ scope: String = "https://graph.microsoft.com/Mail.Read offline_access openid profile", tenant: String = tenantID,
        client: String = application.id, in graph: inout EmulatedGraph
    ) throws(SignInRefusal) -> DeviceCodeTable.Entry {
        try graph.deviceCode(Self.form(["client_id": client, "scope": scope]), tenant: tenant, now: morning)
    }

    private static func poll(
        _ entry: DeviceCodeTable.Entry, seconds: Int64, client: String = application.id, in graph: inout EmulatedGraph
    ) throws(SignInRefusal) -> TokenGrant {
        let form = try Self.form([
            "client_id": client, "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": entry.deviceCode,
        ])
        return try graph.token(form, tenant: Self.tenantID, now: morning + seconds * 1000)
    }

    private static func refused(
        _ entry: DeviceCodeTable.Entry, seconds: Int64, client: String = application.id, in graph: inout EmulatedGraph
    ) -> SignInRefusal? {
        signInRefusal { () throws(SignInRefusal) in
            _ = try Self.poll(entry, seconds: seconds, client: client, in: &graph)
        }
    }

    @Test func fromBeginningToEnd() throws {
        var graph = emptyGraph()
        let entry = try Self.begin(in: &graph)
        #expect(entry.userCode.count == 9)
        #expect(Self.refused(entry, seconds: 1, in: &graph) == .authorizationPending)
        #expect(Self.refused(entry, seconds: 2, in: &graph) == .slowDown)
        // From now on every ten seconds.
        #expect(Self.refused(entry, seconds: 11, in: &graph) == .slowDown)
        #expect(Self.refused(entry, seconds: 27, in: &graph) == .authorizationPending)
        #expect(graph.decide(userCode: entry.userCode, user: "nobody@example.com", isApproved: true, now: morning) == false)
        #expect(graph.decide(userCode: "XXXXXXXXX", user: anna.id, isApproved: true, now: morning) == false)
        #expect(
            graph.decide(userCode: entry.userCode.lowercased(), user: "ANNA@example.com", isApproved: true, now: morning) == true)
        let grant = try Self.poll(entry, seconds: 28, in: &graph)
        let claims = grant.token.claims
        #expect(claims.scopes == "Mail.Read")
        #expect(claims.roles == nil)
        #expect(claims.objectID == anna.id)
        #expect(claims.userPrincipalName == "anna@example.com")
        #expect(claims.directoryRoles == nil)
        #expect(claims.proofV1 == "0")
        let answer = try object(String(buffer: grant.answer().bytes))
        #expect(answer["scope"] as? String == "https://graph.microsoft.com/Mail.Read")
        let identity = try SignedToken<TokenClaims>(try #require(answer["id_token"] as? String)).claims
        #expect(identity.audience == Self.application.id)
        #expect(identity.preferredUsername == "anna@example.com")
        #expect(identity.version == "2.0")
        let information = try #require((answer["client_info"] as? String).flatMap { Base64URL.decode($0.utf8) })
        #expect(String(decoding: information, as: UTF8.self) == #"{"uid":"\#(anna.id)","utid":"\#(Self.tenantID)"}"#)

        let access = try #require(answer["access_token"] as? String)
        let caller = try #require(
            try graph.tokenChecker.caller(authorization: "Bearer \(access)", now: morning + 29_000))
        #expect(caller.userID == anna.id)
        #expect(caller.permissions == ["Mail.Read"])
        #expect(!caller.isAdministrator)
        // The code is spent.
        #expect(Self.refused(entry, seconds: 100, in: &graph) == .badDeviceCode)
    }

    @Test func itGoesOn() throws {
        var graph = emptyGraph()
        let entry = try Self.begin(in: &graph)
        #expect(graph.decide(userCode: entry.userCode, user: ben.id, isApproved: true, now: morning) == true)
        let first = try Self.poll(entry, seconds: 1, in: &graph)
        let token = try #require(first.refreshToken)
        func refresh(_ token: String, scope: String? = nil, client: String = Self.application.id) throws(SignInRefusal)
            -> TokenGrant
        {
            var fields = ["client_id": client, "grant_type": "refresh_token", "refresh_token": token]
            fields["scope"] = scope
            return try graph.token(Self.form(fields), tenant: Self.tenantID, now: morning + 7_200_000)
        }
        let second = try refresh(token)
        #expect(second.token.claims.objectID == ben.id)
        #expect(second.token.claims.directoryRoles == [Caller.administratorRole])
        #expect(second.token.claims.expiresAt == morning / 1000 + 7200 + 3599)
        #expect(second.refreshToken != token)
        #expect(try refresh(token, scope: "Chat.Read").token.claims.scopes == "Chat.Read")
        #expect(signInRefusal { () throws(SignInRefusal) in _ = try refresh("x") } == .unknownRefreshToken)
    }

    @Test func withoutMoreThanIsAskedFor() throws {
        var graph = emptyGraph()
        let entry = try Self.begin("https://graph.microsoft.com/.default", tenant: "organizations", in: &graph)
        #expect(graph.decide(userCode: entry.userCode, user: anna.id, isApproved: true, now: morning) == true)
        let grant = try Self.poll(entry, seconds: 1, in: &graph)
        #expect(grant.token.claims.scopes == Self.application.delegatedPermissions.joined(separator: " "))
        #expect(grant.identity == nil)
        #expect(grant.refreshToken == nil)
    }

    @Test func theUserDeclines() throws {
        var graph = emptyGraph()
        let entry = try Self.begin(in: &graph)
        #expect(graph.decide(userCode: entry.userCode, user: anna.id, isApproved: false, now: morning) == true)
        #expect(graph.decide(userCode: entry.userCode, user: anna.id, isApproved: true, now: morning) == false)
        #expect(Self.refused(entry, seconds: 1, in: &graph) == .declined)
        #expect(Self.refused(entry, seconds: 2, in: &graph) == .badDeviceCode)
    }

    @Test func theCodeEnds() throws {
        var graph = emptyGraph()
        let entry = try Self.begin(in: &graph)
        #expect(Self.refused(entry, seconds: 899, in: &graph) == .authorizationPending)
        #expect(Self.refused(entry, seconds: 900, in: &graph) == .expiredDeviceCode)
        #expect(graph.decide(userCode: entry.userCode, user: anna.id, isApproved: true, now: morning + 900_000) == false)
    }

    @Test func whatIsRefused() throws {
        var graph = emptyGraph()
        func refused(_ scope: String, client: String = Self.application.id, tenant: String = Self.tenantID) -> SignInRefusal? {
            signInRefusal { () throws(SignInRefusal) in
                _ = try Self.begin(scope, tenant: tenant, client: client, in: &graph)
            }
        }
        #expect(refused("Mail.Read", client: "x") == .unknownApplication("x", tenant: "Contoso"))
        #expect(refused("Mail.Read", client: "x", tenant: "common") == .unknownApplication("x", tenant: "common"))
        #expect(refused("Mail.Read", tenant: "nowhere") == .unknownTenant("nowhere"))
        #expect(refused("Mail.Read", client: EmulatedApplication.contosoIdentity.id) == .secretRequired)
        let two = "https://graph.microsoft.com/Mail.Read https://graph.microsoft.us/Mail.Read"
        #expect(refused(two) == .invalidScope(two))

        let entry = try Self.begin("Mail.ReadWrite.Everything", in: &graph)
        #expect(graph.decide(userCode: entry.userCode, user: anna.id, isApproved: true, now: morning) == true)
        let noConsent = SignInRefusal.noConsent(application: Self.application.id, name: Self.application.name)
        #expect(Self.refused(entry, seconds: 1, in: &graph) == noConsent)
    }

    @Test func onlySoManyWait() throws {
        var graph = emptyGraph()
        let first = try Self.begin(in: &graph)
        for _ in 0..<DeviceCodeTable.maximumCount { _ = try Self.begin(in: &graph) }
        #expect(Self.refused(first, seconds: 1, in: &graph) == .badDeviceCode)
    }
}
