import Logging
import ServiceLifecycle

/// Tells the operator when the storage stops taking what is written, and when it takes it again.
struct StorageWatch: Service {
    /// How often it looks.
    private static let interval = Duration.seconds(1)

    let isFailing: @Sendable () -> Bool
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var wasFailing = false
            while true {
                try await Task.sleep(for: Self.interval)
                let isFailing = self.isFailing()
                if isFailing, !wasFailing {
                    self.logger.error(
                        "The storage does not take what is written; Graph is asked to send it again. See to the disk"
                    )
                } else if wasFailing, !isFailing {
                    self.logger.notice("The storage takes what is written again")
                }
                wasFailing = isFailing
            }
        }
    }
}
