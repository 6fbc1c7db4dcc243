import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct EndpointQueueTests {
    private static func item(_ name: String, of subscription: String = "s1") -> OutboundNotification {
        OutboundNotification(subscriptionID: subscription, json: ByteBuffer(string: "{\"n\":\"\(name)\"}"))
    }

    private static func names(_ step: EndpointQueue.Step) -> [String]? {
        guard case .send(let batch) = step else { return nil }
        return batch.items.map { String(buffer: $0.json).split(separator: "\"")[3].description }
    }

    private static func batch(_ step: EndpointQueue.Step) throws -> EndpointQueue.Batch {
        guard case .send(let batch) = step else { throw Unexpected(step: step) }
        return batch
    }

    private struct Unexpected: Error {
        var step: EndpointQueue.Step
    }

    /// No jitter, so that every moment is known.
    private static let settings = EndpointQueue.Settings(
        window: 20, retries: RetrySchedule(first: .seconds(10), longest: .seconds(60), window: .seconds(100), jitter: 0),
        maximumItems: 10, maximumBatch: 3, maximumRetriesInFlight: 1
    )

    private var queue = EndpointQueue(settings: Self.settings)
    private var random = EmulatorRandom(seed: 1)

    @Test mutating func whatComesWithinTheWindowIsOnePost() {
        #expect(self.queue.next(now: 0) == .idle)
        #expect(self.queue.add(Self.item("a"), now: 0) == true)
        #expect(self.queue.next(now: 0) == .wait(until: 20))
        #expect(self.queue.add(Self.item("b"), now: 19) == true)
        #expect(self.queue.next(now: 19) == .wait(until: 20))
        #expect(Self.names(self.queue.next(now: 20)) == ["a", "b"])
        #expect(self.queue.next(now: 20) == .idle)
    }

    @Test mutating func aFullPostDoesNotWait() {
        for name in ["a", "b", "c", "d"] { #expect(self.queue.add(Self.item(name), now: 0) == true) }
        #expect(Self.names(self.queue.next(now: 0)) == ["a", "b", "c"])
    }

    @Test mutating func newOnesAreSentOneAfterTheOther() throws {
        _ = self.queue.add(Self.item("a"), now: 0)
        let first = try Self.batch(self.queue.next(now: 20))
        _ = self.queue.add(Self.item("b"), now: 30)
        #expect(self.queue.next(now: 100) == .idle)
        #expect(self.queue.finished(first, .accepted(status: 202), now: 100, random: &self.random) == .delivered)
        #expect(Self.names(self.queue.next(now: 100)) == ["b"])
    }

    @Test mutating func aFailedPostComesAgainAsItWasWhileNewOnesGoOn() throws {
        _ = self.queue.add(Self.item("a"), now: 0)
        var batch = try Self.batch(self.queue.next(now: 20))
        #expect(batch.failures == 0)
        #expect(self.queue.finished(batch, .refused(status: 503), now: 100, random: &self.random) == .retry(at: 10_100))
        #expect(self.queue.next(now: 100) == .wait(until: 10_100))
        _ = self.queue.add(Self.item("b"), now: 200)
        let second = try Self.batch(self.queue.next(now: 220))
        #expect(self.queue.finished(second, .accepted(status: 202), now: 230, random: &self.random) == .delivered)

        let again = try Self.batch(self.queue.next(now: 10_100))
        #expect(again.items == batch.items)
        #expect(again.failures == 1)
        #expect(self.queue.finished(again, .timedOut, now: 20_000, random: &self.random) == .retry(at: 40_000))
        batch = try Self.batch(self.queue.next(now: 40_000))
        #expect(batch.failures == 2)
        #expect(self.queue.finished(batch, .accepted(status: 202), now: 40_001, random: &self.random) == .delivered)
        #expect(self.queue.count == 0)
        #expect(self.queue.next(now: 40_001) == .idle)
    }

    @Test mutating func afterItsWindowItIsLost() throws {
        _ = self.queue.add(Self.item("a"), now: 0)
        var now: Int64 = 20
        var verdicts: [EndpointQueue.Verdict] = []
        while case .send(let batch) = self.queue.next(now: now) {
            let verdict = self.queue.finished(batch, .unreachable, now: now, random: &self.random)
            verdicts.append(verdict)
            if case .retry(let moment) = verdict { now = moment }
        }
        #expect(verdicts == [.retry(at: 10_020), .retry(at: 30_020), .retry(at: 70_020), .lost])
        #expect(self.queue.count == 0)
    }

    @Test mutating func onlySoManyRetriesAtATime() throws {
        for name in ["a", "b"] {
            _ = self.queue.add(Self.item(name), now: 0)
            let batch = try Self.batch(self.queue.next(now: 20))
            _ = self.queue.finished(batch, .refused(status: 500), now: 20, random: &self.random)
        }
        #expect(Self.names(self.queue.next(now: 10_020)) == ["a"])
        #expect(self.queue.next(now: 10_020) == .idle)
        _ = self.queue.add(Self.item("c"), now: 10_020)
        #expect(Self.names(self.queue.next(now: 10_040)) == ["c"])
    }

    @Test mutating func whenItIsFullNewOnesAreRefused() throws {
        for index in 0..<10 { #expect(self.queue.add(Self.item("\(index)"), now: 0) == true) }
        #expect(self.queue.add(Self.item("x"), now: 0) == false)
        let batch = try Self.batch(self.queue.next(now: 0))
        #expect(self.queue.add(Self.item("x"), now: 0) == false)
        _ = self.queue.finished(batch, .accepted(status: 202), now: 0, random: &self.random)
        #expect(self.queue.count == 7)
        #expect(self.queue.add(Self.item("x"), now: 0) == true)
    }

    @Test mutating func withdrawnOnesAreNotSent() {
        _ = self.queue.add(Self.item("a", of: "s1"), now: 0)
        _ = self.queue.add(Self.item("b", of: "s2"), now: 0)
        self.queue.withdraw(subscription: "s1")
        #expect(self.queue.count == 1)
        #expect(Self.names(self.queue.next(now: 20)) == ["b"])
    }

    @Test func theScheduleGrowsToItsCapWithJitter() {
        var random = EmulatorRandom(seed: 2)
        let schedule = RetrySchedule()
        var total: Int64 = 0
        for (attempts, seconds) in zip(1..., [10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800] as [Int64]) {
            let delays = (0..<200).map { _ in schedule.delay(afterAttempts: attempts, random: &random) }
            #expect(delays.allSatisfy { (seconds * 800...seconds * 1200).contains($0) })
            #expect(Set(delays).count > 10)
            total += seconds
        }
        #expect(schedule.window == .seconds(14_400))
        #expect(total < 14_400)
        #expect(schedule.delay(afterAttempts: .max, random: &random) <= 2_160_000)
        #expect(RetrySchedule(first: .zero).delay(afterAttempts: 1, random: &random) == 0)
    }

    @Test func bodiesHoldTheItemsInOrder() {
        #expect(String(buffer: OutboundNotification.body(of: [])) == #"{"value":[]}"#)
        #expect(
            String(buffer: OutboundNotification.body(of: [Self.item("a"), Self.item("b")]))
                == #"{"value":[{"n":"a"},{"n":"b"}]}"#
        )
    }

    @Test func tableKeepsURLsApartAndForgetsEmptyOnes() {
        var table = DeliveryTable(settings: DeliveryTable.Settings(queue: Self.settings))
        _ = table.add(Self.item("a"), to: "x", now: 0)
        _ = table.add(Self.item("b"), to: "y?shard=1", now: 10)
        #expect(table.due(now: 0).wake == 20)
        let first = table.due(now: 20)
        #expect(first.parcels.map(\.url) == ["x"])
        #expect(first.wake == 30)
        #expect(table.finished(first.parcels[0], .accepted(status: 202), now: 25) == .delivered)
        let second = table.due(now: 30)
        #expect(second.parcels.map(\.url) == ["y?shard=1"])
        #expect(second.wake == nil)
        #expect(table.finished(second.parcels[0], .accepted(status: 202), now: 35) == .delivered)
        #expect(table.count == 0)
    }

    @Test func tableIsBoundedOverAllURLs() throws {
        var table = DeliveryTable(settings: DeliveryTable.Settings(queue: Self.settings, maximumItems: 2))
        for url in ["x", "y", "z"] { _ = table.add(Self.item("a", of: url), to: url, now: 0) }
        #expect(table.takeRefusedCount() == 1)
        #expect(table.count == 2)
        table.withdraw(subscription: "x", url: "x")
        let parcel = try #require(table.due(now: 20).parcels.first)
        #expect(parcel.url == "y")
        #expect(table.finished(parcel, .timedOut, now: 20) == .retry(at: 10_020))
        #expect(table.count == 1)
        _ = table.add(Self.item("b"), to: "z", now: 30)
        _ = table.add(Self.item("c"), to: "z", now: 30)
        #expect(table.takeRefusedCount() == 1)
    }

    @Test func tableCountsWhatFindsNoPlace() {
        var table = DeliveryTable(settings: DeliveryTable.Settings(queue: Self.settings))
        for _ in 0..<12 { _ = table.add(Self.item("a"), to: "x", now: 0) }
        #expect(table.takeRefusedCount() == 2)
        #expect(table.takeRefusedCount() == 0)
    }
}
