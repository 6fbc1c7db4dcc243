import NIOCore
import Testing

@testable import GraphEmulator

/// What faults do to deliveries, without sockets.
@Suite struct DeliveryFaultTests {
    private static func draft(
        _ url: String = "http://127.0.0.1:9/n", lifecycle: String? = "http://127.0.0.1:9/l"
    ) -> SubscriptionDraft {
        var draft = SubscriptionDraft.mail(url: url, expiresAt: morning + 600 * minute)
        draft.lifecycleNotificationURL = lifecycle
        return draft
    }

    private var graph = emptyGraph()
    private let subscription: EmulatedSubscription
    private let scope: EntityScope

    init() throws {
        self.subscription = try self.graph.subscribe(Self.draft())
        self.scope = try self.graph.mailScope(user: sales.id, folder: "inbox")
    }

    private mutating func mail(_ subject: String, at now: Int64 = morning) throws -> String {
        try self.graph.create(["subject": .string(subject)], in: self.scope, now: now).id
    }

    /// Which messages or lifecycle events are sent by `now`.
    private mutating func sent(at now: Int64) throws -> [String] {
        try self.graph.everythingSent(at: now).map { text in
            let item = try object(text)
            return item["lifecycleEvent"] as? String ?? (item["resourceData"] as? [String: String])?["id"] ?? ""
        }
    }

    @Test mutating func droppedOnesAreGone() throws {
        _ = try self.graph.faults.set(Fault(.subscription(self.subscription.id), .drop, count: 1))
        _ = try self.mail("lost")
        let second = try self.mail("sent")
        #expect(try self.sent(at: morning + 100) == [second])
        #expect(self.graph.deliveries.log.all.map(\.state) == [.dropped, .delivered])
    }

    @Test mutating func delayedOnesAreLate() throws {
        _ = try self.graph.faults.set(Fault(.endpoint("http://127.0.0.1:9/n"), .delay(.seconds(30)), count: 1))
        let late = try self.mail("late")
        let prompt = try self.mail("prompt")
        #expect(try self.sent(at: morning + 100) == [prompt])
        #expect(try self.sent(at: morning + 29_999) == [])
        #expect(try self.sent(at: morning + 30_020) == [late])
    }

    @Test mutating func duplicatesAreTheSameTwice() throws {
        _ = try self.graph.faults.set(Fault(.deliveries, .duplicate, count: 1))
        _ = try self.mail("twice")
        let items = self.graph.everythingSent(at: morning + 100)
        #expect(items.count == 2)
        #expect(Set(items).count == 1)
    }

    @Test mutating func reorderedOnesComeBehindTheNext() throws {
        _ = try self.graph.faults.set(Fault(.deliveries, .reorder, count: 1))
        let first = try self.mail("first")
        let second = try self.mail("second")
        let third = try self.mail("third")
        #expect(try self.sent(at: morning + 100) == [second, first, third])
        // If no other comes, it does after a second.
        _ = try self.graph.faults.set(Fault(.deliveries, .reorder, count: 1))
        let alone = try self.mail("alone", at: morning + 5000)
        #expect(try self.sent(at: morning + 5999) == [])
        #expect(try self.sent(at: morning + 6000) == [alone])
    }

    @Test mutating func missedOnesAreSaidToBe() throws {
        _ = try self.graph.faults.set(Fault(.subscription(self.subscription.id), .missed, count: 1))
        _ = try self.mail("lost")
        #expect(try self.sent(at: morning + 100) == ["missed"])
    }

    @Test mutating func aFaultOnEverythingDoesNotEatItsOwnTail() throws {
        _ = try self.graph.faults.set(Fault(.deliveries, .missed))
        _ = try self.mail("lost")
        #expect(try self.sent(at: morning + 100) == [])
        self.graph.faults.removeAll()
        _ = try self.graph.faults.set(Fault(.deliveries, .removal))
        _ = try self.mail("last")
        #expect(try self.sent(at: morning + 200) == ["subscriptionRemoved"])
        #expect(self.graph.subscriptions.live(at: morning).isEmpty)
    }

    @Test mutating func faultsOfAPostGoWithIt() throws {
        _ = try self.graph.faults.set(Fault(.subscription(self.subscription.id), .status(503), count: 1))
        _ = try self.graph.faults.set(Fault(.endpoint("http://127.0.0.1:9/n"), .tokens(.expired)))
        _ = try self.graph.faults.set(Fault(.endpoint("http://127.0.0.1:9/other"), .timeout))
        _ = try self.mail("a")
        let parcel = try #require(self.graph.due(now: morning + 20).parcels.first)
        #expect(parcel.effects == [.status(503), .tokens(.expired)])
        #expect(parcel.limit == .seconds(3))
        guard case .retry(let moment) = self.graph.finished(parcel, .refused(status: 503), after: 0, now: morning + 20) else {
            Issue.record("It is not sent again")
            return
        }
        let again = try #require(self.graph.due(now: moment).parcels.first)
        #expect(again.effects == [.tokens(.expired)])
        #expect(again.batch.items == parcel.batch.items)
        #expect(again.limit == .seconds(10))
    }

    // MARK: Slow endpoints

    /// Lets an endpoint answer 20 times after so many milliseconds.
    private mutating func slowDown(by latency: Int64, now: Int64) throws {
        for index in 0..<20 {
            _ = try self.mail("\(index)", at: now + Int64(index) * 100)
            let parcels = self.graph.due(now: now + Int64(index) * 100 + 20).parcels
            for parcel in parcels {
                _ = self.graph.finished(parcel, .accepted(status: 202), after: latency, now: now + Int64(index) * 100 + 20)
            }
        }
    }

