import RealTimeTesting
import SignalR
import Testing

@Suite(.timeLimit(.minutes(1))) struct InMemoryHubLifetimeManagerTests {
    @Test(arguments: HubLifetimeManagerConformance.checks)
    func keepsItsPromises(_ check: ConformanceCheck<HubLifetimeManagerConformance>) async throws {
        try await check.run(on: HubLifetimeManagerConformance(of: [Hub("test") { _ in }]))
    }

    /// Two hubs, one lifetime manager: clients of the one are clients of the other.
    @Test(arguments: HubLifetimeManagerConformance.checks)
    func mayBeShared(_ check: ConformanceCheck<HubLifetimeManagerConformance>) async throws {
        let lifetime = InMemoryHubLifetimeManager(hub: "test")
        let hubs = [Hub("one", lifetime: lifetime) { _ in }, Hub("two", lifetime: lifetime) { _ in }]
        try await check.run(on: HubLifetimeManagerConformance(of: hubs))
        #expect(lifetime.connectionCount == 0)
    }
}
