import Testing

@testable import GraphNotifications

@Suite(.timeLimit(.minutes(1))) struct GraphTrafficTests {
    private let time = ManualTime()

    private func traffic(maximumWait: Duration = .seconds(60)) -> GraphTraffic {
        GraphTraffic(
            share: 1, maximumWait: maximumWait, failuresUntilPause: 2, pause: Backoff(base: .seconds(10)), clock: self.time,
            random: { 1 }
        )
    }

    @Test func whoHasToWaitGoesWhenThereIsRoom() async throws {
        let traffic = self.traffic()
        for _ in 0..<25 { #expect(try await traffic.admit(.list, tenant: "a") == .zero) }
        async let waited = traffic.admit(.list, tenant: "a")
        try await eventually("it waits") { self.time.sleeperCount == 1 }
        #expect(try await traffic.admit(.list, tenant: "b") == .zero)
        self.time.advance(by: .seconds(20))
        #expect(try await waited == .seconds(20))
    }

    @Test func whoWouldWaitTooLongIsToldSo() async throws {
        let traffic = self.traffic(maximumWait: .seconds(5))
        traffic.hold(.write, tenant: "a", for: .seconds(30))
        let error = await #expect(throws: GraphError.self) { try await traffic.admit(.write, tenant: "a") }
        #expect(error?.code == .throttled && error?.retryAfter == .seconds(30))
        #expect(try await traffic.admit(.write, tenant: "b") == .zero)
    }

    @Test func waitingCanBeCancelled() async throws {
        let traffic = self.traffic()
        traffic.hold(.write, tenant: "a", for: .seconds(30))
        let waiter = Task { try await traffic.admit(.write, tenant: "a") }
        try await eventually("it waits") { self.time.sleeperCount == 1 }
        waiter.cancel()
        let error = await #expect(throws: GraphError.self) { try await waiter.value }
        #expect(error?.code == .unreachable)
    }

    @Test func aTenantWhereNothingWorksIsLeftAlone() throws {
        let traffic = self.traffic()
        try traffic.enter(tenant: "a")
        #expect(traffic.failed("users/1", tenant: "a") == nil)
        #expect(traffic.failed("users/2", tenant: "a") == .seconds(10))
        let error = #expect(throws: GraphError.self) { try traffic.enter(tenant: "a") }
        #expect(error?.code == .suspended && error?.retryAfter == .seconds(10) && error?.isUncertain == false)
        try traffic.enter(tenant: "b")
        #expect(!traffic.worked(tenant: "b"))

        self.time.advance(by: .seconds(10))
        try traffic.enter(tenant: "a")
        #expect(throws: GraphError.self) { try traffic.enter(tenant: "a") }
        traffic.abandoned(tenant: "a")
        try traffic.enter(tenant: "a")
        #expect(traffic.worked(tenant: "a"))
        try traffic.enter(tenant: "a")
        #expect(!traffic.worked(tenant: "a"))
    }
}
