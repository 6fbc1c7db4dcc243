import NIOHTTP1
import Testing

@testable import GraphNotifications

/// What the manager does about many at once, about drift, and about what was left behind.
@Suite(.timeLimit(.minutes(2))) struct SubscriptionCareTests {
    private let names = (0..<50).map { "n\($0 < 10 ? "0" : "")\($0)" }

    private func many() -> ManagedGraph {
        let managed = ManagedGraph(self.names.map { ManagedGraph.record($0, id: "id-\($0)") })
        for name in self.names { managed.plant("id-\(name)", name) }
        return managed
    }

    /// Whether all live for an hour from the start.
    private func areKnown(_ manager: SubscriptionManager) -> Bool {
        manager.status().allSatisfy { $0.renewsAt == ManualTime.start + 1_800_000 }
    }

    @Test func manyRenewalsGoInBatches() async throws {
        let managed = self.many()
        try await managed.running(managed.manager(self.names.map { ManagedGraph.request($0) })) { manager in
            try await eventually("all were asked after") { self.areKnown(manager) }
            #expect(managed.played.asked.count { $0 == "POST /$batch" } == 3)
            #expect(managed.played.asked.count { $0.hasPrefix("GET /subscriptions/") } == 50)
            managed.played.forget("id-n07")
            managed.played.onRequest { request in
                request.method == .PATCH && request.url.hasSuffix("id-n31") ? PlayedGraph.error(503, "x", "later") : nil
            }
            // Not in one leap: the manager may be about to sleep, and would then wait for the next.
            managed.time.advance(by: .seconds(1_790))
            try await managed.time.pass(until: "they are renewed") {
                manager.status().count { ($0.renewsAt ?? 0) > ManualTime.start + 3_600_000 } == 49
            }
            // Each has its own fate.
            let status = manager.status()
            #expect(status[7].id == "s1" && status[7].state == "active")
            #expect(status[31].failures >= 1 && status[31].id == "id-n31" && status[31].lastError != nil)
            managed.played.onRequest(nil)
            try await managed.time.pass(until: "it is renewed") { ManagedGraph.areActive(manager) }
        }
        #expect(managed.played.asked.count { $0 == "POST /$batch" } == 6)
        #expect(managed.losses.told.all == ["n07 removed", "n07 removed"])
    }

    @Test func aHandfulIsAskedForOneByOne() async throws {
        let managed = ManagedGraph(self.names.prefix(4).map { ManagedGraph.record($0, id: "id-\($0)") })
        for name in self.names.prefix(4) { managed.plant("id-\(name)", name) }
        try await managed.running(managed.manager(self.names.prefix(4).map { ManagedGraph.request($0) })) { manager in
            try await eventually("all were asked after") { self.areKnown(manager) }
        }
        #expect(managed.played.asked.count == 4 && !managed.played.asked.contains("POST /$batch"))
    }

    @Test func aNewURLIsMadeKnownWithoutANewSubscription() async throws {
        let managed = ManagedGraph([ManagedGraph.record("sales", id: "old", url: "https://before.test/n")])
        managed.plant("old", "sales", url: "https://before.test/n")
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await eventually("it has moved") { managed.store.records[0].notificationURL == ManagedGraph.url }
            try await eventually("it is active") { ManagedGraph.areActive(manager) }
        }
        #expect(managed.played.asked == ["GET /subscriptions/old", "PATCH /subscriptions/old"])
        #expect(managed.played.subscriptions.map(\.notificationURL) == [ManagedGraph.url])
        #expect(managed.losses.told.all.isEmpty)
    }

    @Test func whereGraphDoesNotMoveItItIsReplaced() async throws {
        let managed = ManagedGraph([ManagedGraph.record("sales", id: "old", url: "https://before.test/n")])
        managed.plant("old", "sales", url: "https://before.test/n")
        managed.played.onRequest { request in
            request.method == .PATCH ? PlayedGraph.error(400, "InvalidRequest", "Not here.") : nil
        }
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await eventually("there is a new one") { ManagedGraph.areActive(manager) && manager.status()[0].id == "s1" }
        }
        #expect(managed.losses.told.all == ["sales removed", "sales removed"])
        #expect(managed.played.subscriptions.map(\.id) == ["s1"])
    }

    @Test func whatIsDeclaredAtRunTime() async throws {
        let managed = ManagedGraph()
        try await managed.running(managed.manager(["a", "b"].map { ManagedGraph.request($0) })) { manager in
            try await eventually("both are active") { ManagedGraph.areActive(manager) }
            var changed = ManagedGraph.request("b")
            changed.resource = "users/b/events"
            let old = try #require(manager.status().first { $0.name == "b" }?.id)
            let gate = Gate()
            managed.played.onRequest { request in
                if request.method == .DELETE, request.url.hasSuffix(old) { await gate.pass() }
                return nil
            }
            manager.declare([changed, ManagedGraph.request("c")])
            try await eventually("the old one is being deleted") { gate.waiterCount == 1 }
            // Both are known meanwhile.
            #expect(managed.directory.subscription(id: old)?.name == "b")
            #expect(managed.directory.all.first { $0.name == "b" }?.id != old)
            gate.open()
            try await eventually("it is as declared") {
                ManagedGraph.areActive(manager) && manager.status().map(\.name) == ["b", "c"]
                    && managed.played.subscriptions.map(\.resource).sorted() == ["users/b/events", "users/c/messages"]
            }
            try await eventually("the old one is forgotten") { managed.directory.subscription(id: old) == nil }
            manager.declare([changed])
            try await eventually("one is left") { managed.store.records.map(\.name) == ["b"] }
            manager.declare([changed, ManagedGraph.request("a")])
            try await eventually("it is back") { ManagedGraph.areActive(manager) && manager.status().map(\.name) == ["a", "b"] }
        }
        #expect(managed.losses.told.all.sorted() == ["a created", "a created", "b created", "b created", "c created"])
    }

    @Test func anInterruptedCreateIsAdoptedByItsSecret() async throws {
        let managed = ManagedGraph([ManagedGraph.record("sales", id: nil)])
        managed.plant("ghost", "sales")
        managed.plant("stranger", "sales", state: "another")
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await eventually("it is active") { ManagedGraph.areActive(manager) }
            #expect(manager.status()[0].id == "ghost")
        }
        #expect(managed.played.subscriptions.map(\.id) == ["ghost"])
        #expect(!managed.played.asked.contains("POST /subscriptions"))
        #expect(managed.directory.subscription(id: "ghost")?.clientState == "state-sales")
        #expect(managed.losses.told.all == ["sales created"])
    }

    @Test func driftIsFoundAndRepaired() async throws {
        let managed = ManagedGraph([ManagedGraph.record("sales", id: "s"), ManagedGraph.record("gone", id: "g")])
        managed.plant("s", "sales")
        managed.plant("g", "gone")
        let policy = SubscriptionPolicy(listInterval: .seconds(900))
        let requests = ["sales", "gone"].map { ManagedGraph.request($0) }
        try await managed.running(managed.manager(requests, policy: policy)) { manager in
            try await eventually("it was listed") { managed.played.asked.contains("GET /subscriptions") }
            try await eventually("both are alive") { self.areKnown(manager) }
            // Somebody meddles.
            managed.plant("s", "sales", url: "https://elsewhere.test/n", minutes: 30)
            managed.played.forget("g")
            managed.time.advance(by: .seconds(890))
            try await managed.time.pass(until: "it was listed again") {
                managed.played.asked.count { $0 == "GET /subscriptions" } == 2
            }
            try await eventually("both are repaired") {
                managed.played.subscriptions.allSatisfy { $0.notificationURL == ManagedGraph.url }
                    && managed.played.subscriptions.count == 2 && ManagedGraph.areActive(manager)
            }
        }
        #expect(managed.played.asked.contains("PATCH /subscriptions/s"))
        #expect(managed.lines.all.contains { $0.hasPrefix("notice: A subscription at Graph differs") && $0.contains("sales") })
        #expect(managed.losses.told.all == ["gone removed", "gone removed"])
    }

    @Test(arguments: [false, true]) func orphansAreReportedAndDeletedOnlyIfThatIsWanted(deletes: Bool) async throws {
        let managed = ManagedGraph(directory: SubscriptionDirectory([.init(name: "external", id: "external", clientState: "x")]))
        managed.plant("orphan", "former")
        managed.plant("external", "somebody")
        managed.plant("elsewhere", "other", url: "https://other.test/n")
        let policy = SubscriptionPolicy(deletesOrphans: deletes)
        try await managed.running(managed.manager([ManagedGraph.request("sales")], policy: policy)) { manager in
            try await eventually("it is active") { ManagedGraph.areActive(manager) }
            try await eventually("it is reported") {
                managed.lines.all.contains { $0.hasPrefix("notice") && $0.contains("nobody declared") && $0.contains("orphan") }
            }
            if deletes {
                try await eventually("it is gone") { managed.played.subscriptions.map(\.id) == ["elsewhere", "external", "s1"] }
            } else {
                #expect(manager.orphans().map(\.subscription.id) == ["orphan"] && manager.orphans()[0].account == "default")
                #expect(managed.played.subscriptions.count == 4)
            }
        }
    }

    @Test func aListThatFailsIsReadLater() async throws {
        let managed = ManagedGraph()
        managed.plant("orphan", "former")
        managed.played.onRequest { request in
            request.method == .GET ? PlayedGraph.error(429, "TooManyRequests", "Wait.", retryAfter: "400") : nil
        }
        try await managed.running(managed.manager([], policy: .init())) { manager in
            try await eventually("it is refused") { managed.lines.all.contains { $0.contains("could not be read") } }
            managed.played.onRequest(nil)
            managed.time.advance(by: .seconds(399))
            try await managed.time.pass(until: "it is read") { !manager.orphans().isEmpty }
        }
    }

    @Test func ordersAreFollowed() async throws {
        let managed = ManagedGraph()
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await eventually("it is active") { ManagedGraph.areActive(manager) }
            try await manager.reauthorize(name: "sales")
            // Not again so soon, and not after a renewal.
            try await manager.reauthorize(name: "sales")
            try await manager.recreate(name: "sales")
            #expect(manager.status()[0].id == "s2")
            try await manager.renew(name: "sales")
            try await manager.reauthorize(name: "sales")
            for order in [manager.reauthorize(name:), manager.recreate(name:)] {
                let error = await #expect(throws: GraphError.self) { try await order("nobody") }
                #expect(error?.code == .notFound)
            }
        }
        #expect(
            managed.played.asked == [
                "POST /subscriptions", "POST /subscriptions/s1/reauthorize", "DELETE /subscriptions/s1", "POST /subscriptions",
                "PATCH /subscriptions/s2",
            ]
        )
    }

    @Test func theStatusTellsOfEventsAndSilence() async throws {
        let managed = ManagedGraph()
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await eventually("it is active") { ManagedGraph.areActive(manager) }
            let known = try #require(managed.directory.all.first)
            let webhook = WebhookReceiver(
                directory: managed.directory, into: InMemoryNotificationQueue(),
                now: { [time = managed.time] in time.milliseconds }
            )
            func post(_ state: String, lifecycle: Bool = false) async {
                var text = item(subscription: known.id, state: state)
                if lifecycle { text = text.replacing("\"changeType\":\"created\"", with: "\"lifecycleEvent\":\"missed\"") }
                let request = WebhookRequest(
                    method: .POST, uri: "/", contentType: "application/json", body: collection(text, text)
                )
                await withCheckedContinuation { continuation in webhook.receive(request) { _ in continuation.resume() } }
            }
            for _ in 0..<4 {
                managed.time.advance(by: .seconds(60))
                await post(known.clientState)
            }
            let last = managed.time.milliseconds
            managed.time.advance(by: .seconds(60))
            await post("forged")
            await post(known.clientState, lifecycle: true)
            let status = try #require(manager.status().first)
            #expect(status.lastEventAt == last && status.usualGap == .seconds(60) && !status.isSilent)
            #expect(status.createdAt == ManualTime.start && status.confirmedAt == ManualTime.start)
            managed.time.advance(by: .seconds(3_600))
            #expect(manager.status()[0].isSilent)
            // It is the same one, whatever Graph calls it.
            try await manager.recreate(name: "sales")
            #expect(manager.status()[0].lastEventAt == last)
        }
    }
}
