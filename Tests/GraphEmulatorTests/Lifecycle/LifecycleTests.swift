import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct LifecycleTests {
    private static let url = "http://127.0.0.1:9/lifecycle"

    private static func draft(
        _ resource: String = "users/sales@example.com/messages", lifecycle: String? = Self.url, minutes: Int64 = 60
    ) -> SubscriptionDraft {
        var draft = SubscriptionDraft.mail(resource, expiresAt: morning + minutes * minute)
        draft.lifecycleNotificationURL = lifecycle
        return draft
    }

    /// A caller whose token is good for so many minutes from `now`.
    private static func holder(_ minutes: Int64, now: Int64 = morning) -> Caller {
        var holder = caller
        holder.tokenExpiresAt = now + minutes * minute
        return holder
    }

    /// What was sent by `now`: the event, or the kind of change.
    private static func sent(_ graph: inout EmulatedGraph, at now: Int64) throws -> [String] {
        try graph.everythingSent(at: now).map { item in
            let item = try object(item)
            return item["lifecycleEvent"] as? String ?? item["changeType"] as? String ?? ""
        }
    }

    @Test func theItemIsGraphs() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(Self.draft())
        let (parcels, _) = graph.due(now: morning + 20)
        #expect(parcels.isEmpty)
        graph.passTime(now: morning + 20)
        let due = graph.due(now: morning + 40)
        let parcel = try #require(due.parcels.first)
        #expect(due.parcels.count == 1)
        #expect(parcel.url == Self.url)
        #expect(
            parcel.batch.items.map { String(buffer: $0.json) } == [
                #"{"subscriptionId":"\#(subscription.id)","subscriptionExpirationDateTime":"2026-11-24T10:30:00+00:00","tenantId":"\#(subscription.tenantID)","clientState":"state-1","lifecycleEvent":"reauthorizationRequired"}"#
            ]
        )
    }

    @Test func theyComeEveryQuarterUntilSomebodyActs() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(Self.draft(minutes: 600), from: Self.holder(60))
        var moments: [Int64] = []
        for at in 0...29 where try !Self.sent(&graph, at: morning + Int64(at) * minute + 100).isEmpty {
            moments.append(Int64(at))
        }
        #expect(moments == [0, 15])
        try graph.reauthorize(subscription.id, from: Self.holder(60, now: morning + 29 * minute), now: morning + 29 * minute)
        moments = []
        for at in 29...80 where try !Self.sent(&graph, at: morning + Int64(at) * minute + 100).isEmpty {
            moments.append(Int64(at))
        }
        #expect(moments == [59, 74])
        #expect(subscription.expiresAt == morning + 600 * minute)
        // A renewal is one too.
        var draft = SubscriptionDraft()
        draft.expiresAt = morning + 900 * minute
        let caller = Self.holder(600, now: morning + 80 * minute)
        _ = try graph.update(
            subscription.id, with: draft, from: caller, requestedAt: morning + 80 * minute, now: morning + 80 * minute)
        for at in 80...499 { #expect(try Self.sent(&graph, at: morning + Int64(at) * minute + 100).isEmpty) }
        #expect(try Self.sent(&graph, at: morning + 500 * minute + 100) == ["reauthorizationRequired"])
    }

    @Test func withoutAURLNobodyIsTold() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(Self.draft(lifecycle: nil))
        #expect(graph.missed(subscription.id, now: morning) == true)
        #expect(graph.requireReauthorization(of: subscription.id, isRevoked: true, now: morning) == true)
        #expect(graph.removeSubscription(subscription.id, now: morning) == true)
        #expect(try Self.sent(&graph, at: morning + 90 * minute).isEmpty)
    }

    @Test func afterTheEndThereIsNothingToSay() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(Self.draft())
        #expect(try Self.sent(&graph, at: morning + 61 * minute).isEmpty)
        #expect(graph.missed(subscription.id, now: morning + 61 * minute) == false)
        #expect(graph.nextMoment() == nil)
    }

    @Test func aRemovedOneIsGoneAndItsOwnerIsTold() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(Self.draft(minutes: 300))
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        _ = try graph.create([:], in: scope, now: morning)
        #expect(graph.removeSubscription(subscription.id, now: morning) == true)
        #expect(
            refusal { () throws(GraphRefusal) in _ = try graph.subscription(subscription.id, of: caller, now: morning) }
                == .unknownSubscription
        )
        #expect(graph.removeSubscription(subscription.id, now: morning) == false)
        // What waited for it is withdrawn.
        #expect(try Self.sent(&graph, at: morning + 100) == ["subscriptionRemoved"])
        #expect(try Self.sent(&graph, at: morning + 299 * minute).isEmpty)
    }

    @Test func someResourcesHaveOnlyOneOfThem() throws {
        var graph = emptyGraph()
        for (resource, types, events) in [
            ("users/sales@example.com/events", "created", ["missed", "subscriptionRemoved"]),
            ("chats/getAllMessages", "created", ["subscriptionRemoved"]),
            ("teams/1/channels/2/messages", "created", ["subscriptionRemoved"]),
            ("chats/1/members", "created", []),
            ("users", "updated", []),
        ] {
            var draft = Self.draft(resource, minutes: 300)
            draft.changeType = types
            let subscription = try graph.subscribe(draft)
            _ = graph.missed(subscription.id, now: morning)
            _ = graph.removeSubscription(subscription.id, now: morning)
            #expect(try Self.sent(&graph, at: morning + 100) == events, "\(resource)")
        }
    }

    @Test func severalShareAPostAndEqualURLsMixThem() throws {
        var graph = emptyGraph()
        var draft = Self.draft(minutes: 300)
        draft.notificationURL = Self.url
        let first = try graph.subscribe(draft)
        draft.changeType = "created"
        let second = try graph.subscribe(draft)
        #expect(graph.missed(first.id, now: morning) == true)
        #expect(graph.requireReauthorization(of: second.id, isRevoked: false, now: morning) == true)
        graph.passTime(now: morning)
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        _ = try graph.create([:], in: scope, now: morning)
        let parcels = graph.due(now: morning + 100).parcels
        #expect(parcels.count == 1)
        #expect(parcels.first?.batch.items.map(\.kind) == [.lifecycle, .lifecycle, .change, .change])
        #expect(graph.deliveries.log.all.map(\.kind) == [.mixed])
    }

    // MARK: Authorization

    private static func withExpired(
        _ policy: AuthorizationPolicy, _ body: (inout EmulatedGraph, EmulatedSubscription, EntityScope) throws -> Void
    ) throws {
        var graph = emptyGraph { $0.authorization = policy }
        let subscription = try graph.subscribe(Self.draft(lifecycle: nil, minutes: 600), from: Self.holder(60))
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        try body(&graph, subscription, scope)
    }

    @Test func withoutAuthorizationTheyWaitAndARenewalReleasesThem() throws {
        try Self.withExpired(AuthorizationPolicy(.withhold)) { graph, subscription, scope in
            _ = try graph.create([:], in: scope, now: morning + 59 * minute)
            #expect(try Self.sent(&graph, at: morning + 59 * minute + 100) == ["created"])
            let late = morning + 61 * minute
            let message = try graph.create([:], in: scope, now: late)
            graph.remove(message, in: scope, now: late)
            #expect(graph.withheld.count == 2)
            #expect(try Self.sent(&graph, at: late + 100).isEmpty)
            try graph.reauthorize(subscription.id, from: Self.holder(60, now: late + 239 * minute), now: late + 239 * minute)
            #expect(try Self.sent(&graph, at: late + 239 * minute + 100) == ["created", "deleted"])
            #expect(graph.withheld.count == 0)
            // Nobody was slow.
            #expect(graph.deliveries.conditions.allSatisfy { $0.condition == .normal })
        }
    }

    @Test func theyAreLostAfterFourHours() throws {
        try Self.withExpired(AuthorizationPolicy(.withhold)) { graph, subscription, scope in
            let late = morning + 61 * minute
            _ = try graph.create([:], in: scope, now: late)
            #expect(graph.nextMoment() == late + 240 * minute)
            graph.passTime(now: late + 240 * minute)
            #expect(graph.withheld.count == 0)
            try graph.reauthorize(subscription.id, from: Self.holder(60, now: late + 241 * minute), now: late + 241 * minute)
            #expect(try Self.sent(&graph, at: late + 242 * minute).isEmpty)
            #expect(graph.deliveries.log.all.last?.state == .dropped)
        }
    }

    @Test func orAreLostAtOnceOrSentAsAlways() throws {
        let late = morning + 61 * minute
        try Self.withExpired(AuthorizationPolicy(.lose)) { graph, _, scope in
            _ = try graph.create([:], in: scope, now: late)
            #expect(graph.withheld.count == 0)
            #expect(try Self.sent(&graph, at: late + 100).isEmpty)
        }
        // Only mail is meant.
        try Self.withExpired(AuthorizationPolicy(outlook: .deliver, teams: .lose, other: .lose)) { graph, _, scope in
            _ = try graph.create([:], in: scope, now: late)
            #expect(try Self.sent(&graph, at: late + 100) == ["created"])
        }
    }

    @Test func aRevokedAuthorizationHoldsNoLonger() throws {
        var graph = emptyGraph { $0.authorization = AuthorizationPolicy(.withhold) }
        let subscription = try graph.subscribe(Self.draft(minutes: 600))
        #expect(graph.requireReauthorization(of: subscription.id, isRevoked: true, now: morning) == true)
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        _ = try graph.create([:], in: scope, now: morning)
        #expect(graph.withheld.count == 1)
        #expect(try Self.sent(&graph, at: morning + 100) == ["reauthorizationRequired"])
    }

    @Test func whatWaitsIsBounded() {
        var withheld = WithheldNotifications(window: .seconds(100), maximumCount: 2)
        let items = ["a", "b", "c"].map { OutboundNotification(subscriptionID: $0, json: .init(string: "{}")) }
        #expect(withheld.add(items[0], now: 0) == true)
        #expect(withheld.add(items[1], now: 50_000) == true)
        #expect(withheld.add(items[2], now: 60_000) == false)
        #expect(withheld.nextMoment == 100_000)
        #expect(withheld.lost(now: 100_000) == [items[0]])
        #expect(withheld.release("b") == [items[1]])
        #expect(withheld.nextMoment == nil)
        #expect(withheld.count == 0)
    }
}
