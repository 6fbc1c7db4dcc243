import AsyncHTTPClient
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
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
/// let emulator = try GraphEmulator(configuration: configuration, logger: logger)
/// try await emulator.run()
/// ```
///
/// It listens on a loopback address and notifies only loopback addresses: reading and changing data needs no token.
public final class GraphEmulator: Service {
    private let configuration: GraphEmulatorConfiguration
    private let state: EmulatorState
    private let onReady: @Sendable (Ports) async -> Void
    private let logger: Logger

    /// Where it listens.
    public struct Ports: Sendable, Equatable {
        /// Without TLS.
        public var plain: Int
        /// With TLS; `nil` if the configuration says nothing of it.
        public var secure: Int?
        /// The admin side; `nil` if there is none.
        public var admin: Int?
    }

    /// - Parameters:
    ///   - configuration: Where to listen, who works there, how strict to be.
    ///   - onReady: Called once it listens, with the ports.
    ///   - logger: For what cannot be answered: notifications that were lost.
    /// - Throws: ``GraphEmulatorError`` if the seed's signing key is none.
    public init(
        configuration: GraphEmulatorConfiguration = .init(),
        onReady: @escaping @Sendable (_ ports: Ports) async -> Void = { _ in },
        logger: Logger = Logger(label: "GraphEmulator")
    ) throws {
        self.configuration = configuration
        self.state = EmulatorState(
            configuration, keys: try configuration.directory.signingKeys(now: configuration.clock.now())
        )
        self.onReady = onReady
        self.logger = logger
    }

    /// What can be done with it from outside of Graph: faults, time, the log of deliveries.
    public var control: EmulatorControl { EmulatorControl(state: self.state) }

    /// Runs until the program shuts down.
    ///
    /// - Throws: ``GraphEmulatorError`` if the configuration is not acceptable, and NIO's `IOError` if it cannot listen:
    ///   with `EADDRINUSE` the port is taken. ``AdminListenerError`` if the admin side cannot.
    public func run() async throws {
        try self.configuration.validate()
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: try self.clientConfiguration())
        do {
            try await self.serve(with: client)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func clientConfiguration() throws -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        if let authorities = self.configuration.receiverAuthorities {
            var tls = TLSConfiguration.makeClientConfiguration()
            do {
                tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))]
            } catch {
                throw GraphEmulatorError(
                    .invalidCertificate, "The certificates that receivers may have cannot be read: they must be in PEM."
                )
            }
            configuration.tlsConfiguration = tls
        }
        // A receiver that restarts closes its connections; one from the pool would then fail for no fault of its own.
        configuration.connectionPool.idleTimeout = .seconds(2)
        // A refused connection is an answer; when to try again is decided here.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Many URLs may be on one host; how many are called at once is decided here too.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        return configuration
    }

    private func serve(with client: HTTPClient) async throws {
        let configuration = self.configuration
        let state = self.state
        let sender = NotificationSender(
            state: state, client: client,
            issuer: ValidationTokenIssuer(keys: { state.keys }, clock: configuration.clock), logger: self.logger
        )
        let validation = ValidationCall(
            client: client, timeout: configuration.handshakeTimeout,
            requiresPlainText: configuration.requiresPlainTextHandshake,
            namesStatus: configuration.quirks.namesHandshakeStatus, logger: self.logger
        )
        var expected: Set<StartedPorts.Kind> = [.plain]
        if configuration.tls != nil { expected.insert(.secure) }
        if configuration.adminPort != nil { expected.insert(.admin) }
        let started = StartedPorts(expected: expected) { [onReady] ports in
            state.graphURL = "http://\(configuration.host):\(ports.plain)"
            await onReady(ports)
        }
        func application(port: Int, server: HTTPServerBuilder, isSecure: Bool) -> any Service {
            Application(
                responder: EmulatorResponder(
                    state: state, validation: validation, bodyLimit: configuration.limits.bodyBytes,
                    requiresTokens: configuration.requiresTokens, answerDelay: configuration.quirks.createdAnswerDelay,
                    isSecure: isSecure
                ),
                server: server,
                configuration: ApplicationConfiguration(address: .hostname(configuration.host, port: port)),
                onServerRunning: { channel in
                    await started.listens(at: channel.localAddress?.port ?? port, isSecure ? .secure : .plain)
                },
                logger: self.logger
            )
        }
        // They end in the opposite order: what is being sent goes out when nobody can ask for more.
        var services: [any Service] = [sender]
        if let port = configuration.adminPort {
            services.append(
                AdminListener(
                    host: configuration.adminHost ?? configuration.host, port: port, control: self.control,
                    onReady: { await started.listens(at: $0, .admin) }, logger: self.logger
                )
            )
        }
        if let tls = configuration.tls {
            let server = try HTTPServerBuilder.tls(tlsConfiguration: tls.configuration())
            services.append(SecureListener(service: application(port: tls.port, server: server, isSecure: true), port: tls.port))
        }
        services.append(application(port: configuration.port, server: .http1(), isSecure: false))
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                // One that cannot listen ends the others, but not in the middle of what they do.
                services: services.map { .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup) },
                logger: self.logger
            )
        ).run()
    }
}
