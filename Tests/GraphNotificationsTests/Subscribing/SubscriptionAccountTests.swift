import Testing

@testable import GraphNotifications

@Suite(.timeLimit(.minutes(2))) struct SubscriptionAccountTests {
    @Test func eachIsAskedForWithItsOwnAccount() async throws {
        let managed = ManagedGraph(accounts: ["contoso", "fabrikam"])
        let requests = [ManagedGraph.request("sales", account: "contoso"), ManagedGraph.request("support", account: "fabrikam")]
        try await managed.running(managed.manager(requests)) { manager in
            try await eventually("both are active") { ManagedGraph.areActive(manager) }
            #expect(manager.status().map(\.account) == ["contoso", "fabrikam"])
            #expect(manager.status().map(\.tenantID) == ["tenant-contoso", "tenant-fabrikam"])
        }
        #expect(managed.graphs["contoso"]?.subscriptions.map(\.resource) == ["users/sales/messages"])
        #expect(managed.graphs["fabrikam"]?.subscriptions.map(\.resource) == ["users/support/messages"])
        // By these the validation tokens of encrypted notifications are told apart.
        #expect(managed.directory.all.map(\.applicationID) == ["app-contoso", "app-fabrikam"])
        #expect(managed.directory.all.map(\.tenantID) == ["tenant-contoso", "tenant-fabrikam"])
    }

    @Test func anAccountThatHangsDelaysNoOther() async throws {
        let managed = ManagedGraph(accounts: ["slow", "quick"])
        let gate = Gate()
        managed.graphs["slow"]?.onRequest { _ in
            await gate.pass()
            return nil
        }
        let requests = (0..<30).flatMap { number in
            ["slow", "quick"].map { ManagedGraph.request("\($0)\(number)", account: $0) }
        }
        try await managed.running(managed.manager(requests)) { manager in
            try await eventually("the others are active") {
                manager.status().count { $0.account == "quick" && $0.state == "active" } == 30
            }
            #expect(manager.status().count { $0.account == "slow" && $0.state == "creating" } == 8)
            gate.open()
            try await eventually("all are active") { ManagedGraph.areActive(manager) }
        }
    }

    @Test func anAccountThatIsThrottledDelaysNoOther() async throws {
        let managed = ManagedGraph(accounts: ["slow", "quick"])
        managed.graphs["slow"]?.onRequest { _ in PlayedGraph.error(429, "TooManyRequests", "Wait.", retryAfter: "3600") }
        let requests = ["slow", "quick"].map { ManagedGraph.request($0, account: $0) }
        try await managed.running(managed.manager(requests)) { manager in
            try await eventually("one waits") { manager.status().last?.lastError != nil }
            try await eventually("the other is active") { manager.status().first?.state == "active" }
            let status = manager.status()[1]
            #expect(status.renewsAt == ManualTime.start + 3_600_000 && status.failures == 1)
            #expect(status.lastErrorAt == ManualTime.start)
        }
    }

    @Test func anUnknownAccountIsRefused() async throws {
        let managed = ManagedGraph()
        try await managed.running(managed.manager([ManagedGraph.request("sales", account: "nobody")])) { manager in
            try await eventually("it is refused") { manager.status()[0].lastError?.contains("“nobody”") == true }
            #expect(manager.status()[0].state == "failed")
        }
        #expect(managed.played.asked.isEmpty)
    }

    @Test func whatMovesToAnotherAccountIsDeletedInItsOwn() async throws {
        let managed = ManagedGraph([ManagedGraph.record("sales", id: "old")], accounts: ["default", "other"])
        managed.plant("old", "sales")
        try await managed.running(managed.manager([ManagedGraph.request("sales", account: "other")])) { manager in
            try await eventually("it is there") { ManagedGraph.areActive(manager) && manager.status()[0].id == "s1" }
        }
        #expect(managed.played.asked == ["DELETE /subscriptions/old"])
        #expect(managed.graphs["other"]?.asked == ["POST /subscriptions"])
        #expect(try await managed.store.all().map(\.account) == ["other"])
        // What was notified between the two is looked for.
        #expect(managed.losses.told.all == ["sales removed", "sales removed"])
    }

    @Test func whatBelongsToAnAccountThatIsGoneIsToldOnce() async throws {
        var record = ManagedGraph.record("former", id: "old")
        record.account = "gone"
        let managed = ManagedGraph([record])
        try await managed.running(managed.manager([])) { _ in
            try await eventually("it is told") { managed.lines.all.contains { $0.contains("“gone”") } }
        }
        #expect(try await managed.store.all().count == 1)
    }
}
