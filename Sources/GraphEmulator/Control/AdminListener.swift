import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// The admin side cannot listen; everything else could.
public struct AdminListenerError: Error {
    /// Where it was to listen.
    public let host: String
    public let port: Int
    /// Why it does not: NIO's `IOError` with `EADDRINUSE` if the port is taken.
    public let cause: any Error
}

/// Serves the admin side on a port of its own.
struct AdminListener: Service {
    let host: String
    let port: Int
    let control: EmulatorControl
    /// Told where it listens.
    let onReady: @Sendable (Int) async -> Void
    let logger: Logger

    func run() async throws {
        let application = Application(
            responder: AdminResponder(control: self.control, host: self.host),
            configuration: ApplicationConfiguration(address: .hostname(self.host, port: self.port)),
            onServerRunning: { channel in await self.onReady(channel.localAddress?.port ?? self.port) },
            logger: self.logger
        )
        do {
            try await application.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw AdminListenerError(host: self.host, port: self.port, cause: error)
        }
    }
}
