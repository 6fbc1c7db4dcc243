import GraphRelay
import NIOCore
import RealTimeTesting
import Testing

@testable import GraphRelay

private func update(_ offset: Int64, _ topics: String...) -> LoggedUpdate {
    LoggedUpdate(offset: offset, topics: topics, json: ByteBuffer())
}

@Suite struct FollowerStateMachineTests {
    @Test func followsFromNow() {
        var follower = FollowerStateMachine()
        follower.paused(at: 0)
        follower.follow(["a"], after: nil, latest: 10)
        #expect(follower.position == 10)
        #expect(follower.read([]).isEmpty)
        follower.resumed()
        #expect(!follower.isCatchingUp)
    }

    @Test func sendsWhatItMissedOfItsTopics() {
        var follower = FollowerStateMachine()
        follower.follow(["a", "b"], after: 3, latest: 10)
        let page = [update(4, "a"), update(5, "c"), update(6, "a", "b"), update(7, "c")]
        #expect(follower.read(page).map(\.offset) == [4, 6])
        #expect(follower.position == 7)
    }

    @Test func anotherTopicDoesNotDisturbTheFirst() {
        var follower = FollowerStateMachine()
        follower.follow(["a"], after: nil, latest: 10)
        follower.resumed()
        follower.paused(at: 20)
        follower.follow(["b"], after: 5, latest: 22)
        #expect(follower.position == 5)
        // 8 was before a was followed; 12 came while it was; 15 is only b's.
        let page = [update(8, "a", "b"), update(12, "a", "b"), update(15, "b"), update(21, "a"), update(22, "a", "b")]
        #expect(follower.read(page).map(\.offset) == [8, 15, 21, 22])
        #expect(follower.position == 22)
    }

    @Test func theAnswerEndsBeforeWhatOnlyOthersWant() {
        var follower = FollowerStateMachine()
        follower.follow(["a"], after: 0, latest: 0)
        follower.resumed()
        follower.paused(at: 4)
        follower.follow(["b"], after: 2, latest: 9)
        let page = [update(3, "b"), update(4, "a", "b"), update(5, "a", "b"), update(6, "a"), update(7, "b")]
        #expect(follower.answer(with: page, to: ["b"]) { _ in true }.map(\.offset) == [3, 5])
        #expect(follower.position == 5)
        #expect(follower.read([update(6, "a"), update(7, "b")]).map(\.offset) == [6, 7])
    }

    @Test func theAnswerIsEmptyWhileOthersAreBehind() {
        var follower = FollowerStateMachine()
        follower.follow(["a"], after: 0, latest: 9)
        follower.follow(["b"], after: 5, latest: 9)
        #expect(follower.answer(with: [update(1, "a"), update(2, "b")], to: ["b"]) { _ in true }.isEmpty)
        #expect(follower.position == 0)
    }

    @Test func theAnswerIsBounded() {
        var follower = FollowerStateMachine()
        follower.follow(["a"], after: 0, latest: 9)
        var room = 2
        let page = (1...9).map { update(Int64($0), $0 == 3 ? "b" : "a") }
        let answer = follower.answer(with: page, to: ["a"]) { _ in
            room -= 1
            return room >= 0
        }
        #expect(answer.map(\.offset) == [1, 2])
        #expect(follower.position == 3)
    }

    @Test func whatWasLeftIsNotRepeatedForAnother() {
        var follower = FollowerStateMachine()
        follower.follow(["a"], after: 0, latest: 9)
        #expect(follower.read([update(1, "a", "b"), update(2, "a")]).map(\.offset) == [1, 2])
        follower.follow(["b"], after: 0, latest: 9)
        follower.leave(["a"])
        #expect(follower.read([update(1, "a", "b"), update(2, "a"), update(3, "a", "b")]).map(\.offset) == [3])
    }

    @Test func whatIsAskedForAgainComesAgain() {
        var follower = FollowerStateMachine()
        follower.follow(["a"], after: 0, latest: 9)
        let page = [update(1, "a"), update(2, "a"), update(3, "a")]
        #expect(follower.read(page).map(\.offset) == [1, 2, 3])
        follower.follow(["a"], after: 1, latest: 9)
        #expect(follower.read(Array(page[1...])).map(\.offset) == [2, 3])
        follower.leave(["a"])
        follower.follow(["a"], after: 2, latest: 9)
        #expect(follower.read([page[2]]).map(\.offset) == [3])
    }

    @Test func isToldWhatItLost() {
        var follower = FollowerStateMachine()
        follower.follow(["a", "b"], after: 3, latest: 90)
        follower.follow(["c"], after: 60, latest: 90)
        #expect(follower.overtaken(oldest: 51) == ["a", "b"])
        #expect(follower.position == 50)
        #expect(follower.read([update(51, "a"), update(55, "c"), update(61, "c")]).map(\.offset) == [51, 61])
    }

    @Test func anOldCourseEndsWhereANewOneBegins() {
        var follower = FollowerStateMachine()
        follower.follow(["a"], after: 3, latest: 90)
        let course = follower.course
        follower.follow(["b"], after: nil, latest: 90)
        #expect(follower.course != course)
    }

    /// A log, a broadcaster, the hub's feed and a client, each a step at a time, in an order drawn from `seed`.
    @Test(arguments: 0..<1000)
    func everyUpdateOnceAndInOrder(seed: Int) {
        var world = FollowerWorld(seed: UInt64(seed))
        for _ in 0..<400 { world.step() }
        world.finish()
        #expect(world.faults == [])
        #expect(world.deliveries > 0)
    }
}

/// Everything around a `FollowerStateMachine`, and a client that notes what is wrong.
private struct FollowerWorld {
    static let names = ["a", "b", "c", "d"]

