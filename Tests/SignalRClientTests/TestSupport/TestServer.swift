import Hummingbird
import Logging
import RealTimeTesting
import ServiceLifecycle
import SignalR

@testable import SignalRClient

/// A server with hubs, on a port of its own.
struct TestServer: Sendable {
    let port: Int
    private let group: ServiceGroup

    /// Runs `body` against a server, which is shut down gracefully behind it.
    static func run<Value: Sendable>(
        _ hubs: [String: Hub], router: Router<BasicRequestContext> = Router(), services: [any Service] = [],
        _ body: (TestServer) async throws -> Value
    ) async throws -> Value {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let port = Watched(0)
        let app = Application(
            router: router, server: .signalR(hubs, logger: logger),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)), services: services,
            onServerRunning: { channel in port.change { $0 = channel.localAddress?.port ?? -1 } }, logger: logger
        )
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: app)], gracefulShutdownSignals: [], logger: logger)
        )
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await port.wait { $0 != 0 }
            let server = TestServer(port: port.value, group: group)
            let value: Value
            do {
                value = try await body(server)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return value
        }
    }

    func shutDown() async { await self.group.triggerGracefulShutdown() }

    /// A client of the hub at `path`.
    func client(
        _ path: String = "/hub", token: String? = nil, _ change: (inout HubClient.Configuration) -> Void = { _ in }
    ) -> HubClient {
        HubClient.testing(port: self.port, path, token: token, change)
    }
}

extension HubClient {
    /// A client that comes back at once, and without limit.
    static func testing(
        port: Int, _ path: String = "/hub", token: String? = nil, _ change: (inout Configuration) -> Void = { _ in }
    ) -> HubClient {
        let accessToken: (@Sendable () async throws -> String?)? = if let token { { token } } else { nil }
        var configuration = Configuration()
        configuration.retryPolicy = RetryPolicy { _ in .milliseconds(1) }
        change(&configuration)
        return HubClient(
            url: "http://127.0.0.1:\(port)\(path)", configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, accessToken: accessToken
        )
    }
}

/// Runs `body`, and returns the client's error that it throws.
func clientError(_ body: () async throws -> Void) async throws -> SignalRClientError? {
    do {
        try await body()
        return nil
    } catch let error as SignalRClientError {
        return error
    }
}
