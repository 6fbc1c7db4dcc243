public import ServiceLifecycle

/// A client as part of a program: connected until the program is asked to end.
extension HubClient: Service {
    /// Connects, and handles what the server calls, until a graceful shutdown.
    ///
    /// - Throws: ``SignalRClientError`` when there will be no other connection.
    public func run() async throws {
        try await self.run { client in
            do {
                throw try await cancelWhenGracefulShutdown { try await client.waitUntilClosed() }
            } catch is CancellationError {
                // Asked to end.
            }
        }
    }
}
