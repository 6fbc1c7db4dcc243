import ServiceLifecycle

/// Says in the data directory where the server is, while it is there.
struct Signpost: Service {
    let file: AddressFile
    let url: String
    let readiness: Readiness

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.readiness.wait(for: .listener) }
        guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
        try self.file.store(self.url)
        try? await gracefulShutdown()
        self.file.remove()
    }
}
