import AsyncHTTPClient
import Foundation
import GraphEmulator
import GraphNotifications
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// A running emulator, and what it notifies caught.
struct Source {
    static let tenant = EmulatedTenant.contoso
    static let application = EmulatedApplication.contoso
    static let plainResource = "users/anna@example.com/messages"
    static let richResource = "users/sales@example.com/messages?$select=subject,from,receivedDateTime,bodyPreview"
    /// What a certificate is called.
    static let certificateName = "load"

    /// Where Graph is, without the version.
    let base: String
    let capture: Capture

    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs `body` beside an emulator on a port of its own.
    static func with(_ body: @Sendable (Source) async throws -> Void) async throws {
        var configuration = GraphEmulatorConfiguration(port: 0)
        configuration.throttling = nil
        configuration.batchWindow = .milliseconds(1)
        var logger = Logger(label: "IntakeLoad")
        logger.logLevel = .error
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let emulator = try GraphEmulator(configuration: configuration, onReady: { port.yield($0.plain) }, logger: logger)
        let services = ServiceGroup(services: [emulator], logger: logger)
        let capture = try await Capture.start()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await services.run()
            }
            if let port = await ports.first(where: { _ in true }) {
                do {
                    try await body(Source(base: "http://127.0.0.1:\(port)", capture: capture))
                } catch {
                    tasks.cancelAll()
                    throw error
                }
                await services.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
        try await capture.stop()
    }

    // MARK: - Asking Graph

    private func token() async throws -> String {
        let answer = try await self.send(
            .POST, "/\(Self.tenant.id)/oauth2/v2.0/token",
            "client_id=\(Self.application.id)&client_secret=\(Self.application.secrets[0].value)&grant_type=client_credentials&scope=https://graph.microsoft.com/.default"
        )
        guard let token = answer["access_token"] as? String else { throw Failed(description: "There is no token: \(answer)") }
        return token
    }

    /// How many subscriptions there are.
    func subscriptionCount() async throws -> Int {
        let answer = try await self.send(.GET, "/v1.0/subscriptions", token: try await self.token())
        return (answer["value"] as? [Any])?.count ?? 0
    }

    /// Subscribes to what is encrypted, as a receiver does.
    func subscribe(_ certificate: DecryptionKey) async throws {
        let expiry = Date(timeIntervalSinceNow: 12 * 3600).ISO8601Format()
        _ = try await self.send(
            .POST, "/v1.0/subscriptions",
            #"{"changeType":"created","notificationUrl":"http://127.0.0.1:\#(self.capture.port)/notifications","resource":"\#(Self.richResource)","expirationDateTime":"\#(expiry)","clientState":"load","includeResourceData":true,"encryptionCertificate":"\#(certificate.certificate)","encryptionCertificateId":"\#(certificate.id)"}"#,
            token: try await self.token()
        )
    }

    /// Lets mail come to the mailbox of a resource, and catches what is sent, one item a body.
    func bodies(_ count: Int, of resource: String) async throws -> [String] {
        let path = "/v1.0/" + resource.prefix { $0 != "?" }
        let token = try await self.token()
        var caught = self.capture.bodies.makeAsyncIterator()
        var bodies: [String] = []
        for number in 0..<count {
            let text = "Number \(number) of many that say the same, so that it is about as long as people write."
            _ = try await self.send(
                .POST, path, #"{"subject":"Message \#(number)","body":{"contentType":"text","content":"\#(text) \#(text)"}}"#,
                token: token
            )
            guard let body = await caught.next() else { throw Failed(description: "Nothing was notified.") }
            bodies.append(body)
        }
        return bodies
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, token: String? = nil
    ) async throws -> [String: Any] {
        var request = HTTPClientRequest(url: self.base + path)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let answer = String(buffer: try await response.body.collect(upTo: 1 << 20))
        guard (200..<300).contains(response.status.code) else {
            throw Failed(description: "\(path) was answered \(response.status.code): \(answer)")
        }
        return try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any] ?? [:]
    }
}
