import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization
import Testing

@testable import GraphNotifications

/// A store that remembers in which order it was used, and fails when it is told to.
private final class RecordingStore: SubscriptionStore {
    private struct State {
        var records: [String: SubscriptionRecord] = [:]
        var failures = 0
    }

    private let state: Mutex<State>
    let saves = Notes<SubscriptionRecord>()

    init(_ records: [SubscriptionRecord] = []) {
        self.state = Mutex(State(records: Dictionary(uniqueKeysWithValues: records.map { ($0.name, $0) })))
    }

    var records: [SubscriptionRecord] { self.state.withLock { $0.records.values.sorted { $0.name < $1.name } } }

    func fail(_ times: Int) {
        self.state.withLock { $0.failures = times }
    }

    private func check() throws(GraphError) {
        let fails = self.state.withLock { state in
            state.failures -= 1
            return state.failures >= 0
        }
        if fails { throw GraphError(.storageFailed, "The disk is full.") }
    }

    func all() async throws(GraphError) -> [SubscriptionRecord] {
        try self.check()
        return self.records
    }

    func save(_ record: SubscriptionRecord) async throws(GraphError) {
        try self.check()
        self.saves.note(record)
        self.state.withLock { $0.records[record.name] = record }
    }

    func remove(name: String) async throws(GraphError) {
        try self.check()
        self.state.withLock { $0.records[name] = nil }
    }
}

