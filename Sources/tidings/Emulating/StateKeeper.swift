import GraphEmulator
import Logging
import ServiceLifecycle

/// Writes the emulator's state into its file: every few seconds when something has changed, and at the end.
struct StateKeeper: Service {
    private static let interval = Duration.seconds(3)

    let file: StateFile
    let control: EmulatorControl
    let logger: Logger

    func run() async throws {
        // Whether it can be written at all should be known at once.
        var stored = self.control.snapshot()
        try self.file.store(stored)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            let snapshot = self.control.snapshot()
            guard Task.isShuttingDownGracefully || Task.isCancelled || !snapshot.isSame(as: stored) else { continue }
            do {
                try self.file.store(snapshot)
                stored = snapshot
            } catch {
                guard !Task.isShuttingDownGracefully, !Task.isCancelled else { throw error }
                self.logger.warning("The emulator's state cannot be kept", metadata: ["error": "\(error)"])
            }
        }
    }
}
