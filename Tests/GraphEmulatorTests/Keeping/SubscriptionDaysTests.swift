import AsyncHTTPClient
import GraphNotifications
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphEmulator

/// Hundreds of subscriptions over simulated days, against the emulator over real sockets.
@Suite(.timeLimit(.minutes(5))) struct SubscriptionDaysTests {
    /// Counts what may have been lost.
    private final class LossCounter: LossObserver {
        let told = Mutex<[String: Set<PossibleLoss.Reason>]>([:])

        func mayHaveLost(_ loss: PossibleLoss) async throws(GraphError) {
            _ = self.told.withLock { $0[loss.subscription, default: []].insert(loss.reason) }
        }
    }

    private static let count = 200

    private static func requests() -> [SubscriptionRequest] {
        (0..<Self.count).map { number in
            SubscriptionRequest(
                name: "n\(number)",
                resource: "users/sales@example.com/messages?$filter=subject eq '\(number)'",
                changeTypes: .created, lifetime: .seconds(12 * 3600)
            )
        }
    }

    private static func manager(
        _ caller: TestCaller, _ clock: SteppedClock, store: any SubscriptionStore, url: String, losses: LossCounter
    ) -> SubscriptionManager {
        let now = { @Sendable in clock.now }
        let time = SteppedTime(clock: clock)
        let credential = ClientSecretCredential(
            tenantID: EmulatedTenant.contoso.id, clientID: EmulatedApplication.contoso.id,
            clientSecret: EmulatedApplication.contoso.secrets.first?.value ?? "",
            cloud: GraphCloud(authority: caller.base, graph: caller.base), httpClient: .shared, now: now
        )
        let graph = GraphClient(
            baseURL: caller.base + "/v1.0", credential: credential, httpClient: .shared, tenantID: EmulatedTenant.contoso.id,
            clock: time, now: now
        )
        return SubscriptionManager(
            accounts: [SubscriptionAccount(graph: graph, applicationID: EmulatedApplication.contoso.id)], store: store,
            directory: SubscriptionDirectory(), notificationURL: url, requests: Self.requests(), losses: losses, clock: time,
            now: now
        )
    }

    /// What Graph has, by resource.
    private static func atGraph(_ caller: TestCaller) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        var next: String? = "/v1.0/subscriptions"
        while let path = next {
            let page = try object(try await caller.signedIn().send(.GET, path).body)
            for subscription in page["value"] as? [[String: Any]] ?? [] {
                counts[subscription["resource"] as? String ?? "", default: 0] += 1
            }
            next = (page["@odata.nextLink"] as? String).map { String($0.dropFirst(caller.base.count)) }
        }
        return counts
    }

    /// Lets time pass in steps, and waits after each until the manager has nothing under way.
    private static func pass(
        _ duration: Duration, step: Duration = .seconds(300), _ manager: SubscriptionManager, _ clock: SteppedClock,
        each: () throws -> Void = {}
    ) async throws {
        let end = clock.now + Int64(duration.components.seconds) * 1_000
        while clock.now < end {
            await clock.advance(by: step)
            try await Self.rest(manager, clock)
            try each()
        }
    }

    private static func rest(_ manager: SubscriptionManager, _ clock: SteppedClock) async throws {
        for poll in 1...20_000 {
            let isBusy = manager.status().contains { status in
                ["creating", "renewing"].contains(status.state) || status.renewsAt.map { $0 <= clock.now } ?? true
            }
            // The manager sleeps, and whoever waits for his turn at Graph.
            if clock.sleeperCount > 0, !isBusy { return }
            // Nobody goes on before time does; the manager may have looked at the clock just before it was moved.
            if clock.sleeperCount > 1 || poll.isMultiple(of: 100) { await clock.advance(by: .seconds(1)) }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("The manager did not come to rest")
    }

    private static func areActive(_ manager: SubscriptionManager) -> Bool {
        manager.status().allSatisfy { $0.state == "active" && $0.confirmedAt != nil }
    }

    private static func troubles(_ manager: SubscriptionManager) -> [String] {
        manager.status().filter { $0.state != "active" || $0.confirmedAt == nil }.map { status in
            "\(status.name) \(status.state) \(status.failures): \(status.lastError ?? "no error")"
        }
    }

    @Test func allStayAliveWhateverGraphDoes() async throws {
        let clock = SteppedClock(startingAt: morning)
        let store = InMemorySubscriptionStore()
        let losses = LossCounter()
        try await withReceiver { receiver in
            try await withControlledEmulator {
                $0.clock = clock.clock
            } _: { caller, control in
                let manager = Self.manager(caller, clock, store: store, url: receiver.url, losses: losses)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await manager.run() }
                    // Some creates work and are answered with 504: what they made must not stay beside what is made next.
                    try control.set(Fault(.route("POST /v1.0/subscriptions"), .doneButStatus(504), probability: 0.1))
                    try control.set(Fault(.route("/v1.0/subscriptions/**"), .status(503), probability: 0.1))
                    try control.set(
                        Fault(.route("/v1.0/subscriptions/**"), .status(429, retryAfter: .seconds(20)), probability: 0.02)
                    )
                    try control.set(Fault(.route("POST /v1.0/$batch"), .status(503), probability: 0.1))
                    try await Self.pass(.seconds(2 * 3600), manager, clock)
                    #expect(Self.areActive(manager), "\(Self.troubles(manager))")
                    let expected = Dictionary(uniqueKeysWithValues: Self.requests().map { ($0.resource, 1) })
                    control.removeAllFaults()
                    #expect(try await Self.atGraph(caller) == expected)
                    let first = Set(manager.status().compactMap(\.id))

                    try control.set(Fault(.route("/v1.0/subscriptions/**"), .status(503), probability: 0.2))
                    try control.set(
                        Fault(.route("/v1.0/subscriptions/**"), .status(429, retryAfter: .seconds(60)), probability: 0.05)
                    )
                    try control.set(Fault(.route("POST /v1.0/$batch"), .status(504), probability: 0.2))
                    try await Self.pass(.seconds(2 * 86_400), step: .seconds(1_800), manager, clock) {
                        // Each was renewed in time.
                        #expect(manager.status().allSatisfy { ($0.expiresAt ?? 0) > clock.now })
                    }
                    #expect(Set(manager.status().compactMap(\.id)) == first)

                    // Graph takes some away and does not tell.
                    let removed = manager.status().prefix(10)
                    for status in removed { try control.removeSubscription(try #require(status.id)) }
                    try await Self.pass(.seconds(12 * 3600), step: .seconds(1_800), manager, clock)
                    control.removeAllFaults()
                    try await Self.pass(.seconds(600), manager, clock)
                    #expect(Self.areActive(manager), "\(Self.troubles(manager))")
                    #expect(try await Self.atGraph(caller) == expected)
                    #expect(first.subtracting(manager.status().compactMap(\.id)).count == 10)
                    let lost = losses.told.withLock { told in told.filter { $0.value.contains(.removed) }.map(\.key) }
                    #expect(lost.sorted() == removed.map(\.name).sorted())
                    #expect(losses.told.withLock { $0.count } == Self.count)
                    group.cancelAll()
                }
            }
        }
    }
}
