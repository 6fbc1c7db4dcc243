import AsyncHTTPClient
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// Enough of Microsoft Graph, on this machine, to develop and test against its change notifications.
///
/// It has a directory of users and groups, mailboxes with mail, calendars and contacts, drives, chats, teams and presence; a
/// token endpoint; and subscriptions with Graph's rules, texts and handshake. Changes are sent to the subscribed URLs as
/// Graph sends them, with its time limits and retries, and can be asked for with `delta`. Everything is in memory.
///
/// ```swift
/// var configuration = GraphEmulatorConfiguration(port: 8081)
/// configuration.activityInterval = .seconds(5)
/// let emulator = GraphEmulator(configuration: configuration, logger: logger)
/// try await emulator.run()
/// ```
///
/// It listens on a loopback address and notifies only loopback addresses: reading and changing data needs no token.
public final class GraphEmulator: Service {
    private let configuration: GraphEmulatorConfiguration
    private let onReady: @Sendable (Int) async -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: Where to listen, who works there, how strict to be.
    ///   - onReady: Called once it listens, with the port.
    ///   - logger: For what cannot be answered: notifications that were lost.
    public init(
        configuration: GraphEmulatorConfiguration = .init(),
        onReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in },
        logger: Logger = Logger(label: "GraphEmulator")
    ) {
        self.configuration = configuration
        self.onReady = onReady
        self.logger = logger
    }

    /// Runs until the program shuts down.
    ///
    /// - Throws: ``GraphEmulatorError`` if the configuration is not acceptable, and NIO's `IOError` if it cannot listen:
    ///   with `EADDRINUSE` the port is taken.
    public func run() async throws {
        try self.configuration.validate()
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.clientConfiguration)
        do {
            try await self.serve(with: client)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // A receiver that restarts closes its connections; one from the pool would then fail for no fault of its own.
        configuration.connectionPool.idleTimeout = .seconds(2)
        // A refused connection is an answer; when to try again is decided here.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    private func serve(with client: HTTPClient) async throws {
        let configuration = self.configuration
        let state = EmulatorState(configuration)
        let sender = NotificationSender(
            state: state, client: client, timeout: configuration.deliveryTimeout, retryTimeout: configuration.retryTimeout,
            logger: self.logger
        )
        var services: [any Service] = [sender]
        if let interval = configuration.activityInterval {
            services.append(ActivityService(state: state, interval: interval))
        }
        let responder = EmulatorResponder(
            state: state,
            validation: ValidationCall(
                client: client, timeout: configuration.handshakeTimeout,
                requiresPlainText: configuration.requiresPlainTextHandshake, clock: configuration.clock, logger: self.logger
            ),
            bodyLimit: configuration.limits.bodyBytes
        )
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .hostname(configuration.host, port: configuration.port)),
            services: services,
            onServerRunning: { [onReady] channel in await onReady(channel.localAddress?.port ?? configuration.port) },
            logger: self.logger
        )
        try await application.run()
    }
}