@Suite(.timeLimit(.minutes(2))) struct SubscriptionManagerTests {
    private static let url = "https://me.test/notifications"
    private let played = PlayedGraph()
    private let time = ManualTime()
    private let directory = SubscriptionDirectory()
    private let lines = Notes<String>()

    private func request(_ name: String, _ resource: String? = nil) -> SubscriptionRequest {
        SubscriptionRequest(name: name, resource: resource ?? "users/\(name)/messages", changeTypes: .created)
    }

    private func record(_ name: String, id: String?, resource: String? = nil) -> SubscriptionRecord {
        SubscriptionRecord(
            name: name, id: id, resource: resource ?? "users/\(name)/messages", changeTypes: .created,
            notificationURL: Self.url, clientState: "state-\(name)",
            expiresAt: id == nil ? nil : ManualTime.start + 3_600_000, confirmedAt: id == nil ? nil : ManualTime.start
        )
    }

    private func plant(_ id: String, resource: String, url: String = Self.url, changeType: String = "created") {
        self.played.plant(
            .init(
                id: id, resource: resource, changeType: changeType, notificationURL: url, clientState: "?",
                expiresAt: GraphTime.iso8601(ManualTime.start + 3_600_000)
            )
        )
    }

    private let certificates = DecryptionKeys([TestCertificates.first])

    private func manager(_ requests: [SubscriptionRequest], store: any SubscriptionStore) -> SubscriptionManager {
        SubscriptionManager(
            graph: GraphClient(self.played, clock: self.time, now: { [time] in time.milliseconds }), store: store,
            directory: self.directory, notificationURL: Self.url, certificates: self.certificates, requests: requests,
            policy: SubscriptionPolicy(listInterval: nil), clock: self.time,
            now: { [time] in time.milliseconds }, random: { 0.5 }, logger: recordingLogger(self.lines)
        )
    }

    private func running(
        _ requests: [SubscriptionRequest], store: any SubscriptionStore,
        _ body: (SubscriptionManager) async throws -> Void
    ) async throws {
        let manager = self.manager(requests, store: store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await manager.run() }
            try await body(manager)
            group.cancelAll()
        }
    }

    private func isActive(_ manager: SubscriptionManager, _ name: String) -> Bool {
        manager.status().first { $0.name == name }?.state == "active"
    }

    @Test func writesTheRecordBeforeItAsks() async throws {
        let store = RecordingStore()
        let seen = Notes<SubscriptionRecord?>()
        self.played.onRequest { [directory] request in
            if request.method == .POST {
                seen.note(store.records.first)
                #expect(directory.all.isEmpty)
            }
            return nil
        }
        try await self.running([self.request("sales")], store: store) { manager in
            try await eventually("it is active") { self.isActive(manager, "sales") }
            let status = try #require(manager.status().first)
            let lifetime: Int64 = 10_060 * 60_000
            #expect(status.id == "s1" && status.expiresAt == ManualTime.start + lifetime)
            #expect(status.renewsAt == ManualTime.start + lifetime / 2)
            #expect(status.lastError == nil)
        }
        let written = try #require(seen.all.first ?? nil)
        #expect(seen.count == 1 && written.id == nil && written.clientState.count == 43)
        #expect(self.played.subscriptions.map(\.clientState) == [written.clientState])
        let known = KnownSubscription(name: "sales", id: "s1", clientState: written.clientState)
        #expect(self.directory.subscription(id: "s1") == known)
        #expect(store.records.map(\.id) == ["s1"])
        #expect(store.records[0].confirmedAt == ManualTime.start)
        #expect(!self.lines.all.contains { $0.contains(written.clientState) })
    }

    @Test func renewsAtHalfOfItsLife() async throws {
        let store = RecordingStore()
        var request = self.request("sales")
        request.lifetime = .seconds(3600)
        request.clientState = "declared"
        try await self.running([request], store: store) { manager in
            try await eventually("it is active") { self.isActive(manager, "sales") }
            #expect(manager.status()[0].renewsAt == ManualTime.start + 1_800_000)
            self.time.advance(by: .seconds(1795))
            try await self.time.pass(until: "it is renewed") { self.played.asked.contains("PATCH /subscriptions/s1") }
            #expect(self.time.milliseconds >= ManualTime.start + 1_800_000)
            try await eventually("it is active") { self.isActive(manager, "sales") }
            let expiry = try #require(manager.status()[0].expiresAt)
            #expect(expiry > ManualTime.start + 3_600_000 + 1_790_000)
            #expect(store.records[0].expiresAt == expiry && store.records[0].clientState == "declared")
        }
        #expect(self.played.asked == ["POST /subscriptions", "PATCH /subscriptions/s1"])
    }

    @Test func objectsAreEncryptedForTheCurrentCertificate() async throws {
        let store = RecordingStore()
        var request = self.request("sales", "users/sales/messages?$select=subject")
        request.includesResourceData = true
        try await self.running([request], store: store) { manager in
            try await eventually("it is active") { self.isActive(manager, "sales") }
            #expect(store.records[0].certificateID == "first")
            try await manager.renew(name: "sales")
            self.certificates.replace(with: [TestCertificates.second, TestCertificates.first])
            try await manager.renew(name: "sales")
            #expect(store.records[0].certificateID == "second")
            try await manager.renew(name: "sales")
        }
        let bodies = self.played.requests.map(\.body)
        #expect(bodies.count == 4)
        #expect(bodies[0].contains(#""includeResourceData":true"#))
        #expect(bodies[0].contains(#""encryptionCertificateId":"first""#))
        #expect(bodies[0].contains(#""encryptionCertificate":"\#(TestCertificates.first.certificate)""#))
        // It is made known once, and only when it has changed.
        #expect(!bodies[1].contains("encryption") && !bodies[3].contains("encryption"))
        #expect(bodies[2].contains(#""encryptionCertificateId":"second""#) && bodies[2].contains("expirationDateTime"))
    }

    @Test func objectsNeedACertificate() async throws {
        self.certificates.replace(with: [])
        var request = self.request("sales", "users/sales/messages?$select=subject")
        request.includesResourceData = true
        try await self.running([request], store: RecordingStore()) { manager in
            try await eventually("it is refused") { manager.status()[0].lastError?.contains("tidings certificate new") == true }
        }
        #expect(self.played.asked.isEmpty)
    }

    @Test func anOrderWakesIt() async throws {
        try await self.running([self.request("sales")], store: RecordingStore()) { manager in
            try await eventually("it is active") { self.isActive(manager, "sales") }
            for count in 1...20 {
                // Its longest sleep is a minute, and no time passes.
                try await eventually("it sleeps") { self.time.sleeperCount == 1 }
                try await manager.renew(name: "sales")
                #expect(self.played.asked.count == 1 + count)
            }
        }
    }

    @Test func whatGraphLostIsCreatedAnew() async throws {
        let store = RecordingStore()
        try await self.running([self.request("sales")], store: store) { manager in
            try await eventually("it is active") { self.isActive(manager, "sales") }
            let first = self.played.subscriptions[0].clientState
            self.played.forget("s1")
            try await manager.renew(name: "sales")
            #expect(manager.status()[0].id == "s2" && self.isActive(manager, "sales"))
            #expect(self.directory.all.map(\.id) == ["s2"])
            #expect(self.directory.all[0].clientState != first)
        }
        #expect(self.played.asked == ["POST /subscriptions", "PATCH /subscriptions/s1", "POST /subscriptions"])
    }

    @Test func adoptsWhatTheStoreKnows() async throws {
        let store = RecordingStore([self.record("sales", id: "old")])
        self.plant("old", resource: "users/sales/messages")
        let gate = Gate()
        self.played.onRequest { [directory] _ in
            // Known before Graph is asked.
            #expect(directory.subscription(id: "old")?.clientState == "state-sales")
            await gate.pass()
            return nil
        }
        try await self.running([self.request("sales")], store: store) { manager in
            try await eventually("it is asked") { gate.waiterCount == 1 }
            gate.open()
            try await eventually("it was asked after") { manager.status()[0].renewsAt == ManualTime.start + 1_800_000 }
            #expect(manager.status()[0].id == "old")
        }
        #expect(self.played.asked == ["GET /subscriptions/old"])
    }

    @Test func createsWhatTheStoreKnowsAndGraphDoesNot() async throws {
        let store = RecordingStore([self.record("sales", id: "old")])
        try await self.running([self.request("sales")], store: store) { manager in
            try await eventually("there is a new one") { manager.status()[0].id == "s1" }
        }
        #expect(self.played.asked == ["GET /subscriptions/old", "POST /subscriptions"])
        #expect(store.records.map(\.id) == ["s1"])
    }

    @Test func replacesWhatIsDeclaredDifferently() async throws {
        let store = RecordingStore([self.record("sales", id: "old", resource: "users/sales/events")])
        self.plant("old", resource: "users/sales/events")
        try await self.running([self.request("sales")], store: store) { manager in
            try await eventually("there is a new one") { self.isActive(manager, "sales") && manager.status()[0].id == "s1" }
            #expect(manager.status()[0].resource == "users/sales/messages")
            try await eventually("the old one is gone") { store.records[0].replacedID == nil }
        }
        #expect(self.played.asked == ["POST /subscriptions", "DELETE /subscriptions/old"])
        #expect(store.records.map(\.resource) == ["users/sales/messages"] && store.records[0].replacedID == nil)
        #expect(self.directory.all.map(\.id) == ["s1"])
    }

    @Test func deletesWhatIsNotDeclared() async throws {
        let store = RecordingStore([self.record("former", id: "old"), self.record("never", id: nil)])
        self.plant("old", resource: "users/former/messages")
        try await self.running([], store: store) { manager in
            try await eventually("all are gone") { store.records.isEmpty }
            #expect(manager.status().isEmpty)
        }
        #expect(self.played.subscriptions.isEmpty && self.directory.all.isEmpty)
    }

    @Test func aForeignTwinIsDeletedBecauseItsSecretIsUnknown() async throws {
        self.plant("twin", resource: "/Users/sales/messages")
        self.plant("elsewhere", resource: "users/sales/messages", url: "https://other.test/n")
        self.plant("others", resource: "users/sales/messages", changeType: "deleted")
        self.played.onRequest { [played] request in
            guard request.method == .POST, played.subscriptions.contains(where: { $0.id == "twin" }) else { return nil }
            return PlayedGraph.error(409, "ObjectIdentifierInUse", "Subscription Id twin already exists")
        }
        try await self.running([self.request("sales")], store: RecordingStore()) { manager in
            try await eventually("it is active") { self.isActive(manager, "sales") }
        }
        #expect(
            self.played.asked
                == ["POST /subscriptions", "GET /subscriptions", "DELETE /subscriptions/twin", "POST /subscriptions"]
        )
    }

    @Test func aTwinOfAnotherURLIsLeftAlone() async throws {
        self.plant("elsewhere", resource: "users/sales/messages", url: "https://other.test/n")
        self.played.onRequest { request in
            guard request.method == .POST else { return nil }
            return PlayedGraph.error(409, "ObjectIdentifierInUse", "Subscription Id elsewhere already exists")
        }
        try await self.running([self.request("sales")], store: RecordingStore()) { manager in
            try await eventually("it has failed") { manager.status()[0].state == "failed" }
            #expect(manager.status()[0].lastError?.contains("elsewhere") == true)
        }
        #expect(self.played.subscriptions.map(\.id) == ["elsewhere"])
    }

    @Test func whatMayHaveBeenCreatedIsClearedFirst() async throws {
        let store = RecordingStore()
        let isFirst = Atomic(true)
        self.played.onRequest { request throws(GraphError) in
            guard request.method == .POST, isFirst.exchange(false, ordering: .relaxed) else { return nil }
            self.plant("ghost", resource: "users/sales/messages")
            throw GraphError(.unreachable, "There was no answer.")
        }
        try await self.running([self.request("sales")], store: store) { manager in
            try await eventually("it has failed once") { manager.status()[0].lastError != nil }
            #expect(manager.status()[0].state == "waiting")
            try await self.time.pass(until: "it is active") { self.isActive(manager, "sales") }
        }
        #expect(
            self.played.asked
                == [
                    "POST /subscriptions", "GET /subscriptions", "GET /subscriptions/ghost", "DELETE /subscriptions/ghost",
                    "POST /subscriptions",
                ]
        )
    }

    @Test func aRecordWithoutAnIdIsAnInterruptedCreate() async throws {
        self.plant("ghost", resource: "users/sales/messages")
        try await self.running([self.request("sales")], store: RecordingStore([self.record("sales", id: nil)])) { manager in
            try await eventually("it is active") { self.isActive(manager, "sales") }
        }
        #expect(self.played.subscriptions.map(\.id) == ["s1"])
    }

    @Test func waitsAsLongAsGraphAsks() async throws {
        self.played.onRequest { [time] request in
            request.method == .POST && time.milliseconds < ManualTime.start + 120_000
                ? PlayedGraph.error(429, "TooManyRequests", "Wait.", retryAfter: "120") : nil
        }
        try await self.running([self.request("sales")], store: RecordingStore()) { manager in
            try await eventually("it has failed once") { manager.status()[0].lastError != nil }
            #expect(manager.status()[0].renewsAt == ManualTime.start + 120_000)
            try await self.time.pass(until: "it is active") { self.isActive(manager, "sales") }
        }
        #expect(self.played.asked.filter { $0.hasPrefix("POST") }.count == 2)
    }

    @Test func whatDoesNotPassIsTriedSlowlyAndLoggedOnce() async throws {
        self.played.onRequest { request in
            request.method == .POST ? PlayedGraph.error(403, "Authorization_RequestDenied", "Insufficient privileges.") : nil
        }
        try await self.running([self.request("sales")], store: RecordingStore()) { manager in
            try await eventually("it has failed") { manager.status()[0].state == "failed" }
            #expect(manager.status()[0].renewsAt == ManualTime.start + 300_000)
            self.time.advance(by: .seconds(290))
            try await self.time.pass(until: "it is tried again") { self.played.asked.count == 2 }
            try await eventually("it has failed again") { manager.status()[0].state == "failed" }
            self.played.onRequest(nil)
            try await manager.renew(name: "sales")
            #expect(self.isActive(manager, "sales") && manager.status()[0].lastError == nil)
        }
        let errors = self.lines.all.filter { $0.hasPrefix("error") }
        #expect(errors.count == 1)
        #expect(errors.first?.contains("sales") == true && errors.first?.contains("Insufficient privileges") == true)
    }

    @Test func whatCannotWorkIsNotAskedFor() async throws {
        var request = self.request("sales")
        request.lifetime = .seconds(99_999 * 60)
        try await self.running([request, self.request("support")], store: RecordingStore()) { manager in
            try await eventually("the other is active") { self.isActive(manager, "support") }
            let status = manager.status()[0]
            #expect(status.name == "sales" && status.state == "failed" && status.renewsAt == nil)
            #expect(status.lastError?.contains("10070 minutes") == true)
            await #expect(throws: GraphError.self) { try await manager.renew(name: "sales") }
        }
        #expect(self.played.asked == ["POST /subscriptions"])
    }

    @Test func oneThatHangsOrFailsDoesNotDelayTheOthers() async throws {
        let gate = Gate()
        self.played.onRequest { request throws(GraphError) in
            guard request.method == .POST, let body = request.body.map({ String(buffer: $0) }) else { return nil }
            if body.contains("users/hangs/") { await gate.pass() }
            if body.contains("users/fails/") { throw GraphError(.serviceFailed, "No.") }
            return nil
        }
        let names = ["hangs", "fails"] + (0..<40).map { "n\($0)" }
        try await self.running(names.map { self.request($0) }, store: RecordingStore()) { manager in
            try await eventually("the others are active") { manager.status().count { $0.state == "active" } == 40 }
            #expect(manager.status().first { $0.name == "hangs" }?.state == "creating")
            #expect(manager.status().first { $0.name == "fails" }?.lastError == "No.")
            gate.open()
            try await eventually("it is active") { self.isActive(manager, "hangs") }
        }
    }

    @Test func atMostEightRequestsAreInFlight() async throws {
        let gate = Gate()
        self.played.onRequest { _ in
            await gate.pass()
            return nil
        }
        try await self.running((0..<30).map { self.request("n\($0)") }, store: RecordingStore()) { manager in
            try await eventually("eight are asked for") { gate.waiterCount == 8 }
            #expect(manager.status().count { $0.state == "creating" } == 8)
            gate.open()
            try await eventually("all are active") { manager.status().allSatisfy { $0.state == "active" } }
        }
        #expect(self.played.asked.count == 30)
    }

    @Test func nothingIsAskedForBeforeItsRecordIsWritten() async throws {
        let store = RecordingStore()
        store.fail(3)
        try await self.running([self.request("sales")], store: store) { manager in
            try await self.time.pass(until: "it is active") { self.isActive(manager, "sales") }
        }
        #expect(self.played.asked == ["POST /subscriptions"])
        #expect(store.saves.count == 2)
    }

    @Test func deletes() async throws {
        let store = RecordingStore()
        try await self.running([self.request("sales"), self.request("support")], store: store) { manager in
            try await eventually("both are active") { manager.status().allSatisfy { $0.state == "active" } }
            try await manager.delete(name: "sales")
            #expect(manager.status().map(\.state) == ["deleted", "active"])
            #expect(store.records.map(\.name) == ["support"])
            #expect(self.directory.all.map(\.name) == ["support"])
            for name in ["sales", "nobody"] {
                let error = await #expect(throws: GraphError.self) { try await manager.delete(name: name) }
                #expect(error?.code == .notFound)
                await #expect(throws: GraphError.self) { try await manager.renew(name: name) }
            }
        }
        #expect(self.played.subscriptions.map(\.resource) == ["users/support/messages"])
    }

    @Test func aDeleteBeforeTheStoreIsReadIsKept() async throws {
        let store = RecordingStore([self.record("sales", id: "old")])
        self.plant("old", resource: "users/sales/messages")
        let manager = self.manager([self.request("sales")], store: store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await manager.delete(name: "sales") }
            try await eventually("it is to go") { manager.status()[0].state == "deleted" }
            group.addTask { try await manager.run() }
            try await group.next()
            group.cancelAll()
        }
        #expect(self.played.asked == ["DELETE /subscriptions/old"])
        #expect(store.records.isEmpty)
    }

    @Test func aFailedDeleteIsToldAndTriedAgain() async throws {
        let store = RecordingStore()
        try await self.running([self.request("sales")], store: store) { manager in
            try await eventually("it is active") { self.isActive(manager, "sales") }
            self.played.onRequest { _ in PlayedGraph.error(503, "ExtensionError", "later") }
            let error = await #expect(throws: GraphError.self) { try await manager.delete(name: "sales") }
            #expect(error?.code == .serviceFailed)
            #expect(manager.status()[0].state == "deleted" && !store.records.isEmpty)
            self.played.onRequest(nil)
            try await self.time.pass(until: "it is gone") { store.records.isEmpty }
        }
        #expect(self.played.subscriptions.isEmpty)
    }

    @Test func aDeleteWinsOverACreateInFlight() async throws {
        let gate = Gate()
        self.played.onRequest { request in
            if request.method == .POST { await gate.pass() }
            return nil
        }
        let store = RecordingStore()
        try await self.running([self.request("sales")], store: store) { manager in
            try await eventually("it is asked for") { gate.waiterCount == 1 }
            async let deletion: Void = manager.delete(name: "sales")
            try await eventually("it is to go") { manager.status()[0].state == "deleted" }
            gate.open()
            try await deletion
        }
        #expect(self.played.asked == ["POST /subscriptions", "DELETE /subscriptions/s1"])
        #expect(store.records.isEmpty && self.directory.all.isEmpty)
    }

    @Test func reactsToLifecycleNotifications() async throws {
        try await self.running([self.request("sales")], store: RecordingStore()) { manager in
            try await eventually("it is active") { self.isActive(manager, "sales") }
            let state = self.directory.all[0].clientState
            func tell(_ event: LifecycleNotification.Event, id: String = "s1", state given: String? = nil) async throws {
                try await manager.handle(LifecycleNotification(subscriptionID: id, clientState: given ?? state, event: event))
            }
            try await tell(.subscriptionRemoved, state: "forged")
            try await tell(.subscriptionRemoved, id: "unknown")
            try await tell(.missed)
            try await tell(.init(rawValue: "invented"))
            try await tell(.reauthorizationRequired)
            try await eventually("it is authorized") { self.played.asked.contains("POST /subscriptions/s1/reauthorize") }
            try await eventually("it is active") { self.isActive(manager, "sales") }
            // Not again so soon.
            try await tell(.reauthorizationRequired)
            #expect(self.played.asked.last == "POST /subscriptions/s1/reauthorize")
            self.played.forget("s1")
            try await tell(.subscriptionRemoved)
            try await eventually("there is a new one") { self.isActive(manager, "sales") && manager.status()[0].id == "s2" }
        }
        #expect(
            self.played.asked == ["POST /subscriptions", "POST /subscriptions/s1/reauthorize", "POST /subscriptions"]
        )
        #expect(self.lines.all.contains { $0.hasPrefix("warning: Graph lost notifications") })
    }

    @Test func whoWaitsIsToldOfTheEnd() async throws {
        self.played.onRequest { _ throws(GraphError) in
            // Until it is cancelled.
            try? await Task.sleep(for: .seconds(3600))
            throw GraphError(.unreachable, "The request was cut off.")
        }
        let manager = self.manager([self.request("sales")], store: RecordingStore())
        let group = ServiceGroup(services: [manager], logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("it is asked for") { self.played.asked.count == 1 }
            tasks.addTask { await #expect(throws: GraphError.self) { try await manager.renew(name: "sales") } }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await #expect(throws: GraphError.self) { try await manager.renew(name: "sales") }
        #expect(!self.lines.all.contains { $0.contains("cut off") })
    }
}
