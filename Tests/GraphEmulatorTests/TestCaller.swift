import AsyncHTTPClient
import CryptoExtras
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

@testable import GraphEmulator

/// Somebody who calls a running emulator.
struct TestCaller: Sendable {
    let base: String
    let clock: EmulatorClock
    var token: String?

    struct Answer: Sendable {
        var status: Int
        var fields: HTTPHeaders
        var body: String

        /// The error's code and message.
        var error: [String] {
            get throws {
                let error = try object(self.body)["error"] as? [String: Any]
                return [error?["code"] as? String ?? "", error?["message"] as? String ?? ""]
            }
        }
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, fields: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: self.base + path)
        request.method = method
        if let token = self.token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in fields { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let content = try await response.body.collect(upTo: 16 << 20)
        return Answer(status: Int(response.status.code), fields: response.headers, body: String(buffer: content))
    }

    /// The same caller with a token.
    func signedIn() async throws -> TestCaller {
        try await self.signedIn(.contoso, of: .contoso)
    }

    /// The same caller with a token of this application.
    func signedIn(_ application: EmulatedApplication, of tenant: EmulatedTenant) async throws -> TestCaller {
        let secret = application.secrets.first?.value ?? ""
        let answer = try await self.send(
            .POST, "/\(tenant.id)/oauth2/v2.0/token",
            "client_id=\(application.id)&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&client_secret=\(secret)&grant_type=client_credentials"
        )
        return TestCaller(base: self.base, clock: self.clock, token: try object(answer.body)["access_token"] as? String)
    }

    func subscribe(
        to url: String, lifecycle: String? = nil, resource: String = "users/sales@example.com/messages",
        changeType: String = "created,updated,deleted", clientState: String = "state-1"
    ) async throws -> Answer {
        let expiry = GraphDateTime.utc(self.clock.now() + 120 * minute)
        let lifecycle = lifecycle.map { ",\"lifecycleNotificationUrl\":\"\($0)\"" } ?? ""
        return try await self.send(
            .POST, "/v1.0/subscriptions",
            "{\"changeType\":\"\(changeType)\",\"notificationUrl\":\"\(url)\"\(lifecycle),\"resource\":\"\(resource)\",\"expirationDateTime\":\"\(expiry)\",\"clientState\":\"\(clientState)\"}"
        )
    }
}

/// Runs `body` with an emulator on a port of its own, which does not let anybody wait for long.
func withEmulator(
    logger: Logger = .silent, _ change: (inout GraphEmulatorConfiguration) -> Void = { _ in },
    _ body: (TestCaller) async throws -> Void
) async throws {
    try await withControlledEmulator(logger: logger, change) { emulator, _ in try await body(emulator) }
}

/// The same, with what can be done to it from outside of Graph.
func withControlledEmulator(
    logger: Logger = .silent, _ change: (inout GraphEmulatorConfiguration) -> Void = { _ in },
    _ body: (TestCaller, EmulatorControl) async throws -> Void
) async throws {
    var configuration = GraphEmulatorConfiguration(
        port: 0, directory: EmulatedSeed(signingKey: testKey.privateKey.pemRepresentation), seed: 1
    )
    configuration.batchWindow = .milliseconds(5)
    configuration.retries = RetrySchedule(first: .milliseconds(20), longest: .milliseconds(100), window: .seconds(10))
    change(&configuration)
    let control = Mutex<EmulatorControl?>(nil)
    try await withServer { onReady in
        let emulator = try GraphEmulator(configuration: configuration, onReady: { onReady($0.plain) }, logger: logger)
        control.withLock { $0 = emulator.control }
        return emulator
    } _: { port in
        guard let control = control.withLock({ $0 }) else { return }
        try await body(TestCaller(base: "http://127.0.0.1:\(port)", clock: configuration.clock), control)
    }
}
