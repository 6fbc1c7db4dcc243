import Logging
import NIOCore
import RealTimeTesting
import ServiceLifecycle
import SignalR
import Testing

@testable import GraphRelay

@Suite(.timeLimit(.minutes(5))) struct UpdateEventsTests {
    private let log = FakeLog()
    private let clock = ManualClock()

    private func events(
        _ topics: [String] = [], after: String? = nil, _ configuration: TopicHubConfiguration = .init()
    ) throws -> UpdateEvents<ManualClock>.Iterator {
        try UpdateReader(log: self.log, policy: .open, configuration: configuration)
            .events(topics: topics, after: after, for: nil, clock: self.clock).makeAsyncIterator()
    }

    private func event(_ offset: Int64) async throws -> String {
        let update = try #require(try await self.log.updates(after: offset - 1, limit: 1).first)
        return "id: e-\(offset)\nevent: graphUpdate\ndata: \(String(buffer: update.json))\n\n"
    }

    @Test func firstWhereItBeginsThenWhatIsNew() async throws {
        try await self.log.append(["all"])
        var events = try self.events()
        #expect(await events.nextText() == "id: e-1\n\n")
        try await self.log.append(["all"])
        #expect(await events.nextText() == (try await self.event(2)))
        let waiting = Task { [events] in
            var events = events
            return await events.nextText()
        }
        // It waits, and is woken by the log.
        await self.clock.sleepers.wait { !$0.isEmpty }
        try await self.log.append(["all"])
        #expect(await waiting.value == (try await self.event(3)))
    }

    @Test func whatWasMissedInPagesOfItsTopics() async throws {
        for number in 0..<6 { try await self.log.append([number % 2 == 0 ? "a" : "b"]) }
        var events = try self.events(["a"], after: "e-1", .init(pageSize: 3))
        #expect(await events.nextText() == "id: e-1\n\n")
        #expect(await events.nextText() == (try await self.event(3)))
        #expect(await events.nextText() == (try await self.event(5)))
        try await self.log.append(["b"])
        try await self.log.append(["a"])
        #expect(await events.nextText() == (try await self.event(8)))
    }

    @Test func anElementIsBoundedInBytes() async throws {
        for _ in 0..<9 { try await self.log.append(["all"]) }
        var events = try self.events(after: "e-0", .init(pageBytes: 700))
        _ = await events.nextText()
        var text = ""
        for _ in 0..<9 where !text.contains("id: e-9\n") {
            let next = await events.nextText() ?? ""
            #expect(next.utf8.count < 900)
            text += next
        }
        var expected = ""
        for offset in Int64(1)...9 { expected += try await self.event(offset) }
        #expect(text == expected)
    }

    @Test(arguments: ["other-2", "e-1", "e-77"])
    func aGapAtTheBeginning(cursor: String) async throws {
        for _ in 0..<5 { try await self.log.append(["all"]) }
        self.log.purge(through: 3)
        var events = try self.events(["b", "a"], after: cursor)
        let text = await events.nextText() ?? ""
        #expect(text.hasPrefix("id: e-5\nevent: gap\ndata: {\"topics\":[\"a\",\"b\"],\"oldest\":\"e-3\",\"reason\":\""))
        #expect(text.hasSuffix("\"}\n\n"))
        try await self.log.append(["a"])
        #expect(await events.nextText() == (try await self.event(6)))
    }

    @Test func aGapOnTheWay() async throws {
        for _ in 0..<5 { try await self.log.append(["all"]) }
        var events = try self.events(after: "e-0", .init(pageSize: 2))
        _ = await events.nextText()
        #expect(await events.nextText() == (try await self.event(1) + self.event(2)))
        self.log.purge(through: 4)
        #expect(await events.nextText()?.hasPrefix("id: e-4\nevent: gap\n") == true)
        #expect(await events.nextText() == (try await self.event(5)))
        for _ in 0..<3 { try await self.log.append(["all"]) }
        self.log.purge(through: 8)
        #expect(await events.nextText()?.hasPrefix("id: e-8\nevent: gap\n") == true)
    }

    @Test func aCommentWhenNothingWasSaidForAWhile() async throws {
        var events = try self.events(["a"])
        _ = await events.nextText()
        for number in Int64(1)...3 {
            let waiting = Task { [events] in
                var events = events
                return (await events.nextText(), events)
            }
            let deadline = ManualClock.Instant(offset: .seconds(15 * number))
            await self.clock.sleepers.wait { $0 == [deadline] }
            // What is not wanted does not put it off, and moves the place to come back to.
            let reached = self.log.endsReached.value
            try await self.log.append(["b"])
            await self.log.endsReached.wait { $0 > reached }
            self.clock.advance(by: .seconds(14))
            await self.clock.sleepers.wait { $0 == [deadline] }
            self.clock.advance(by: .seconds(1))
            let text: String?
            (text, events) = await waiting.value
            #expect(text == ":\nid: e-\(number)\n\n")
        }
    }

    @Test func commentsGoOnWhileTheLogFails() async throws {
        self.log.failReads { .outage }
        var events = try self.events()
        let waiting = Task { [events] in
            var events = events
            return (await events.nextText(), events)
        }
        for _ in 0..<15 {
            await self.clock.sleepers.wait { !$0.isEmpty }
            self.clock.advance(by: .seconds(1))
            await self.clock.sleepers.wait { [clock] sleepers in sleepers.allSatisfy { $0 > clock.now } }
        }
        let text: String?
        (text, events) = await waiting.value
        #expect(text == ":\n\n")
        self.log.failReads { nil }
        #expect(await events.nextText() == "id: e-0\n\n")
    }

    @Test func endsWithItsTask() async throws {
        let events = try self.events()
        let task = Task {
            var events = events
            var count = 0
            while await events.next() != nil { count += 1 }
            return count
        }
        await self.clock.sleepers.wait { !$0.isEmpty }
        task.cancel()
        #expect(await task.value == 1)
    }

    @Test func endsWhenTheProgramShutsDown() async throws {
        struct Reading: Service {
            let events: UpdateEvents<ManualClock>.Iterator
            func run() async throws {
                var events = self.events
                while await events.next() != nil {}
            }
        }
        let reading = try Reading(events: self.events())
        let group = ServiceGroup(services: [reading], logger: Logger(label: "test"))
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            await self.clock.sleepers.wait { !$0.isEmpty }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func refusals() {
        let reader = UpdateReader(log: self.log, policy: .signedIn())
        let forbidden = #expect(throws: RelayError.self) { try reader.events(topics: [], after: nil, for: HubUser(id: "a")) }
        #expect(forbidden?.code == .forbidden)
        let invalid = #expect(throws: RelayError.self) {
            try reader.events(topics: ["user/a"], after: "x", for: HubUser(id: "a"))
        }
        #expect(invalid?.code == .invalidRequest)
    }
}

extension UpdateEvents.Iterator {
    mutating func nextText() async -> String? {
        await self.next().map { String(buffer: $0) }
    }
}
