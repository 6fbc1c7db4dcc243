import Testing

@testable import GraphNotifications

@Suite struct SubscriptionReconcilerTests {
    private static let url = "https://me.test/n"

    private func record(_ name: String, id: String?) -> SubscriptionRecord {
        SubscriptionRecord(
            name: name, id: id, resource: "users/\(name)/messages", changeTypes: [.created, .updated],
            notificationURL: Self.url, lifecycleNotificationURL: "https://me.test/l", clientState: "secret",
            expiresAt: 1_000_000, createdAt: 0, confirmedAt: 0, certificateID: "first"
        )
    }

    private func listed(_ id: String, _ name: String) -> GraphSubscription {
        GraphSubscription(
            id: id, resource: "/Users/\(name)/messages", changeTypes: [.created, .updated], notificationURL: Self.url,
            lifecycleNotificationURL: "https://me.test/l", expiresAt: 1_000_900, applicationID: "App",
            includesResourceData: true
        )
    }

    private func compare(
        _ listed: [GraphSubscription], _ known: [SubscriptionReconciler.Known],
        listedAt: Int64 = 1, isKnown: @escaping (String) -> Bool = { _ in false }
    ) -> SubscriptionReconciler.Report {
        SubscriptionReconciler(applicationID: "app", listedAt: listedAt, notificationURL: Self.url, isKnown: isKnown)
            .compare(listed, with: known)
    }

    private func known(_ name: String, _ id: String, resting: Bool = true) -> SubscriptionReconciler.Known {
        .init(record: self.record(name, id: id), ids: [id], restingID: resting ? id : nil, mayBeCreated: false)
    }

    @Test func whatIsTheSameIsNotReported() {
        let report = self.compare([self.listed("s1", "sales")], [self.known("sales", "s1")])
        #expect(report.drifted.isEmpty && report.missing.isEmpty && report.orphans.isEmpty)
    }

    private static let changes: [@Sendable (inout GraphSubscription) -> Void] = [
        { $0.resource = "users/other/messages" }, { $0.changeTypes = .created },
        { $0.notificationURL = "https://old.test/n" }, { $0.lifecycleNotificationURL = nil }, { $0.expiresAt = 2_000_000 },
        { $0.encryptionCertificateID = "second" },
    ]

    @Test(arguments: Self.changes.indices) func eachDifferenceIsFound(number: Int) {
        let change = Self.changes[number]
        var subscription = self.listed("s1", "sales")
        change(&subscription)
        let report = self.compare([subscription], [self.known("sales", "s1")])
        let drifted = report.drifted.first
        #expect(report.drifted.count == 1 && drifted?.name == "sales" && drifted != self.record("sales", id: "s1"))
        #expect(drifted?.clientState == "secret")
        // While something is under way its answer decides.
        #expect(self.compare([subscription], [self.known("sales", "s1", resting: false)]).drifted.isEmpty)
    }

    @Test func whatTheListDoesNotHave() {
        let report = self.compare([], [self.known("sales", "s1"), self.known("busy", "s2", resting: false)])
        #expect(report.missing == ["sales"])
    }

    @Test func aListSaysNothingOfWhatWasConfirmedSince() {
        var subscription = self.listed("s1", "sales")
        subscription.expiresAt = 2_000_000
        #expect(self.compare([subscription], [self.known("sales", "s1")], listedAt: 0).drifted.isEmpty)
        #expect(self.compare([], [self.known("sales", "s1")], listedAt: 0).missing.isEmpty)
    }

    @Test func onlyOursThatNobodyDeclaredAreOrphans() {
        var foreign = self.listed("foreign", "x")
        foreign.applicationID = "another"
        var elsewhere = self.listed("elsewhere", "x")
        elsewhere.notificationURL = "https://other.test/n"
        var nameless = self.listed("nameless", "y")
        nameless.applicationID = nil
        var creating = self.known("new", "none", resting: false)
        creating.ids = ["kept"]
        creating.mayBeCreated = true
        let listed = [
            self.listed("orphan", "x"), foreign, elsewhere, nameless, self.listed("s1", "sales"), self.listed("kept", "x"),
            self.listed("coming", "new"), self.listed("external", "x"),
        ]
        let report = self.compare(listed, [self.known("sales", "s1"), creating]) { $0 == "external" }
        #expect(report.orphans.map(\.id) == ["orphan", "nameless"])
    }
}
