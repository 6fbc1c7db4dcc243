import GraphEmulator
import Logging
import ServiceLifecycle

/// The emulator, whose failure to open a port is told in the user's words.
struct EmulatorService: Service {
    private let configuration: GraphEmulatorConfiguration
    private let portOption: String
    private let adminPortOption: String
    private let emulator: GraphEmulator

    /// - Parameters:
    ///   - configuration: What to run.
    ///   - portOption: What the user writes to choose another port for Graph.
    ///   - adminPortOption: The same for the admin side.
    ///   - onReady: Called once everything listens.
    ///   - logger: The emulator's.
    init(
        configuration: GraphEmulatorConfiguration, portOption: String, adminPortOption: String,
        onReady: @escaping @Sendable () async -> Void, logger: Logger
    ) throws {
        self.configuration = configuration
        self.portOption = portOption
        self.adminPortOption = adminPortOption
        self.emulator = try GraphEmulator(configuration: configuration, onReady: { _ in await onReady() }, logger: logger)
    }

    var control: EmulatorControl { self.emulator.control }

    func run() async throws {
        do {
            try await self.emulator.run()
        } catch let error as GraphEmulatorError {
            throw Failure(error.description)
        } catch let error as AdminListenerError {
            throw Failure(
                listeningAt: error.host, port: error.port, option: self.adminPortOption, hostOption: "--admin-host", error.cause
            ) ?? error.cause
        } catch {
            throw Failure(
                listeningAt: self.configuration.host, port: self.configuration.port, option: self.portOption, error
            ) ?? error
        }
    }
}
