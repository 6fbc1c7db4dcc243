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
    @Flag(help: "Nothing happens in the mailboxes by itself.")
    var quiet = false
    @Option(help: "What is written to standard error.")
    var logLevel = Logger.Level.notice

    private static let activityInterval = Duration.seconds(4)

    func validate() throws {
        try self.check(port: self.port, option: "--port")
    }

    func run() async throws {
        LineLogHandler.bootstrap(self.logLevel)
        let logger = Logger(label: "tidings")
        let company = EmulatedCompany.contoso
        let banner = Banner.emulate(port: self.port, company: company)
        let emulator = EmulatorService(
            configuration: GraphEmulatorConfiguration(
                port: self.port, company: company, activityInterval: self.quiet ? nil : Self.activityInterval
            ),
            portOption: "--port", onReady: { try? Terminal.say(banner) }, logger: logger
        )
        do {
            let group = ServiceGroup(services: [emulator], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            try await group.run()
        } catch {
            throw Failure(error)
        }
    }
}
