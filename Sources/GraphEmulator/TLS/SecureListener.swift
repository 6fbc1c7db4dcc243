import NIOCore
import ServiceLifecycle

/// The port with TLS. That it cannot be opened is said in words that cannot be taken for the other port.
struct SecureListener: Service {
    let service: any Service
    let port: Int

    func run() async throws {
        do {
            try await self.service.run()
        } catch is IOError {
            throw GraphEmulatorError(
                .portUnavailable,
                "Port \(self.port), which is to listen with TLS, cannot be opened: another program may have it; choose another."
            )
        }
    }
}
