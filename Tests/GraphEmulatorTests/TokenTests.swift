import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct TokenTests {
    private static let company = EmulatedCompany.contoso
    private static let good =
        "client_id=\(company.clientID)&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&client_secret=\(company.clientSecret)&grant_type=client_credentials"

    private static func sign(
        _ form: String, tenant: String = company.tenantID, method: HTTPRequest.Method = .post, fields: HTTPFields = [:],
        in graph: inout EmulatedGraph
    ) throws(SignInRefusal) -> JSONObject {
        try graph.token(
            EmulatorRequest(method, "/", fields: fields, body: ByteBuffer(string: form)), tenant: tenant, now: morning
        )
    }

    private static func refused(
        _ form: String, tenant: String = company.tenantID, method: HTTPRequest.Method = .post, fields: HTTPFields = [:]
    ) -> SignInRefusal? {
        var graph = emptyGraph()
        do throws(SignInRefusal) {
            _ = try Self.sign(form, tenant: tenant, method: method, fields: fields, in: &graph)
            return nil
        } catch {
            return error
        }
    }

    @Test func aTokenOpensGraphUntilItExpires() throws {
        var graph = emptyGraph()
        let answer = try object(String(buffer: try Self.sign(Self.good, in: &graph).bytes))
        #expect(answer["token_type"] as? String == "Bearer")
        #expect(answer["expires_in"] as? Int == 3599)
        #expect(answer["ext_expires_in"] as? Int == 3599)
        let token = try #require(answer["access_token"] as? String)
        let tokens = graph.tokens
        var holder = caller
        holder.tokenExpiresAt = morning + 3_599_000
        #expect(try tokens.caller(authorization: "Bearer \(token)", now: morning) == holder)
        #expect(try tokens.caller(authorization: "bearer \(token)", now: morning + 3_598_999) == holder)
        func message(_ authorization: String?, _ now: Int64) -> String? {
            refusal { () throws(GraphRefusal) in _ = try tokens.caller(authorization: authorization, now: now) }?.message
        }
        #expect(message("Bearer \(token)", morning + 3_599_000) == "Lifetime validation failed, the token is expired.")
        #expect(message("Bearer \(token)x", morning) == "Access token validation failure. Unknown token.")
        #expect(message("Basic \(token)", morning) == "Access token is empty.")
        #expect(message("Bearer", morning) == "Access token is empty.")
        #expect(message(nil, morning) == "Access token is empty.")
    }

    @Test func theSecretMayStandInTheHeader() throws {
        let secret = PercentCoding.encodeForm(Self.company.clientSecret)
        let basic = Data("\(Self.company.clientID):\(secret)".utf8).base64EncodedString()
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
        #expect(Self.refused(without("client_id") + "&client_id=x") == .unknownApplication("x", tenant: Self.company.tenantID))
        #expect(Self.refused(without("client_secret") + "&client_secret=x") == .wrongSecret(application: Self.company.clientID))
        #expect(Self.refused(without("scope") + "&scope=User.Read") == .invalidScope("User.Read"))
    }

    /// Word for word.
    @Test func errorsHaveTheShapeOfTheSignInService() {
        let request = RequestIdentity(id: "t-1", clientID: "c-1", date: morning)
        #expect(
            String(buffer: SignInRefusal.wrongSecret(application: "a").body(for: request).bytes)
                == #"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app 'a'. Trace ID: t-1 Correlation ID: c-1 Timestamp: 2026-11-24 09:30:00Z","error_codes":[7000215],"timestamp":"2026-11-24 09:30:00Z","trace_id":"t-1","correlation_id":"c-1","error_uri":"https://login.microsoftonline.com/error?code=7000215"}"#
        )
    }

    @Test(arguments: [
        ("https://graph.microsoft.com", true), ("https://GRAPH.microsoft.com", true), ("http://127.0.0.1:8081", true),
        ("00000003-0000-0000-c000-000000000000", true), ("https://graph.microsoft.us", false), ("", false),
    ])
    func audiences(_ audience: String, _ isGood: Bool) {
        var tokens = TokenTable(lifetime: 1000, maximumCount: 10)
        var random = EmulatorRandom(seed: 1)
        let token = tokens.issue(to: caller, audience: audience, now: 0, random: &random)
        let refused = refusal { () throws(GraphRefusal) in _ = try tokens.caller(authorization: "Bearer \(token)", now: 1) }
        #expect(refused == (isGood ? nil : .invalidToken("Access token validation failure. Invalid audience.")))
    }

    @Test func onlySoManyAreRemembered() {
        var tokens = TokenTable(lifetime: 1000, maximumCount: 2)
        var random = EmulatorRandom(seed: 1)
        let issued = (0..<3).map { _ in
            tokens.issue(to: caller, audience: "https://graph.microsoft.com", now: 0, random: &random)
        }
        #expect(Set(issued).count == 3)
        let isKnown = issued.map { token in
            refusal { () throws(GraphRefusal) in _ = try tokens.caller(authorization: "Bearer \(token)", now: 1) } == nil
        }
        #expect(isKnown == [false, true, true])
    }
}
