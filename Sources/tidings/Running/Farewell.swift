import ServiceLifecycle
import SignalR

/// Sends the clients of a hub away, one after another, before the server that they are connected to goes down.
struct Farewell: Service {
    let hub: Hub
    /// Over which time.
    let window: Duration

    func run() async throws {
        try? await gracefulShutdown()
        await self.hub.drain(over: self.window)
    }
}
