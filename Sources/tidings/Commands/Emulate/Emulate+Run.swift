import ArgumentParser
import GraphEmulator
import Logging
import ServiceLifecycle
import UnixSignals

extension Emulate {
    /// `tidings emulate run`, or only `tidings emulate`.
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Start an emulator.")

        @Option(help: "The port of Graph.")
        var port = 8081
        @Option(help: "The port of the admin side: its page and its API.")
        var adminPort = 8082
        @Flag(help: "Nothing happens in the mailboxes by itself.")
        var quiet = false
        @Option(help: ArgumentHelp("Where the admin side listens, if not on this machine only.", valueName: "address"))
        var adminHost: String?
        @Option(help: "A second port for Graph, with TLS; the certificate to trust is written into --data.")
        var tlsPort: Int?
        @Option(help: ArgumentHelp("Tenants, users and applications, as a YAML or JSON file.", valueName: "file"))
        var seed: String?
        @Option(help: "Where the certificates for TLS are kept.")
        var data = ".tidings/emulator"
        @Option(help: ArgumentHelp("Makes ids, activity and faults by chance the same each time.", valueName: "number"))
        var randomSeed: UInt64?
        @Option(help: ArgumentHelp("How time passes: real, scaled:60 or stepped.", valueName: "clock"))
        var clock = ClockArgument(mode: .real)
        @Option(help: ArgumentHelp("Where its state is kept; what it holds counts more than --seed.", valueName: "file"))
        var state: String?
        @Option(help: ArgumentHelp("Each change of an event is so many updates more, as Outlook does it.", valueName: "count"))
        var eventStorm = 0
        @Option(help: "What is written to standard error.")
        var logLevel = Logger.Level.notice

        private static let activityInterval = Duration.seconds(4)

        func validate() throws {
            try self.check(port: self.port, option: "--port")
            try self.check(port: self.adminPort, option: "--admin-port")
            guard self.port != self.adminPort else { throw ValidationError("--port and --admin-port must differ.") }
            guard (0...100).contains(self.eventStorm) else { throw ValidationError("--event-storm must be from 0 to 100.") }
            guard let tlsPort else { return }
            try self.check(port: tlsPort, option: "--tls-port")
            guard tlsPort != self.port, tlsPort != self.adminPort else {
                throw ValidationError("--tls-port must differ from the other ports.")
            }
        }

        func run() async throws {
            LineLogHandler.bootstrap(self.logLevel)
            let logger = Logger(label: "tidings")
            do {
                let file = self.state.map { StateFile(path: $0) }
                let saved = try file?.load()
                var configuration = try self.graphConfiguration()
                configuration.clock = SwitchedClock(self.clock.mode, startingAt: saved?.now).clock
                // The banner speaks of the first tenant.
                try configuration.validate()
                var authority: String?
                if let tlsPort {
                    let directory = try DataDirectory(self.data)
                    configuration.tls = try EmulatorFiles.tls(port: tlsPort, in: directory)
                    authority = directory.file(EmulatorFiles.authority)
                }
                let tenant = saved?.tenants.first ?? configuration.directory.tenants[0]
                let banner = Banner.emulate(
                    port: self.port, admin: "http://\(self.adminAddress):\(self.adminPort)", tlsPort: self.tlsPort,
                    authority: authority, tenant: tenant
                )
                let emulator = try EmulatorService(
                    configuration: configuration, portOption: "--port", adminPortOption: "--admin-port",
                    onReady: { try? Terminal.say(banner) }, logger: logger
                )
                if let saved { emulator.control.restore(saved) }
                var services: [any Service] = [emulator]
                // It ends last, when nothing changes any more.
                if let file { services.insert(StateKeeper(file: file, control: emulator.control, logger: logger), at: 0) }
                let group = ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
                try await group.run()
            } catch {
                throw Failure(error)
            }
        }

        private func graphConfiguration() throws -> GraphEmulatorConfiguration {
            var configuration = GraphEmulatorConfiguration(
                port: self.port, directory: try self.seed.map(EmulatorFiles.seed) ?? .contoso,
                activityInterval: self.quiet ? nil : Self.activityInterval, seed: self.randomSeed
            )
            configuration.adminPort = self.adminPort
            configuration.adminHost = self.adminHost
            configuration.quirks.eventStorm = self.eventStorm
            return configuration
        }

        /// As it stands in URLs.
        private var adminAddress: String {
            guard let adminHost else { return "127.0.0.1" }
            return adminHost.contains(":") ? "[\(adminHost)]" : adminHost
        }
    }
}
