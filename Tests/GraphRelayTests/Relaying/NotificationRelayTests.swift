import GraphNotifications
import Logging
import NIOCore
import RealTimeTesting
import ServiceLifecycle
import Synchronization
import Testing

@testable import GraphRelay

@Suite(.timeLimit(.minutes(5))) struct NotificationRelayTests {
    /// A relay between a queue in memory and a log that can fail.
    private struct Relaying {
        let time = ManualTime()
        let queue: InMemoryNotificationQueue
        let log: FakeLog
        let directory = SubscriptionDirectory([.sales])
        let lifecycle = Watched<[LifecycleNotification]>([])
        /// How often those who are told of lifecycle events fail.
        let refusals = Watched(0)
        let lines = Watched<[Logger.Level]>([])
        var configuration = RelayConfiguration(
            holdCheckInterval: .milliseconds(1), backoff: Backoff(base: .milliseconds(1), maximum: .milliseconds(2)),
            maximumAttempts: 3
        )

        init() {
            let queue = InMemoryNotificationQueue(now: { [time] in time.now })
            self.queue = queue
            self.log = FakeLog { queue.settle($0) }
        }

        var relay: NotificationRelay {
            NotificationRelay(
                queue: self.queue, log: self.log, directory: self.directory, configuration: self.configuration,
                onLifecycle: { [lifecycle, refusals] notification in
                    lifecycle.change { $0.append(notification) }
                    refusals.change { $0 -= 1 }
                    if refusals.value >= 0 { throw GraphError(.storageFailed, "The disk is full.") }
                },
                now: { [time] in time.now },
                logger: Logger(label: "test") { [lines] _ in LevelRecorder(lines: lines) }
            )
        }

        /// Runs the relay while `body` runs.
        func whileRunning(_ body: (NotificationRelay) async throws -> Void) async throws {
            let relay = self.relay
            try await withThrowingTaskGroup { group in
                group.addTask { try await relay.run() }
                try await body(relay)
                group.cancelAll()
                try await group.waitForAll()
            }
        }

        /// Waits until nothing is left in the queue.
        func settled(_ count: Int) async {
            // Not those of nobody, by which the relay sees whether the store works.
            await self.log.outcomes.wait { $0.flatMap(\.settled).count { $0 > 0 } >= count }
        }

        var appended: [LoggedUpdate] {
            get async throws { try await self.log.updates(after: 0, limit: 10_000) }
        }
    }

    @Test func bringsNotificationsIntoTheLog() async throws {
        let relaying = Relaying()
        try await relaying.whileRunning { _ in
            for number in 1...20 {
                try await relaying.queue.append(body(item(resource: "Users/u/Messages/\(number)", id: "\(number)")))
            }
            await relaying.settled(20)
        }
        let updates = try await relaying.appended
        #expect(updates.map(\.offset) == Array(1...20))
        for (number, update) in updates.enumerated() {
            #expect(String(buffer: update.json).contains("Users/u/Messages/\(number + 1)\""))
        }
        #expect(try await relaying.queue.count() == 0)
    }

    @Test func takesAgainWhatWasNotSettledAndAppendsNothingTwice() async throws {
        var relaying = Relaying()
        relaying.configuration.maximumBatchItems = 2
        try await relaying.queue.append(body(item(id: "1"), item(id: "2"), item(id: "3")))
        // The first half gets in, then the program ends.
        relaying.log.failAppends { $0.settled.isEmpty ? nil : .outage }
        try await relaying.whileRunning { _ in await relaying.log.attempts.wait { $0 > 3 } }
        #expect(try await relaying.appended.count == 2)
        #expect(try await relaying.queue.count() == 1)
        relaying.log.failAppends { _ in nil }
        try await relaying.whileRunning { _ in await relaying.settled(1) }
        #expect(try await relaying.appended.count == 3)
    }

    @Test func dropsRepetitions() async throws {
        let relaying = Relaying()
        try await relaying.whileRunning { _ in
            try await relaying.queue.append(body(item(etag: "1"), item(etag: "1"), item(id: "a"), item()))
            relaying.time.advance(by: .milliseconds(1_500))
            try await relaying.queue.append(body(item(etag: "1"), item(id: "a"), item()))
            relaying.time.advance(by: .milliseconds(500))
            try await relaying.queue.append(body(item()))
            relaying.time.advance(by: .seconds(598))
            try await relaying.queue.append(body(item(etag: "1"), item(id: "a")))
            await relaying.settled(4)
        }
        // The etag, the id and the bare hint; the hint again after two seconds; the others after ten minutes.
        #expect(try await relaying.appended.count == 6)
    }

    @Test func holdsUntilTheSubscriptionIsKnown() async throws {
        let relaying = Relaying()
        try await relaying.whileRunning { _ in
            try await relaying.queue.append(body(item("new", id: "1")))
            try await relaying.queue.append(body(item(id: "other")))
            await relaying.settled(1)
            #expect(try await relaying.appended.count == 1)
            #expect(try await relaying.queue.entries(after: 0, limit: 10).map(\.id) == [1])
            relaying.directory.set(KnownSubscription(name: "new", id: "new", clientState: "secret"))
            await relaying.settled(2)
        }
        let updates = try await relaying.appended
        #expect(updates.count == 2 && updates[1].topics.contains("subscription/new"))
    }

    @Test func givesUpAfterAMinute() async throws {
        let relaying = Relaying()
        try await relaying.whileRunning { _ in
            try await relaying.queue.append(body(item("nobody")))
            try await relaying.queue.append(body(item(id: "1")))
            await relaying.settled(1)
            relaying.time.advance(by: .seconds(60))
            await relaying.settled(2)
        }
        #expect(relaying.log.log.deadLetters.map(\.reason) == [.unknownSubscription])
    }

    @Test func handsLifecycleEventsOnBeforeTheyAreSettled() async throws {
        let relaying = Relaying()
        relaying.log.failAppends { _ in .outage }
        try await relaying.whileRunning { _ in
            try await relaying.queue.append(body(lifecycle(event: "reauthorizationRequired"), lifecycle(secret: "wrong")))
            await relaying.lifecycle.wait { !$0.isEmpty }
        }
        #expect(relaying.lifecycle.value.map(\.event) == [.reauthorizationRequired])
        // The process ended between the two: the queue has it, and it is handed on again.
        #expect(try await relaying.queue.count() == 1)
        relaying.log.failAppends { _ in nil }
        try await relaying.whileRunning { _ in await relaying.settled(1) }
        #expect(relaying.lifecycle.value.map(\.event) == [.reauthorizationRequired, .reauthorizationRequired])
        #expect(try await relaying.queue.count() == 0)
    }

    @Test func aLifecycleEventIsHandedOnUntilItIsTaken() async throws {
        let relaying = Relaying()
        relaying.refusals.change { $0 = 3 }
        try await relaying.whileRunning { _ in
            try await relaying.queue.append(body(lifecycle(event: "missed"), item()))
            await relaying.settled(1)
        }
        #expect(relaying.lifecycle.value.count == 4)
        #expect(try await relaying.appended.count == 1)
        #expect(relaying.lines.value == [.error, .notice])
    }

    @Test func whatNobodyTakesStaysInTheQueue() async throws {
        let relaying = Relaying()
        relaying.refusals.change { $0 = .max }
        try await relaying.whileRunning { _ in
            try await relaying.queue.append(body(lifecycle(event: "missed")))
            await relaying.lifecycle.wait { $0.count >= 2 }
        }
        #expect(try await relaying.queue.count() == 1)
    }

    @Test func anOutageIsToldOnceAndEndsInOrder() async throws {
        let relaying = Relaying()
        relaying.log.failAppends { _ in .outage }
        try await relaying.whileRunning { relay in
            for number in 1...5 { try await relaying.queue.append(body(item(id: "\(number)"))) }
            await relaying.log.attempts.wait { $0 > 20 }
            #expect(relay.isFailing)
            #expect(relaying.lines.value == [.error])
            #expect(try await relaying.queue.count() == 5)
            relaying.log.failAppends { _ in nil }
            await relaying.settled(5)
            await relaying.lines.wait { $0.count > 1 }
            #expect(!relay.isFailing)
        }
        #expect(relaying.lines.value == [.error, .notice])
        #expect(try await relaying.appended.count == 5)
        #expect(relaying.log.log.deadLetters.isEmpty)
    }

    @Test(arguments: [RelayError.refusal, .outage])
    func oneItemThatIsToBlameDoesNotStopTheOthers(error: RelayError) async throws {
        let relaying = Relaying()
        relaying.log.failAppends { outcome in
            outcome.drafts.contains { $0.update.resource == "poison" } ? error : nil
        }
        try await relaying.queue.append(body(item(id: "1"), item(resource: "poison", id: "2"), item(id: "3")))
        try await relaying.whileRunning { _ in
            try await relaying.queue.append(body(item(id: "4")))
            await relaying.settled(2)
        }
        #expect(try await relaying.appended.count == 3)
        let letters = relaying.log.log.deadLetters
        #expect(letters.map(\.reason) == [.attemptsExhausted])
        #expect(letters.map(\.index) == [1])
        #expect(letters.map { String(buffer: $0.item) } == [item(resource: "poison", id: "2")])
    }

    @Test func finishesTheBatchInHandWhenTheProgramShutsDown() async throws {
        let relaying = Relaying()
        let isInside = Watched(false)
        let mayGoOn = Watched(false)
        relaying.log.beforeAppends {
            isInside.change { $0 = true }
            await mayGoOn.wait { $0 }
        }
        try await relaying.queue.append(body(item(id: "1")))
        let group = ServiceGroup(services: [relaying.relay], logger: Logger(label: "test"))
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            await isInside.wait { $0 }
            await group.triggerGracefulShutdown()
            mayGoOn.change { $0 = true }
            try await tasks.waitForAll()
        }
        #expect(try await relaying.queue.count() == 0)
        #expect(try await relaying.appended.count == 1)
    }

    @Test func aReadThatIsCutShortByTheEndIsNoOutage() async throws {
        let lines = Watched<[Logger.Level]>([])
        let queue = SlowQueue()
        let relay = NotificationRelay(
            queue: queue, log: FakeLog(), directory: SubscriptionDirectory(),
            logger: Logger(label: "test") { _ in LevelRecorder(lines: lines) }
        )
        let running = Task { try await relay.run() }
        await queue.isAsked.wait { $0 }
        running.cancel()
        try await running.value
        #expect(lines.value.isEmpty && !relay.isFailing)
    }

    @Test func stopsDuringAnOutage() async throws {
        let relaying = Relaying()
        relaying.log.failAppends { _ in .outage }
        try await relaying.queue.append(body(item(id: "1")))
        let group = ServiceGroup(services: [relaying.relay], logger: Logger(label: "test"))
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            await relaying.log.attempts.wait { $0 > 5 }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(try await relaying.queue.count() == 1)
    }
}

/// A queue whose reads last until they are cancelled, and fail then.
private struct SlowQueue: GraphNotifications.NotificationQueue {
    let isAsked = Watched(false)

    func append(_ body: ByteBuffer, completion: @escaping @Sendable (Result<Int64, GraphError>) -> Void) {}

    func entries(after id: Int64, limit: Int) async throws(GraphError) -> [QueuedNotification] {
        self.isAsked.change { $0 = true }
        await Watched(false).wait { $0 }
        throw GraphError(.storageFailed, "Cut short.")
    }

    func waitForEntry(after id: Int64) async {}

    func count() async throws(GraphError) -> Int { 0 }
}

/// Keeps the levels of what is logged at `info` or above.
private struct LevelRecorder: LogHandler {
    let lines: Watched<[Logger.Level]>
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(lines: Watched<[Logger.Level]>) {
        self.lines = lines
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        self.lines.change { $0.append(event.level) }
    }
}
