import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import SignalR
import SignalRAuthentication
import Testing

/// A hub as an application has it, with keys from an issuer, over sockets.
struct HubSignInTests {
    @Test func tokensOpenAHub() async throws {
        let key = try await TestKey.rsa("k")
        let pages = TestIssuerPages()
        pages.publish([key])
        try await withServer(router: pages.router) { issuer in
            let authenticator = try JWTAuthenticator(
                JWTConfiguration(
                    issuer: "https://issuer.example", audience: "chat", keys: .jwks("http://127.0.0.1:\(issuer)/keys")
                ),
                now: { 1_000_000_000 }
            )
            let hub = Hub("chat") { hub in
                hub.authenticate(with: authenticator)
                hub.on("WhoAmI") { (caller: HubCaller) in caller.user?.id ?? "nobody" }
            }
            let ann = try key.token(claims())
            let bob = try key.token(claims(["sub": #""bob""#]))
            let late = try key.token(claims(["exp": "1"]))
            try await withServer(hubs: ["/chat": hub]) { port in
                func whoAmI(_ query: String, _ headers: [String: String] = [:]) async throws -> String {
                    let answer = try await HubSocket.whoAmI(port: port, "/chat" + query, headers: headers)
                    return answer.record ?? answer.status
                }
                let annsAnswer = #"{"type":3,"invocationId":"7","result":"ann"}"#
                let refusal = "401 Unauthorized"
                #expect(try await whoAmI("", ["Authorization": "Bearer \(ann)"]) == annsAnswer)
                #expect(try await whoAmI("?access_token=\(ann)") == annsAnswer)
                // The header counts, also where it opens nothing.
                #expect(try await whoAmI("?access_token=\(bob)", ["Authorization": "Bearer \(ann)"]) == annsAnswer)
                #expect(try await whoAmI("?access_token=\(ann)", ["Authorization": "Bearer \(late)"]) == refusal)
                #expect(try await whoAmI("?access_token=\(late)") == refusal)
                #expect(try await whoAmI("?access_token=") == refusal)
                #expect(try await whoAmI("") == refusal)

                var negotiation = HTTPClientRequest(url: "http://127.0.0.1:\(port)/chat/negotiate?negotiateVersion=1")
                negotiation.method = .POST
                let refused = try await HTTPClient.shared.execute(negotiation, timeout: .seconds(10))
                #expect(refused.status == .unauthorized)
                #expect(refused.headers.first(name: "WWW-Authenticate") == "Bearer")
                #expect(try await refused.body.collect(upTo: 1024).readableBytes == 0)
                negotiation.headers.add(name: "Authorization", value: "Bearer \(ann)")
                let answer = try await HTTPClient.shared.execute(negotiation, timeout: .seconds(10))
                #expect(answer.status == .ok)
                _ = try await answer.body.collect(upTo: 1024)
            }
        }
    }

    /// A token that is good and lacks a scope is of somebody who is known, and may not.
    @Test func whoLacksAScopeIsForbidden() async throws {
        let key = try await TestKey.rsa("k")
        let pages = TestIssuerPages()
        pages.publish([key])
        try await withServer(router: pages.router) { issuer in
            var configuration = JWTConfiguration(
                issuer: "https://issuer.example", audience: "chat", keys: .jwks("http://127.0.0.1:\(issuer)/keys")
            )
            configuration.requiredScopes = ["Chat.Write"]
            let authenticator = try JWTAuthenticator(configuration, now: { 1_000_000_000 })
            let hub = Hub("chat") { hub in
                hub.authenticate(with: authenticator)
                hub.on("WhoAmI") { (caller: HubCaller) in caller.user?.id ?? "nobody" }
            }
            let writer = try key.token(claims(["scp": #""Chat.Read Chat.Write""#]))
            let reader = try key.token(claims(["scp": #""Chat.Read""#]))
            let late = try key.token(claims(["exp": "1"]))
            try await withServer(hubs: ["/chat": hub]) { port in
                func whoAmI(_ token: String) async throws -> String {
                    let answer = try await HubSocket.whoAmI(
                        port: port, "/chat", headers: ["Authorization": "Bearer \(token)"])
                    return answer.record ?? answer.status
                }
                #expect(try await whoAmI(writer) == #"{"type":3,"invocationId":"7","result":"ann"}"#)
                #expect(try await whoAmI(reader) == "403 Forbidden")
                #expect(try await whoAmI(late) == "401 Unauthorized")

                var negotiation = HTTPClientRequest(url: "http://127.0.0.1:\(port)/chat/negotiate?negotiateVersion=1")
                negotiation.method = .POST
                negotiation.headers.add(name: "Authorization", value: "Bearer \(reader)")
                let answer = try await HTTPClient.shared.execute(negotiation, timeout: .seconds(10))
                #expect(answer.status == .forbidden)
                #expect(try await answer.body.collect(upTo: 1024).readableBytes == 0)
            }
        }
    }
}