    @Test mutating func toASlowEndpointTheyAreTenMinutesLate() throws {
        try self.slowDown(by: 3000, now: morning)
        #expect(self.graph.deliveries.conditions.map(\.condition) == [.slow])
        let late = try self.mail("late", at: morning + 5000)
        #expect(try self.sent(at: morning + 604_000) == [])
        #expect(try self.sent(at: morning + 605_020) == [late])
    }

    @Test mutating func toOneThatIsMuchTooSlowNothingIsSentAndMissedSaysSo() throws {
        try self.slowDown(by: 10_000, now: morning)
        #expect(self.graph.deliveries.conditions.map(\.condition) == [.drop])
        let now = morning + 5000
        _ = try self.mail("lost", at: now)
        _ = try self.mail("lost too", at: now)
        // Once, however many.
        #expect(try self.sent(at: now + 100) == ["missed"])
        #expect(self.graph.deliveries.log.all.filter { $0.state == .dropped }.count == 2)

        // The sample may take as long as a retry.
        let probed = try self.mail("sample", at: now + 600_000)
        let parcel = try #require(self.graph.due(now: now + 600_020).parcels.first)
        #expect(parcel.limit == .seconds(10))
        #expect(parcel.batch.isProbe)
        #expect(String(buffer: parcel.batch.items[0].json).contains(probed))
        _ = self.graph.finished(parcel, .accepted(status: 202), after: 50, now: now + 600_070)
        #expect(self.graph.deliveries.conditions.allSatisfy { $0.condition == .normal })
        let next = try self.mail("prompt", at: now + 700_000)
        #expect(try self.sent(at: now + 700_100) == [next])
    }

    @Test mutating func fastErrorsAreNotSlow() throws {
        for index in 0..<40 { _ = try self.mail("\(index)", at: morning + Int64(index) * 100) }
        var now = morning + 4000
        for _ in 0..<5 {
            for parcel in self.graph.due(now: now).parcels {
                _ = self.graph.finished(parcel, .refused(status: 500), after: 20, now: now)
            }
            now = self.graph.nextMoment() ?? now
        }
        #expect(self.graph.deliveries.conditions.map(\.condition) == [.normal])
    }

    @Test mutating func whatIsLostAfterFourHoursIsSaidToBeMissed() throws {
        _ = try self.mail("lost")
        var now = morning + 20
        var attempts = 0
        var isLost = false
        while true {
            for parcel in self.graph.due(now: now).parcels where parcel.url.hasSuffix("/n") {
                attempts += 1
                isLost = self.graph.finished(parcel, .refused(status: 503), after: 10, now: now) == .lost
            }
            guard !isLost, let next = self.graph.nextMoment() else { break }
            now = next
        }
        #expect(attempts > 10)
        #expect(now <= morning + 240 * minute)
        #expect(now > morning + 200 * minute)
        #expect(try self.sent(at: now + 100) == ["missed"])
        let record = try #require(self.graph.deliveries.log.all.first)
        #expect(record.state == .lost)
        #expect(record.attemptCount == attempts)
        #expect(record.attempts.allSatisfy { $0.status == 503 && $0.outcome == "refused" && $0.latency == 10 })
    }

    @Test mutating func onlySoManyPostsAreUnderWay() throws {
        var graph = emptyGraph { $0.limits.postsInFlight = 2 }
        for path in ["a", "b", "c"] {
            var draft = Self.draft("http://127.0.0.1:9/\(path)", lifecycle: nil)
            draft.changeType = ["a": "created", "b": "created,updated", "c": "created,deleted"][path]
            _ = try graph.subscribe(draft)
        }
        _ = try graph.create([:], in: self.scope, now: morning)
        let (parcels, wake) = graph.due(now: morning + 20)
        #expect(parcels.map(\.url.last) == ["a", "b"])
        #expect(wake.map { $0 > morning + 20 } ?? true)
        #expect(graph.isSettled(at: morning + 20) == false)
        _ = graph.finished(parcels[0], .accepted(status: 202), after: 1, now: morning + 20)
        #expect(graph.due(now: morning + 20).parcels.map(\.url.last) == ["c"])
    }

    @Test mutating func afterAResetNobodyListens() throws {
        _ = try self.mail("a")
        let parcel = try #require(self.graph.due(now: morning + 20).parcels.first)
        self.graph.deliveries.reset()
        #expect(self.graph.finished(parcel, .accepted(status: 202), after: 1, now: morning + 30) == .forgotten)
        #expect(self.graph.deliveries.count == 0)
        #expect(self.graph.deliveries.inFlight == 0)
        #expect(self.graph.deliveries.log.all.isEmpty)
    }

    @Test func logKeepsTheLatest() {
        var log = DeliveryLog(capacity: 3)
        let item = OutboundNotification(subscriptionID: "s", json: .init(string: "{}"))
        let numbers = (0..<5).map { log.begin([item, item], to: "u\($0)", now: Int64($0)) }
        #expect(numbers == [1, 2, 3, 4, 5])
        #expect(log.all.map(\.url) == ["u2", "u3", "u4"])
        #expect(log.records(after: 3, limit: 1).map(\.number) == [4])
        #expect(log.records(after: 0, limit: 10).map(\.number) == [3, 4, 5])
        #expect(log.records(after: 5, limit: 10).isEmpty)
        log.attempted(1, .timedOut, after: 3000, .lost, now: 9)
        for _ in 0..<40 { log.attempted(5, .timedOut, after: 3000, .retry(at: morning), now: 9) }
        #expect(log.all.last?.attempts.count == 32)
        #expect(log.all.last?.attemptCount == 40)
        #expect(log.all.last?.remark == "Again at 2026-11-24T09:30:00Z")
        #expect(log.all.last?.subscriptions == ["s"])
        #expect(log.all.last?.items == 2)
    }
}
