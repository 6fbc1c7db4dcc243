import GraphNotifications
import Logging
import ServiceLifecycle

/// Says that everything is ready, once it is.
struct Announcer: Service {
    /// How long the subscriptions may take to become live before the user is told anyway.
    private static let patience = Duration.seconds(10)
    private static let interval = Duration.milliseconds(10)

    let readiness: Readiness
    let manager: SubscriptionManager?
    let banner: String
    let logger: Logger

    func run() async throws {
        let isReady = await cancelWhenGracefulShutdown {
            await self.readiness.wait(for: .listener)
            await self.readiness.wait(for: .emulator)
            await self.waitForSubscriptions()
            return !Task.isCancelled
        }
        if isReady {
            self.readiness.reached(.subscriptions)
            try? Terminal.say(self.banner)
            self.readiness.reached(.announcement)
        }
        try? await gracefulShutdown()
    }

    private func waitForSubscriptions() async {
        guard let manager = self.manager else { return }
        let deadline = ContinuousClock.now.advanced(by: Self.patience)
        while !Task.isCancelled {
            let waiting = manager.status().filter { $0.state != "active" }
            guard !waiting.isEmpty else { return }
            guard ContinuousClock.now < deadline else {
                self.logger.warning(
                    "Some subscriptions are not live yet; nothing arrives from them",
                    metadata: ["subscriptions": "\(waiting.map(\.name).joined(separator: ","))"]
                )
                return
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}
