import GraphNotifications
import HTTPTypes
import Testing

@testable import GraphEmulator

struct EmulatorSnapshotTests {
    @Test func itComesBackAsItWas() throws {
        var graph = emptyGraph()
        var draft = SubscriptionDraft.mail(expiresAt: morning + 120 * minute)
        draft.lifecycleNotificationURL = "http://127.0.0.1:9/lifecycle"
        let subscription = try graph.subscribe(draft)
        _ = try graph.subscribe(.mail("users/anna@example.com/messages", expiresAt: morning + 50 * minute))
        graph.act(now: morning)
        _ = try graph.faults.set(Fault(.subscription(subscription.id), .delay(.seconds(3)), count: 2))
        let snapshot = EmulatorSnapshot(content: graph.saved(now: morning))
        let read = try EmulatorSnapshot(json: try snapshot.json())
        #expect(read == snapshot)

        var other = emptyGraph()
        // Half an hour later, when Graph would raise what is left of the second one to 45 minutes.
        other.restore(read.content, now: morning + 30 * minute)
        #expect(EmulatorSnapshot(content: other.saved(now: morning + 30 * minute)).isSame(as: snapshot))
        #expect(other.subscriptions.live(at: morning + 51 * minute).map(\.id) == [subscription.id])
        // It still watches, and new ones are new.
        other.faults.removeAll()
        _ = try other.notified(at: morning + 30 * minute)
        let scope = try other.mailScope(user: sales.id, folder: nil)
        try other.create(["subject": "Later"], in: scope, now: morning + 31 * minute)
        #expect(try other.notified(at: morning + 32 * minute).map { $0["subscriptionId"]?.string } == [subscription.id])
        #expect(try other.subscribe(.mail(changeType: "deleted", expiresAt: morning + 90 * minute)).number == 3)
    }

    @Test func everyFieldOfASubscriptionComesBack() throws {
        var graph = emptyGraph()
        var draft = SubscriptionDraft.mail(
            "me/messages?$filter=isRead eq false&$select=subject", changeType: "created,updated",
            expiresAt: morning + 60 * minute
        )
        draft.includeResourceData = true
        draft.encryptionCertificate = try TestCertificate().base64
        draft.encryptionCertificateID = "one"
        draft.notificationQueryOptions = "x=1"
        draft.usesImmutableIDs = true
        var user = Caller.user(anna)
        user.tokenExpiresAt = morning + 50 * minute
        let created = try graph.subscribe(draft, from: user)
        try graph.reauthorize(created.id, from: user, now: morning + 1)
        let before = graph.subscriptions.live(at: morning + 1)
        let read = try EmulatorSnapshot(json: try EmulatorSnapshot(content: graph.saved(now: morning + 1)).json())
        var other = emptyGraph()
        other.restore(read.content, now: morning + 1)
        #expect(other.subscriptions.live(at: morning + 1) == before)
        #expect(other.authorizations.authorization(of: created.id) == graph.authorizations.authorization(of: created.id))
    }

    @Test(arguments: ["users/delta", "groups/delta", "users/sales@example.com/mailFolders/inbox/messages/delta"])
    func deltaLinksGoOn(path: String) throws {
        var configuration = GraphEmulatorConfiguration(seed: 1)
        configuration.clock = StoppedClock().clock
        func fresh() -> EmulatedGraph { EmulatedGraph(configuration, keys: SigningKeys(testKey), now: morning) }
        var graph = fresh()
        let link = try #require(try graph.ask(.get, "/v1.0/\(path)").link("deltaLink"))
        for _ in 0..<60 { graph.act(now: morning + 1) }
        try graph.createUser(
            ["displayName": "New", "userPrincipalName": "new@example.com"], tenant: caller.tenantID, now: morning + 1
        )
        let told = try graph.ask(.get, link)
        let read = try EmulatorSnapshot(json: try EmulatorSnapshot(content: graph.saved(now: morning + 2)).json())
        var other = fresh()
        other.restore(read.content, now: morning + 2)
        let again = try other.ask(.get, link)
        #expect(again.status == 200)
        #expect(again.json["value"] == told.json["value"])
        // One that has begun anew does not know it.
        var stranger = EmulatedGraph(configuration, keys: SigningKeys(testKey), now: morning + 3)
        #expect(try stranger.ask(.get, link).status == 410)
    }

    @Test func tenantsPermissionsAndKeysComeBack() throws {
        var graph = emptyGraph()
        _ = try graph.setPermission(
            "Mail.Read", isGranted: false, isDelegated: false, to: "Contoso Relay", in: nil, now: morning
        )
        graph.keys.rotate(to: try .random(now: morning), overlap: 60_000, now: morning)
        let read = try EmulatorSnapshot(json: try EmulatorSnapshot(content: graph.saved(now: morning)).json())
        var other = emptyGraph()
        other.restore(read.content, now: morning)
        #expect(other.tenants == graph.tenants)
        #expect(other.directory.tenants == [.contoso])
        #expect(other.keys.served(at: morning + 59_999) == graph.keys.served(at: morning))
        #expect(other.keys.served(at: morning + 60_000) == [graph.keys.current])
    }

    @Test func theSameSeedDoesNotGiveTheSameIDsAgain() throws {
        var graph = emptyGraph()
        let first = try graph.subscribe(.mail())
        var other = emptyGraph()
        other.restore(graph.saved(now: morning), now: morning)
        let second = try other.subscribe(.mail(changeType: "created"))
        #expect(second.id != first.id)
    }

    @Test func whatHadNotBeenDeliveredIsMissed() throws {
        var graph = emptyGraph()
        var draft = SubscriptionDraft.mail()
        draft.lifecycleNotificationURL = "http://127.0.0.1:9/lifecycle"
        let subscription = try graph.subscribe(draft)
        for _ in 0..<30 { graph.act(now: morning) }
        _ = graph.due(now: morning + 1000)
        let content = graph.saved(now: morning + 1000)
        #expect(content.unsent == [subscription.id])
        var other = emptyGraph()
        other.restore(content, now: morning + 2000)
        let items = other.everythingSent(at: morning + 3000)
        #expect(items.count(where: { $0.contains(#""lifecycleEvent":"missed""#) }) == 1)
    }

    @Test(arguments: [
        ("", "The saved state is damaged, or not that of an emulator."),
        ("{}", "The saved state is damaged, or not that of an emulator."),
        (#"{"version":1,"now":1}"#, "The saved state is of version 1, and this emulator reads version 2 only."),
        (#"{"version":2,"now":"x"}"#, "The saved state is damaged."),
    ])
    func anythingElseIsRefused(text: String, sentence: String) {
        let error = #expect(throws: GraphEmulatorError.self) { try EmulatorSnapshot(json: text) }
        #expect(error?.message == sentence)
    }
}
