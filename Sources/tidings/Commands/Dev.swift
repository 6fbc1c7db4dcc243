import ArgumentParser
import GraphEmulator
import GraphNotifications
import Logging
import Metrics
import ServiceLifecycle

/// `tidings dev`: relay, emulator and dashboard in one process. The two talk over HTTP only, as strangers do.
struct Dev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a relay and an emulator of Microsoft Graph, to develop against."
    )

    @Option(help: "The relay's port.")
    var port = 8080
    @Option(help: "The emulator's port.")
    var emulatorPort = 8081
    @Option(help: "The port of the emulator's admin side: its page and its API; none, if it is left out.")
    var emulatorAdminPort: Int?
    @Option(help: "Where the relay keeps its data.")
    var data = ".tidings/dev"
    @Flag(help: "Nothing happens in the emulated mailboxes by itself.")
    var quiet = false
    @Option(help: "What is written to standard error.")
    var logLevel = Logger.Level.notice

    /// How often something happens in the emulated company by itself.
    private static let activityInterval = Duration.seconds(4)

    func validate() throws {
        try self.check(port: self.port, option: "--port")
        try self.check(port: self.emulatorPort, option: "--emulator-port")
        guard self.port != self.emulatorPort else { throw ValidationError("--port and --emulator-port must differ.") }
        guard let adminPort = self.emulatorAdminPort else { return }
        try self.check(port: adminPort, option: "--emulator-admin-port")
        guard adminPort != self.port, adminPort != self.emulatorPort else {
            throw ValidationError("--emulator-admin-port must differ from the other ports.")
        }
    }

    func run() async throws {
        LineLogHandler.bootstrap(self.logLevel)
        let logger = Logger(label: "tidings")
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        OpenFileLimit.raise()
        do {
            let tenant = EmulatedTenant.contoso
            let settings = self.settings(tenant)
            // The emulator forgets its subscriptions when it ends, so the relay must not remember them.
            let assembly = try Assembly(
                settings, mode: .dev, records: InMemorySubscriptionStore(), deltas: InMemoryDeltaStore(),
                readiness: Readiness(of: [.listener, .emulator, .subscriptions, .announcement]), metrics: metrics, logger: logger
            )
            var configuration = GraphEmulatorConfiguration(
                port: self.emulatorPort, activityInterval: self.quiet ? nil : Self.activityInterval
            )
            configuration.adminPort = self.emulatorAdminPort
            configuration.clock = SwitchedClock().clock
            let emulator = try EmulatorService(
                configuration: configuration, portOption: "--emulator-port", adminPortOption: "--emulator-admin-port",
                onReady: { assembly.readiness.reached(.emulator) }, logger: logger
            )
            let banner = Banner.dev(
                settings, emulatorPort: self.emulatorPort, emulatorAdminPort: self.emulatorAdminPort, tenant: tenant,
                adminToken: assembly.adminToken, program: CommandLine.arguments.first ?? "tidings"
            )
            let announcer = Announcer(
                readiness: assembly.readiness, manager: assembly.subscriptions, banner: banner, logger: logger
            )
            try await assembly.run(with: [
                Assembly.service("emulator", emulator), Assembly.service("announcer", announcer),
            ])
        } catch {
            throw Failure(error)
        }
    }

    /// Everything that happens in the mailboxes of the tenant is followed.
    private func settings(_ tenant: EmulatedTenant) -> ServerSettings {
        var settings = ServerSettings(dataDirectory: self.data)
        settings.port = self.port
        settings.publicURL = settings.localURL
        settings.logLevel = self.logLevel
        let emulator = "http://127.0.0.1:\(self.emulatorPort)"
        settings.accounts = [
            GraphAccount(
                tenantID: tenant.id, clientID: EmulatedApplication.contoso.id,
                proof: .secret(EmulatedApplication.contoso.secrets.first?.value ?? ""), endpoint: "\(emulator)/v1.0",
                authority: emulator
            )
        ]
        settings.managed = tenant.users.map { user in
            ServerSettings.ManagedSubscription(
                name: String(user.userPrincipalName.prefix { $0 != "@" }), resource: "users/\(user.userPrincipalName)/messages",
                changeTypes: [.created, .updated, .deleted]
            )
        }
        return settings
    }
}
