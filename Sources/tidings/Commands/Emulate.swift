import ArgumentParser
import GraphEmulator
import Logging
import ServiceLifecycle
import UnixSignals

/// `tidings emulate`: the emulator of Microsoft Graph alone.
struct Emulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start an emulator of Microsoft Graph's change notifications, on this machine only."
    )

    @Option(help: "The port to listen at.")
    var port = 8081
    @Option(help: "A second port, with TLS; the certificate to trust is written into --data.")
    var tlsPort: Int?
    @Option(help: "Tenants, users and applications, as a YAML or JSON file.")
    var seed: String?
    @Option(help: "Where the certificates for TLS are kept.")
    var data = ".tidings/emulator"
    @Flag(help: "Nothing happens in the mailboxes by itself.")
    var quiet = false
    @Option(help: "What is written to standard error.")
    var logLevel = Logger.Level.notice

    private static let activityInterval = Duration.seconds(4)

    func validate() throws {
        try self.check(port: self.port, option: "--port")
        if let tlsPort {
            try self.check(port: tlsPort, option: "--tls-port")
            guard tlsPort != self.port else { throw ValidationError("--port and --tls-port must differ.") }
        }
    }

    func run() async throws {
        LineLogHandler.bootstrap(self.logLevel)
        let logger = Logger(label: "tidings")
        do {
            var configuration = GraphEmulatorConfiguration(
                port: self.port, directory: try self.seed.map(EmulatorFiles.seed) ?? .contoso,
                activityInterval: self.quiet ? nil : Self.activityInterval
            )
            // The banner speaks of the first tenant.
            try configuration.validate()
            var authority: String?
            if let tlsPort {
                let directory = try DataDirectory(self.data)
                configuration.tls = try EmulatorFiles.tls(port: tlsPort, in: directory)
                authority = directory.file(EmulatorFiles.authority)
            }
            let banner = Banner.emulate(
                port: self.port, tlsPort: self.tlsPort, authority: authority, tenant: configuration.directory.tenants[0]
            )
            let emulator = EmulatorService(
                configuration: configuration, portOption: "--port",
                onReady: { try? Terminal.say(banner) }, logger: logger
            )
            let group = ServiceGroup(services: [emulator], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            try await group.run()
        } catch {
            throw Failure(error)
        }
    }
}
