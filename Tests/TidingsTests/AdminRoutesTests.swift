import GraphNotifications
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import tidings

/// Without Graph: what the routes refuse by themselves. With it, `Tests/Clients/test_subscriptions_command.py`.
struct AdminRoutesTests {
    private static let token = String(repeating: "a", count: 43)

    private func test(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await withTemporaryDirectory { path in
            var settings = ServerSettings(dataDirectory: path)
            settings.external = [.init(name: "load", id: "7", clientState: "secret", changeTypes: .created)]
            let registry = try SubscriptionRegistry(settings, file: DeclarationFile(in: try DataDirectory(path)))
            let router = Router(context: BasicRequestContext.self)
            let token = try #require(AdminToken(Self.token))
            AdminRoutes(desk: SubscriptionDesk(registry: registry, manager: nil, catchUp: nil), adminToken: token).add(to: router)
            try await Application(router: router).test(.router) { client in try await body(client) }
        }
    }

    private static func headers(_ extra: HTTPFields = [:]) -> HTTPFields {
        var headers: HTTPFields = [.authorization: "Bearer \(Self.token)"]
        headers.append(contentsOf: extra)
        return headers
    }

    @Test(arguments: [
        ("/admin/subscriptions", HTTPRequest.Method.get), ("/admin/subscriptions", .post), ("/admin/subscriptions/load", .get),
        ("/admin/subscriptions/load", .delete), ("/admin/subscriptions/load/renew", .post), ("/admin/orphans", .get),
        ("/admin/subscriptions/load/recreate", .post), ("/admin/subscriptions/load/reauthorize", .post),
        ("/admin/subscriptions/load/catch-up", .post),
    ])
    func everythingNeedsTheTokenAndNoForeignPage(path: String, method: HTTPRequest.Method) async throws {
        try await self.test { client in
            for value in [nil, "Bearer x", "Basic \(Self.token)"] {
                var headers = HTTPFields()
                headers[.authorization] = value
                try await client.execute(uri: path, method: method, headers: headers) { response in
                    #expect(response.status == .unauthorized)
                    #expect(response.headers[.wwwAuthenticate] == "Bearer")
                    #expect(
                        String(buffer: response.body)
                            == #"{"error":{"code":"unauthorized","message":"The admin token is needed."}}"#
                    )
                }
            }
            let foreign = Self.headers([.origin: "https://evil.example.com"])
            try await client.execute(uri: path, method: method, headers: foreign) { #expect($0.status == .forbidden) }
        }
    }

    @Test func whatSomebodyElseKeepsIsShownAndLeftAlone() async throws {
        try await self.test { client in
            try await client.execute(uri: "/admin/subscriptions", method: .get, headers: Self.headers()) { response in
                #expect(response.status == .ok)
                #expect(response.headers[.contentType] == "application/json")
                #expect(
                    String(buffer: response.body) == """
                        {"value":[{"changeType":"created","declaredIn":"elsewhere","failures":0,"id":"7","isSilent":false,"name":"load",\
                        "state":"external"}]}
                        """
                )
            }
            try await client.execute(uri: "/admin/subscriptions/load/renew", method: .post, headers: Self.headers()) { response in
                #expect(response.status == .conflict)
                #expect(String(buffer: response.body).contains("kept alive by somebody else"))
            }
            try await client.execute(uri: "/admin/subscriptions/nobody", method: .get, headers: Self.headers()) { response in
                #expect(response.status == .notFound)
                #expect(String(buffer: response.body).contains("There is no subscription nobody."))
            }
        }
    }

    @Test(arguments: [
        ("", "A declaration is a JSON object"), ("[]", "A declaration is a JSON object"),
        (#"{"name":"a"}"#, "A declaration needs resource."), (#"{"name":1,"resource":"users"}"#, "name is of the wrong type."),
        (#"{"name":"a","resource":"users","changeTypes":"x"}"#, "no member changeTypes; did you mean changeType?"),
        (#"{"name":"a","resource":"users"}"#, "no account of Graph"),
    ])
    func aDeclarationThatCannotBeReadIsOneSentence(body: String, words: String) async throws {
        try await self.test { client in
            try await client.execute(
                uri: "/admin/subscriptions", method: .post, headers: Self.headers(), body: ByteBuffer(string: body)
            ) { response in
                #expect(response.status == (words.contains("account") ? .conflict : .badRequest))
                #expect(String(buffer: response.body).contains(words), "\(String(buffer: response.body))")
            }
        }
    }

    @Test func aDeclarationIsSmall() async throws {
        try await self.test { client in
            try await client.execute(
                uri: "/admin/subscriptions", method: .post, headers: Self.headers(),
                body: ByteBuffer(repeating: UInt8(ascii: " "), count: 70_000)
            ) { #expect($0.status == .contentTooLarge) }
        }
    }
}
