import GraphNotifications
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

/// The webhook in somebody's own Hummingbird application, over a real socket.
@Suite struct WebhookRoutesTests {
    private func withApp(
        _ test: @escaping @Sendable (any TestClientProtocol, Notes<String>) async throws -> Void
    ) async throws {
        let seen = Notes<String>()
        let webhook = WebhookReceiver(clientState: "secret") { seen.note($0.resource) }
        let router = Router()
        router.addRoutes(webhook.routes(), atPath: "/graph")
        router.get("/health") { _, _ in "fine" }
        let app = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), services: [webhook]
        )
        try await app.test(.live) { client in try await test(client, seen) }
    }

    @Test func receives() async throws {
        try await self.withApp { client, seen in
            let json: HTTPFields = [.contentType: "application/json"]
            for path in ["/graph", "/graph/lifecycle", "/graph?shard=4"] {
                let body = collection(item(state: "secret", resource: path))
                try await client.execute(uri: path, method: .post, headers: json, body: body) {
                    #expect($0.status == .accepted)
                }
            }
            try await eventually("all are handled") { seen.count == 3 }
            #expect(seen.all == ["/graph", "/graph/lifecycle", "/graph?shard=4"])
        }
    }

    @Test func answersTheHandshake() async throws {
        try await self.withApp { client, _ in
            try await client.execute(uri: "/graph/lifecycle?shard=4&validationToken=a%2Bb+c", method: .post) { response in
                #expect(response.status == .ok)
                #expect(String(buffer: response.body) == "a+b c")
                #expect(response.headers[.contentType] == "text/plain; charset=utf-8")
            }
        }
    }

    @Test func refuses() async throws {
        try await self.withApp { client, _ in
            for method: HTTPRequest.Method in [.get, .put, .patch, .delete] {
                try await client.execute(uri: "/graph", method: method) { response in
                    #expect(response.status == .methodNotAllowed)
                    #expect(response.headers[.allow] == "POST")
                }
            }
            let huge = ByteBuffer(repeating: 0x20, count: (4 << 20) + 1)
            try await client.execute(uri: "/graph", method: .post, body: huge) { #expect($0.status == .contentTooLarge) }
            try await client.execute(uri: "/graph", method: .post, body: ByteBuffer(string: "{")) {
                #expect($0.status == .badRequest)
            }
            try await client.execute(uri: "/health", method: .get) { #expect($0.status == .ok) }
        }
    }
}
