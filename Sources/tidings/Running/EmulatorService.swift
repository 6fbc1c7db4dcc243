import GraphEmulator
import Logging
import ServiceLifecycle

/// The emulator, whose failure to open its port is told in the user's words.
struct EmulatorService: Service {
    let configuration: GraphEmulatorConfiguration
    /// What the user writes to choose another port.
    let portOption: String
    let onReady: @Sendable () async -> Void
    let logger: Logger

    func run() async throws {
        do {
            let emulator = try GraphEmulator(
                configuration: self.configuration, onReady: { _ in await self.onReady() }, logger: self.logger
            )
            try await emulator.run()
        } catch let error as GraphEmulatorError {
            throw Failure(error.description)
        } catch {
            throw Failure(
                listeningAt: self.configuration.host, port: self.configuration.port, option: self.portOption, error
            ) ?? error
        }
    }
}
