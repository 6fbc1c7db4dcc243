import ServiceLifecycle

/// Lets something happen at the company every now and then.
struct ActivityService: Service {
    let state: EmulatorState
    let interval: Duration

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try await self.state.clock.sleep(self.interval)
                self.state.change { graph, now in graph.act(now: now) }
            }
        }
    }
}
