import AsyncHTTPClient
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import NIOCore
import NIOSSL
import Testing

@testable import GraphEmulator

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    /// Runs `body` with a client that trusts `authority` besides what the system trusts.
    private static func withClient(trusting authority: String?, _ body: (HTTPClient) async throws -> Void) async throws {
        var configuration = HTTPClient.Configuration()
        if let authority {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))]
            configuration.tlsConfiguration = tls
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            try await body(client)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    @Test func bothPortsAnswer() async throws {
        let tls = try EmulatorTLS.random(port: 0)
        var configuration = GraphEmulatorConfiguration(port: 0)
        configuration.tls = tls
        let (stream, ports) = AsyncStream.makeStream(of: GraphEmulator.Ports.self, bufferingPolicy: .bufferingNewest(1))
        try await withServer { [configuration] onReady in
            try GraphEmulator(
                configuration: configuration,
                onReady: {
                    ports.yield($0)
                    onReady($0.plain)
                }, logger: .silent
            )
        } _: { plain in
            let ready = try #require(await stream.first { _ in true })
            let secure = try #require(ready.secure)
            #expect(ready.plain == plain)
            #expect(secure != plain)
            let path = "/common/v2.0/.well-known/openid-configuration"
            try await Self.withClient(trusting: tls.authority) { client in
                for base in ["https://127.0.0.1:\(secure)", "https://localhost:\(secure)", "http://127.0.0.1:\(plain)"] {
                    let response = try await client.execute(HTTPClientRequest(url: base + path), timeout: .seconds(10))
                    let json = try object(String(buffer: try await response.body.collect(upTo: 1 << 20)))
                    #expect(json["token_endpoint"] as? String == "\(base)/common/oauth2/v2.0/token")
                }
            }
            try await Self.withClient(trusting: nil) { client in
                await #expect(throws: (any Error).self) {
                    try await client.execute(HTTPClientRequest(url: "https://127.0.0.1:\(secure)\(path)"), timeout: .seconds(10))
                }
            }
        }
    }

    @Test func aPortInUseIsSaid() async throws {
        try await withReceiver { receiver in
            let port = try #require(receiver.url.split(separator: ":").last.flatMap { Int($0) })
            var configuration = GraphEmulatorConfiguration(port: 0)
            configuration.tls = try EmulatorTLS.random(port: port)
            let emulator = try GraphEmulator(configuration: configuration, logger: .silent)
            let error = await #expect(throws: GraphEmulatorError.self) { try await emulator.run() }
            #expect(error?.code == .portUnavailable)
            #expect(error?.message.contains("\(port)") == true)
        }
    }

    @Test func certificatesEnd() throws {
        let tls = try EmulatorTLS.random(port: 0, now: morning)
        let year = 366 * 1440 * minute
        #expect(tls.isGood(at: morning + year - 1500 * minute - 1000))
        #expect(!tls.isGood(at: morning + year - 1500 * minute))
        var broken = tls
        broken.privateKey = "nonsense"
        #expect(!broken.isGood(at: morning))
        let error = #expect(throws: GraphEmulatorError.self) { try broken.configuration() }
        #expect(error?.code == .invalidCertificate)
    }

    /// Receivers need a certificate that is trusted: a self-made one only if the configuration says so.
    @Test func receiversWithTLS() async throws {
        let tls = try EmulatorTLS.random(port: 0)
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            let token = request.uri.queryParameters["validationToken"].map(String.init) ?? ""
            let decoded = PercentCoding.decode(token, plusIsSpace: true) ?? token
            return Response(
                status: .ok, headers: [.contentType: "text/plain"], body: ResponseBody(byteBuffer: ByteBuffer(string: decoded))
            )
        }
        let server = try HTTPServerBuilder.tls(tlsConfiguration: tls.configuration())
        try await withServer { onReady in
            Application(
                responder: responder, server: server,
                configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { onReady($0.localAddress?.port ?? 0) }, logger: .silent
            )
        } _: { port in
            let url = "https://127.0.0.1:\(port)/n"
            try await withEmulator { emulator in
                let refused = try await emulator.signedIn().subscribe(to: url)
                #expect(refused.status == 400)
                #expect(try refused.error.first == "ValidationError")
            }
            try await withEmulator {
                $0.receiverAuthorities = tls.authority
            } _: { emulator in
                let created = try await emulator.signedIn().subscribe(to: url)
                #expect(created.status == 201)
            }
        }
    }
}
