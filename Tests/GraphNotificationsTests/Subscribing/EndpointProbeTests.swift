import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization
import Testing

@testable import GraphNotifications

@Suite(.timeLimit(.minutes(1))) struct EndpointProbeTests {
    /// Runs `body` with a server that answers everything in the same way.
    private func serving(
        _ answer: @escaping @Sendable (Request) async throws -> Response, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let port = AsyncStream<Int>.makeStream()
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await answer(request) },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.continuation.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "test")
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            for await port in port.stream {
                try await body(port)
                break
            }
            group.cancelAll()
        }
    }

    private func fault(_ url: String, timeout: Duration = .seconds(10)) async -> String? {
        let probe = EndpointProbe(httpClient: .shared, timeout: timeout, newToken: { "a token: with +, % and é" })
        do throws(GraphError) {
            try await probe.check(url)
            return nil
        } catch {
            #expect(error.message.hasSuffix("."))
            return error.message
        }
    }

    private static func response(
        _ body: String, type: String = "text/plain", status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }

    @Test func ourOwnWebhookPasses() async throws {
        let webhook = WebhookReceiver(directory: SubscriptionDirectory(), into: InMemoryNotificationQueue())
        try await self.serving { request in
            guard request.uri.path == "/graph" else { return Response(status: .notFound) }
            let asked = WebhookRequest(
                method: .POST, uri: request.uri.string, contentType: request.headers[.contentType], body: ByteBuffer()
            )
            let answer = await withCheckedContinuation { continuation in
                webhook.receive(asked) { continuation.resume(returning: $0) }
            }
            return Self.response(
                answer.body.map { String(buffer: $0) } ?? "", type: answer.headers.first(name: "Content-Type") ?? ""
            )
        } _: { port in
            #expect(await self.fault("http://127.0.0.1:\(port)/graph") == nil)
            #expect(await self.fault("http://127.0.0.1:\(port)/graph?shard=4") == nil)
            #expect(await self.fault("http://127.0.0.1:\(port)/elsewhere")?.contains("answered 404 instead of 200") == true)
        }
    }

    @Test func whatIsWrongIsSaidInOneSentence() async throws {
        let gate = Gate()
        try await self.serving { request in
            switch request.uri.path {
            case "/other": return Self.response("<html>Welcome</html>")
            case "/html": return Self.response("x", type: "text/html")
            case "/accepted": return Self.response("x", status: .accepted)
            case "/moved": return Response(status: .found, headers: [.location: "/other"])
            case "/large": return Self.response(String(repeating: "x", count: 100_000))
            default:
                await gate.pass()
                return Self.response("")
            }
        } _: { port in
            let base = "http://127.0.0.1:\(port)"
            #expect(await self.fault(base + "/other")?.contains("did not repeat the validation token") == true)
            #expect(await self.fault(base + "/html")?.contains("text/html instead of text/plain") == true)
            #expect(await self.fault(base + "/accepted")?.contains("answered 202 instead of 200") == true)
            #expect(await self.fault(base + "/moved")?.contains("redirects to another one") == true)
            #expect(await self.fault(base + "/large")?.contains("more than a validation token") == true)
            #expect(await self.fault(base + "/slow", timeout: .milliseconds(200))?.contains("took longer than") == true)
            gate.open()
            // It speaks no TLS.
            #expect(await self.fault("https://127.0.0.1:\(port)/")?.contains("certificate") == true)
        }
    }

    @Test func whatCannotBeReached() async throws {
        // Nobody listens on a port that was just given back.
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0)
            .get()
        let port = channel.localAddress?.port ?? 0
        try await channel.close()
        #expect(await self.fault("http://127.0.0.1:\(port)/")?.contains("nothing accepts the connection") == true)
        #expect(await self.fault("http://nowhere.invalid/")?.contains("DNS does not know") == true)
        #expect(await self.fault("nowhere")?.contains("https://host/path") == true)
    }

    @Test func nothingIsCreatedUntilItAnswers() async throws {
        let isUp = Atomic(false)
        try await self.serving { request in
            guard isUp.load(ordering: .relaxed) else { return Response(status: .badGateway) }
            let token = request.uri.queryParameters["validationToken"].map(String.init) ?? ""
            return Self.response(token)
        } _: { port in
            let managed = ManagedGraph()
            let policy = SubscriptionPolicy(listInterval: nil, probe: EndpointProbe(httpClient: .shared))
            let url = "http://127.0.0.1:\(port)/n"
            try await managed.running(managed.manager([ManagedGraph.request("sales")], url: url, policy: policy)) { manager in
                try await eventually("it says why") {
                    manager.status()[0].lastError?.contains("answered 502 instead of 200") == true
                }
                #expect(managed.played.asked.isEmpty && managed.store.records.isEmpty)
                isUp.store(true, ordering: .relaxed)
                try await managed.time.pass(until: "it is active") { ManagedGraph.areActive(manager) }
            }
            #expect(managed.played.asked == ["POST /subscriptions"])
        }
    }
}
