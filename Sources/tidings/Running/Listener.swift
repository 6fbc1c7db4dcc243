import Hummingbird
import ServiceLifecycle

/// An HTTP server whose failure to open its port is told in the user's words.
struct Listener<Application: ApplicationProtocol>: Service {
    let application: Application
    let host: String
    let port: Int
    /// What the user writes to choose another port.
    let option: String

    func run() async throws {
        do {
            try await self.application.run()
        } catch {
            throw Failure(listeningAt: self.host, port: self.port, option: self.option, error) ?? error
        }
    }
}

/// A service that begins when something else has happened.
struct Deferred: Service {
    let service: any Service
    /// Suspends until it may begin, or the task is cancelled.
    let isDue: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.isDue() }
        guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
        try await self.service.run()
    }
}
