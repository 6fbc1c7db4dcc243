import Synchronization
import Testing

@testable import GraphNotifications

/// Whoever looks for losses is told before what shows them is overwritten.
@Suite(.timeLimit(.minutes(2))) struct SubscriptionLossTests {
    private func eventuallyActive(_ manager: SubscriptionManager) async throws {
        try await eventually("it is active") { ManagedGraph.areActive(manager) }
    }

    @Test func aCreationIsToldBeforeItsIdIsKept() async throws {
        let managed = ManagedGraph()
        let kept = Notes<[String?]>()
        managed.losses.onLoss { [store = managed.store] _ in kept.note(store.records.map(\.id)) }
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await self.eventuallyActive(manager)
        }
        #expect(managed.losses.told.all == ["sales created"])
        #expect(kept.all == [[nil]])
        #expect(managed.store.records.map(\.id) == ["s1"])
    }

    @Test func whatGraphDoesNotKnowIsToldBeforeItsRecordGoes() async throws {
        let managed = ManagedGraph([ManagedGraph.record("sales", id: "old")])
        let kept = Notes<[String?]>()
        managed.losses.onLoss { [store = managed.store] _ in kept.note(store.records.map(\.id)) }
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await eventually("there is a new one") { ManagedGraph.areActive(manager) && manager.status()[0].id == "s1" }
        }
        #expect(managed.losses.told.all == ["sales removed", "sales removed"])
        #expect(kept.all == [["old"], [nil]])
    }

    @Test func whatCannotBeToldIsToldLaterAndNothingIsDropped() async throws {
        let managed = ManagedGraph([ManagedGraph.record("sales", id: "old")])
        managed.losses.fail(3)
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await eventually("telling fails") { manager.status()[0].lastError == "The disk is full." }
            // Nothing was overwritten and nothing created.
            #expect(managed.store.records.map(\.id) == ["old"] && managed.played.subscriptions.isEmpty)
            try await managed.time.pass(until: "it is active") { ManagedGraph.areActive(manager) }
        }
        #expect(managed.losses.told.all == ["sales removed", "sales removed"])
        #expect(managed.store.records.map(\.id) == ["s1"])
    }

    @Test func aCreationThatCannotBeToldIsNotMadeTwice() async throws {
        let managed = ManagedGraph()
        managed.losses.fail(4)
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await eventually("telling fails") { manager.status()[0].lastError == "The disk is full." }
            #expect(manager.status()[0].id == "s1" && managed.store.records.map(\.id) == [nil])
            // It delivers all the same.
            #expect(managed.directory.subscription(id: "s1") != nil)
            try await managed.time.pass(until: "it is told") { ManagedGraph.areActive(manager) }
        }
        #expect(managed.losses.told.all == ["sales created"])
        #expect(managed.played.asked == ["POST /subscriptions"] && managed.store.records.map(\.id) == ["s1"])
    }

    @Test func aCrashBetweenCreatingAndTellingTellsAgain() async throws {
        let managed = ManagedGraph()
        managed.losses.fail(.max)
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await eventually("telling fails") { manager.status()[0].lastError != nil }
        }
        managed.losses.fail(0)
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await self.eventuallyActive(manager)
        }
        #expect(managed.losses.told.all == ["sales created"])
        // The same one: it has the secret that was written down before it was asked for.
        #expect(managed.played.subscriptions.map(\.id) == ["s1"] && managed.store.records.map(\.id) == ["s1"])
    }

    @Test func lifecycleEventsAreSafeWhenHandled() async throws {
        let managed = ManagedGraph()
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await self.eventuallyActive(manager)
            let state = managed.directory.all[0].clientState
            func event(_ event: LifecycleNotification.Event) -> LifecycleNotification {
                LifecycleNotification(subscriptionID: "s1", clientState: state, event: event)
            }
            managed.losses.fail(1)
            await #expect(throws: GraphError.self) { try await manager.handle(event(.missed)) }
            try await manager.handle(event(.missed))
            managed.losses.fail(1)
            await #expect(throws: GraphError.self) { try await manager.handle(event(.subscriptionRemoved)) }
            #expect(manager.status()[0].id == "s1")
            managed.played.forget("s1")
            try await manager.handle(event(.subscriptionRemoved))
            try await eventually("there is a new one") { ManagedGraph.areActive(manager) && manager.status()[0].id == "s2" }
            // It was handled before a crash, and comes again.
            try await manager.handle(event(.subscriptionRemoved))
            #expect(manager.status()[0].id == "s2")
        }
        let removals = [String](repeating: "sales removed", count: 3)
        #expect(managed.losses.told.all == ["sales created", "sales missed"] + removals)
    }

    @Test func aWantedAuthorizationOutlivesTheProcess() async throws {
        let managed = ManagedGraph()
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await self.eventuallyActive(manager)
            managed.played.onRequest { _ throws(GraphError) in throw GraphError(.serviceFailed, "No.") }
            let state = managed.directory.all[0].clientState
            try await manager.handle(
                LifecycleNotification(subscriptionID: "s1", clientState: state, event: .reauthorizationRequired)
            )
            #expect(managed.store.records[0].authorizationWantedAt == ManualTime.start)
        }
        managed.played.onRequest(nil)
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { _ in
            try await eventually("it is authorized") { managed.store.records[0].authorizationWantedAt == nil }
        }
        #expect(managed.played.asked.last == "POST /subscriptions/s1/reauthorize")
    }

    @Test func aLongDowntimeIsToldBeforeTheNextSignOfLife() async throws {
        let managed = ManagedGraph()
        let requests = ["sales", "support"].map { ManagedGraph.request($0) }
        try await managed.running(managed.manager(requests)) { manager in
            try await self.eventuallyActive(manager)
            try await eventually("it was noted") { managed.store.signOfLife == ManualTime.start }
        }
        managed.time.advance(by: .seconds(4 * 3600))
        try await managed.running(managed.manager(requests)) { manager in
            try await eventually("it was noted") { managed.store.signOfLife == managed.time.milliseconds }
        }
        #expect(managed.losses.told.all.sorted() == ["sales created", "support created"])
        managed.time.advance(by: .seconds(4 * 3600 + 1))
        let before = managed.store.signOfLife
        managed.losses.fail(2)
        managed.losses.onLoss { [store = managed.store] loss in
            if loss.reason == .downtime { #expect(store.signOfLife == before) }
        }
        try await managed.running(managed.manager(requests)) { _ in
            try await managed.time.pass(until: "it was noted") { managed.store.signOfLife != before }
        }
        #expect(managed.losses.told.all.filter { $0.hasSuffix("downtime") }.sorted() == ["sales downtime", "support downtime"])
    }

    @Test func whileItRunsItIsNotedEveryFiveMinutes() async throws {
        let managed = ManagedGraph()
        try await managed.running(managed.manager([])) { _ in
            try await eventually("it was noted") { managed.store.signOfLife == ManualTime.start }
            managed.time.advance(by: .seconds(290))
            try await managed.time.pass(until: "it was noted again") { managed.store.signOfLife != ManualTime.start }
            #expect(managed.store.signOfLife! >= ManualTime.start + 300_000)
        }
    }

    @Test func catchingUpCanBeAskedFor() async throws {
        let managed = ManagedGraph()
        try await managed.running(managed.manager([ManagedGraph.request("sales")])) { manager in
            try await self.eventuallyActive(manager)
            try await manager.requestCatchUp(name: "sales")
            let error = await #expect(throws: GraphError.self) { try await manager.requestCatchUp(name: "nobody") }
            #expect(error?.code == .notFound)
        }
        #expect(managed.losses.told.all == ["sales created", "sales requested"])
    }
}
