import Logging
import NIOCore
import RealTimeTesting
import Testing

@testable import GraphRelay

@Suite(.timeLimit(.minutes(5))) struct FollowerTests {
    /// A log, its broadcaster and one connection that follows it.
    private struct Following {
        let log = FakeLog()
        let connection = FakeConnection()
        let clients: FakeClients
        let progress = PositionSignal(position: -1)
        let follower: Follower
        let broadcaster: UpdateBroadcaster

        init(_ configuration: TopicHubConfiguration = .init(retryDelay: .milliseconds(1))) {
            self.clients = FakeClients([self.connection])
            self.follower = Follower(
                log: self.log, broadcast: self.progress, configuration: configuration, metrics: RelayMetrics()
            )
            self.broadcaster = UpdateBroadcaster(
                log: self.log, clients: self.clients, progress: self.progress, retryDelay: .milliseconds(1),
                metrics: RelayMetrics(), logger: Logger(label: "test")
            )
        }

        func append(_ topics: [String]...) async throws {
            for topics in topics { try await self.log.append(topics) }
        }

        func whileBroadcasting(_ body: () async throws -> Void) async throws {
            try await withThrowingTaskGroup { group in
                group.addTask { [broadcaster] in try await broadcaster.run() }
                try await body()
                group.cancelAll()
            }
        }

        func broadcasted(_ offset: Int64) async {
            await self.progress.wait(after: offset - 1)
        }
    }

    @Test func fromNowOn() async throws {
        let following = Following()
        try await following.append(["a"], ["a"])
        try await following.whileBroadcasting {
            let (answer, task) = try await following.connection.subscribe(following.follower, to: ["a"])
            #expect(answer == Wire.Answer(cursor: "e-2", gap: false, oldest: "e-0", updates: []))
            await task.value
            #expect(following.connection.isLive)
            try await following.append(["a"], ["b"], ["a", "b"])
            await following.broadcasted(5)
        }
        #expect(following.connection.offsets == [3, 5])
    }

    @Test func whatWasMissedThenLive() async throws {
        let following = Following(.init(pageSize: 3))
        for number in 0..<10 { try await following.append([number % 2 == 0 ? "a" : "b"]) }
        try await following.whileBroadcasting {
            let (answer, task) = try await following.connection.subscribe(following.follower, to: ["a"], after: "e-1")
            // The first page of the log, less what is not wanted.
            #expect(answer.offsets == [3] && answer.cursor == "e-4" && !answer.gap)
            await task.value
            try await following.append(["a"])
            await following.broadcasted(11)
        }
        #expect(following.connection.offsets == [3, 5, 7, 9, 11])
    }

    @Test func theAnswerIsBoundedInBytes() async throws {
        let following = Following(.init(pageBytes: 700))
        for _ in 0..<10 { try await following.append(["a"]) }
        try await following.whileBroadcasting {
            let (answer, task) = try await following.connection.subscribe(following.follower, to: ["a"], after: "e-0")
            #expect(answer.updates.count > 0 && answer.updates.count < 10)
            #expect(answer.cursor == answer.updates.last?.cursor)
            await task.value
        }
        #expect(following.connection.offsets == Array(1...10))
    }

    @Test func severalAtATimeWhenTheClientAsks() async throws {
        let following = Following(.init(pageSize: 4, pageBytes: 500))
        for _ in 0..<12 { try await following.append(["a"]) }
        try await following.whileBroadcasting {
            let (answer, task) = try await following.connection.subscribe(
                following.follower, to: ["a"], after: "e-0", isBatched: true
            )
            await task.value
            let calls = following.connection.calls.value
            #expect(calls["graphUpdate"] == nil)
            let pushed = 12 - answer.updates.count
            #expect((calls["graphUpdates"] ?? 0) > 0 && (calls["graphUpdates"] ?? 0) < pushed)
        }
        #expect(following.connection.offsets == Array(1...12))
    }

    @Test(arguments: ["other-1", "e-3", "e-99"])
    func aGapIsSaidInTheAnswer(cursor: String) async throws {
        let following = Following()
        for _ in 0..<10 { try await following.append(["a"]) }
        following.log.purge(through: 4)
        try await following.whileBroadcasting {
            let (answer, task) = try await following.connection.subscribe(following.follower, to: ["a"], after: cursor)
            #expect(answer == Wire.Answer(cursor: "e-10", gap: true, oldest: "e-4", updates: []))
            await task.value
            try await following.append(["a"])
            await following.broadcasted(11)
        }
        #expect(following.connection.received.value == [.update(11)])
    }

    @Test func isToldWhenRetentionOvertakesIt() async throws {
        let following = Following(.init(pageSize: 2))
        for _ in 0..<10 { try await following.append(["a"]) }
        try await following.whileBroadcasting {
            following.connection.isFull.change { $0 = true }
            let (answer, task) = try await following.connection.subscribe(following.follower, to: ["a"], after: "e-0")
            #expect(answer.offsets == [1, 2])
            following.log.purge(through: 7)
            following.connection.isFull.change { $0 = false }
            await task.value
        }
        let received = following.connection.received.value
        #expect(received.contains(.gap(topics: ["a"], oldest: "e-7")))
        #expect(following.connection.offsets.suffix(3) == [8, 9, 10])
        #expect(following.connection.isLive)
    }

    @Test func everythingThatIsLeftWentOutOfTheLog() async throws {
        let following = Following(.init(pageSize: 2))
        for _ in 0..<6 { try await following.append(["a"]) }
        try await following.whileBroadcasting {
            following.connection.isFull.change { $0 = true }
            let (_, task) = try await following.connection.subscribe(following.follower, to: ["a"], after: "e-0")
            following.log.purge(through: 6)
            following.connection.isFull.change { $0 = false }
            await task.value
            #expect(following.connection.isLive)
        }
        #expect(following.connection.received.value.last == .gap(topics: ["a"], oldest: "e-6"))
    }

    @Test func whatIsNoCursorIsRefused() async throws {
        let following = Following()
        try await following.whileBroadcasting {
            let error = await #expect(throws: RelayError.self) {
                try await following.connection.subscribe(following.follower, to: ["a"], after: "yesterday")
            }
            #expect(error?.code == .invalidRequest)
        }
        #expect(following.connection.groups.isEmpty)
    }

    @Test func topicsAreLimited() async throws {
        let following = Following(.init(maximumTopics: 3))
        try await following.whileBroadcasting {
            try await following.connection.subscribe(following.follower, to: ["a", "b"])
            let error = await #expect(throws: RelayError.self) {
                try await following.connection.subscribe(following.follower, to: ["c", "d"])
            }
            #expect(error?.code == .invalidRequest)
            try await following.connection.subscribe(following.follower, to: ["b", "c"])
        }
        #expect(following.connection.groups == ["a", "b", "c"])
    }

    @Test func aFailureLeavesWhatWasFollowed() async throws {
        let following = Following()
        try await following.append(["a"], ["b"])
        try await following.whileBroadcasting {
            await (try await following.connection.subscribe(following.follower, to: ["a"])).catchingUp.value
            let rest = Watched(3)
            following.log.failReads {
                rest.change { $0 -= 1 }
                return rest.value >= 0 ? .outage : nil
            }
            await #expect(throws: RelayError.self) {
                try await following.connection.subscribe(following.follower, to: ["b"], after: "e-0")
            }
            #expect(following.connection.groups == ["a"])
            try await following.append(["a"], ["b"])
            // It goes live again by itself, whether the update comes from the log or from the broadcast.
            await following.connection.received.wait { $0.contains(.update(3)) }
            await following.broadcasted(4)
        }
        #expect(following.connection.offsets == [3])
    }

    @Test func unsubscribingEnds() async throws {
        let following = Following()
        try await following.whileBroadcasting {
            await (try await following.connection.subscribe(following.follower, to: ["a", "b"])).catchingUp.value
            await following.follower.unsubscribe(from: ["a"], over: following.connection)
            try await following.append(["a"], ["b"], ["a", "b"])
            await following.broadcasted(3)
        }
        #expect(following.connection.offsets == [2, 3])
    }

    @Test func aClientThatIsGoneEndsIt() async throws {
        let following = Following(.init(pageSize: 2))
        for _ in 0..<10 { try await following.append(["a"]) }
        try await following.whileBroadcasting {
            following.connection.isGone.change { $0 = true }
            let (_, task) = try await following.connection.subscribe(following.follower, to: ["a"], after: "e-0")
            await task.value
        }
        #expect(!following.connection.isLive)
    }

    /// The real follower, broadcaster and log at the same time, with a client that comes and asks for more in between.
    @Test(arguments: 0..<40)
    func everyUpdateOnceAndInOrder(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let names = ["a", "b", "c", "d"]
        let histories = (0..<400).map { _ in Array(names.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random))) }
        let pauses = (0..<400).map { _ in Int.random(in: 0..<3, using: &random) }
        let following = Following(
            .init(pageSize: Int.random(in: 1...40, using: &random), pageBytes: Int.random(in: 200...5_000, using: &random))
        )
        for topics in histories[..<100] { try await following.log.append(topics) }
        // For each topic: after which offset it must have come, and after which it may.
        var required: [String: Int64] = [:]
        var allowed: [String: Int64] = [:]
        let topics = names.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
        try await following.whileBroadcasting {
            let appending = Task {
                for (topics, pause) in zip(histories[100...], pauses) {
                    for _ in 0..<pause { await Task.yield() }
                    try await following.log.append(topics)
                }
            }
            var tasks: [Task<Void, Never>] = []
            for topic in topics {
                for _ in 0..<Int.random(in: 0...60, using: &random) { await Task.yield() }
                let latest = try await following.log.bounds().latest
                let after = Bool.random(using: &random) ? Int64.random(in: 0...latest, using: &random) : nil
                allowed[topic] = after ?? latest
                let (answer, task) = try await following.connection.subscribe(
                    following.follower, to: [topic], after: after.map { "e-\($0)" }, isBatched: Bool.random(using: &random)
                )
                #expect(!answer.gap)
                required[topic] = after
                if after == nil { required[topic] = try await following.log.bounds().latest }
                tasks.append(task)
            }
            try await appending.value
            for task in tasks { await task.value }
            await following.broadcasted(400)
        }
        let offsets = following.connection.offsets
        #expect(Set(offsets).count == offsets.count, "something came twice")
        // A topic that is asked for with an old cursor begins there; apart from that the order is that of the log.
        let steps = zip(offsets, offsets.dropFirst()).count { $0 > $1 }
        #expect(steps < topics.count, "out of order")
        for (index, topics) in histories.enumerated() {
            let offset = Int64(index + 1)
            if topics.contains(where: { topic in required[topic].map { offset > $0 } ?? false }) {
                #expect(offsets.contains(offset), "lost \(offset)")
            }
            if !topics.contains(where: { topic in allowed[topic].map { offset > $0 } ?? false }) {
                #expect(!offsets.contains(offset), "\(offset) was not asked for")
            }
        }
    }
}