    private var random: SeededGenerator
    private var log: [LoggedUpdate] = []
    private var broadcast: Int64 = 0

    // The feed of the hub, as `SignalR` promises it.
    private var groups: Set<String> = []
    private var isLive = false
    private var feedPosition: Int64 = 0
    private var skipped: Int64 = 0

    private var follower = FollowerStateMachine()
    /// The pages of the answers' courses that are still to be sent.
    private var course: Int?

    // The client: which updates it must have had, from the calls it made.
    private var required: [String: Int64] = [:]
    private var seen: Set<Int64> = []
    private var mayRepeat: Set<Int64> = []
    private var lastOffset: Int64 = 0
    private(set) var faults: [String] = []
    private(set) var deliveries = 0

    init(seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
    }

    private var latest: Int64 { Int64(self.log.count) }

    mutating func step() {
        switch Int.random(in: 0..<20, using: &self.random) {
        case 0..<7: self.append()
        case 7..<13: self.broadcastOne()
        case 13..<17: self.sendPage()
        case 17, 18: self.subscribe()
        default: self.unsubscribe()
        }
    }

    mutating func finish() {
        while self.course != nil { self.sendPage() }
        while self.broadcast < self.latest { self.broadcastOne() }
        while self.course != nil { self.sendPage() }
        for update in self.log where self.isRequired(update) && !self.seen.contains(update.offset) {
            self.faults.append("lost \(update.offset)")
        }
    }

    private func isRequired(_ update: LoggedUpdate) -> Bool {
        update.topics.contains { topic in self.required[topic].map { update.offset > $0 } ?? false }
    }

    private mutating func append() {
        let count = Int.random(in: 1...3, using: &self.random)
        let topics = Self.names.shuffled(using: &self.random).prefix(count)
        self.log.append(LoggedUpdate(offset: self.latest + 1, topics: Array(topics), json: ByteBuffer()))
    }

    private mutating func broadcastOne() {
        guard self.broadcast < self.latest else { return }
        let update = self.log[Int(self.broadcast)]
        self.broadcast = update.offset
        guard !self.groups.isDisjoint(with: update.topics) else { return }
        if self.isLive {
            guard update.offset > self.feedPosition else { return }
            self.feedPosition = update.offset
            self.deliver([update])
        } else {
            self.skipped = max(self.skipped, update.offset)
        }
    }

    private mutating func subscribe() {
        let count = Int.random(in: 1...2, using: &self.random)
        let topics = Array(Self.names.shuffled(using: &self.random).prefix(count))
        let after: Int64? = Bool.random(using: &self.random) ? nil : Int64.random(in: 0...self.latest, using: &self.random)
        if !self.follower.isCatchingUp {
            self.isLive = false
            self.follower.paused(at: max(self.feedPosition, self.broadcast))
        }
        self.groups.formUnion(topics)
        // Others go on between the turn's steps.
        for _ in 0..<Int.random(in: 0...3, using: &self.random) { self.append() }
        for _ in 0..<Int.random(in: 0...3, using: &self.random) { self.broadcastOne() }
        let latest = self.latest
        self.follower.follow(topics, after: after, latest: latest)
        for topic in topics {
            if let after {
                // Asking again for what was sent already is asking for a repetition.
                if self.required[topic] != nil { self.allowRepetition(of: topic) }
                self.required[topic] = after
            } else if self.required[topic] == nil {
                self.required[topic] = latest
            }
        }
        if let after { self.lastOffset = min(self.lastOffset, after) }
        if let position = self.follower.position {
            let room = Int.random(in: 1...4, using: &self.random)
            var used = 0
            let answer = self.follower.answer(with: Array(self.log[Int(position)...]), to: Set(topics)) { _ in
                used += 1
                return used <= room
            }
            if answer.contains(where: { Set($0.topics).isDisjoint(with: topics) }) {
                self.faults.append("an answer held what was not asked for")
            }
            self.deliver(answer)
        }
        self.course = self.follower.course
    }

    private mutating func unsubscribe() {
        guard let topic = self.follower.topics.keys.sorted().randomElement(using: &self.random) else { return }
        self.follower.leave([topic])
        self.groups.remove(topic)
        self.required[topic] = nil
        // What came for its sake may come again for another topic that is asked for later.
        self.allowRepetition(of: topic)
    }

    private mutating func allowRepetition(of topic: String) {
        for update in self.log where update.topics.contains(topic) { self.mayRepeat.insert(update.offset) }
    }

    private mutating func sendPage() {
        guard let course = self.course else { return }
        guard self.follower.isCatchingUp, self.follower.course == course, let position = self.follower.position else {
            self.course = nil
            return
        }
        let size = Int.random(in: 1...5, using: &self.random)
        let page = Array(self.log[Int(position)...].prefix(size))
        guard page.isEmpty else {
            self.deliver(self.follower.read(page))
            return
        }
        for _ in 0..<Int.random(in: 0...2, using: &self.random) { self.append() }
        for _ in 0..<Int.random(in: 0...2, using: &self.random) { self.broadcastOne() }
        guard self.skipped <= position else { return }
        self.feedPosition = position
        self.isLive = true
        self.follower.resumed()
        self.course = nil
    }

    private mutating func deliver(_ updates: [LoggedUpdate]) {
        for update in updates {
            self.deliveries += 1
            if !self.isRequired(update) { self.faults.append("\(update.offset) was not asked for") }
            if update.offset <= self.lastOffset { self.faults.append("\(update.offset) after \(self.lastOffset)") }
            self.lastOffset = update.offset
            if !self.seen.insert(update.offset).inserted, !self.mayRepeat.contains(update.offset) {
                self.faults.append("\(update.offset) twice")
            }
        }
    }
}
