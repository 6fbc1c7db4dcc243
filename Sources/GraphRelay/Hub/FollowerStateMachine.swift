/// What one connection follows, and what of it it has been sent: decided without log, hub or clock.
///
/// A connection is either *live* (the hub sends it what is broadcast) or *catching up* (it is sent pages of the log).
/// Each topic has a span of the log that the connection has been sent for its sake. That is enough to send each update
/// once, however the topics' histories overlap: an update goes out when a topic wants it and no span holds it.
struct FollowerStateMachine {
    /// The updates with an offset above `start`, up to and including `reached`.
    struct Span: Equatable {
        var start: Int64
        var reached: Int64

        init(start: Int64, reached: Int64) {
            self.start = start
            self.reached = reached
        }

        /// Nothing yet, from `offset` on.
        init(from offset: Int64) {
            self.init(start: offset, reached: offset)
        }

        func contains(_ offset: Int64) -> Bool { offset > self.start && offset <= self.reached }
    }

    private static let maximumLeft = 200

    /// The topics, and what was sent of each.
    private(set) var topics: [String: Span] = [:]
    /// What was sent for topics that were left, or begun anew, while catching up: it must not be sent again for others.
    private var left: [(topic: String, span: Span)] = []
    /// Whether pages of the log are being sent.
    private(set) var isCatchingUp = false
    /// Counts the calls that began a new course of catching up. The one under way before ends.
    private(set) var course = 0

    /// Where the log must be read from: everything up to here was sent, of every topic.
    ///
    /// It is also what the client may come back with. `nil` when nothing is followed.
    var position: Int64? { self.topics.values.lazy.map(\.reached).min() }

    // MARK: - Events

    /// The hub stopped sending what is broadcast. Everything up to `position` has arrived.
    mutating func paused(at position: Int64) {
        guard !self.isCatchingUp else { return }
        self.isCatchingUp = true
        for (topic, span) in self.topics where span.reached < position { self.topics[topic]?.reached = position }
    }

    /// The client wants more topics, or some of them again.
    ///
    /// - Parameters:
    ///   - topics: What it wants.
    ///   - after: What it has seen of them. `nil`: it wants them from now on, and those it has go on undisturbed.
    ///   - latest: The end of the log.
    mutating func follow(_ topics: [String], after: Int64?, latest: Int64) {
        self.isCatchingUp = true
        self.course += 1
        for topic in topics {
            guard let after else {
                if self.topics[topic] == nil { self.topics[topic] = Span(from: latest) }
                continue
            }
            // What came after `after` is asked for again; what came before is not.
            if let span = self.topics.updateValue(Span(from: after), forKey: topic) { self.remember(span, of: topic) }
            for index in self.left.indices where self.left[index].topic == topic {
                self.left[index].span.reached = min(self.left[index].span.reached, after)
            }
        }
    }

    /// Something failed before the client got what it wanted: what it had goes on, from where it was paused.
    mutating func goOn() {
        self.course += 1
    }

    /// The client wants these no longer.
    mutating func leave(_ topics: [String]) {
        for topic in topics {
            guard let span = self.topics.removeValue(forKey: topic) else { continue }
            if self.isCatchingUp { self.remember(span, of: topic) }
        }
    }

    /// The first page for new topics, to stand in the answer.
    ///
    /// It ends before anything that only other topics want: that is pushed after the answer. It is empty when other
    /// topics are further behind: what the client handles last must be where it may come back.
    ///
    /// - Parameters:
    ///   - page: What the log holds from `after` on.
    ///   - topics: The topics that were asked for.
    ///   - isRoomFor: Whether one more fits into the answer.
    mutating func answer(
        with page: [LoggedUpdate], to topics: Set<String>, isRoomFor: (LoggedUpdate) -> Bool
    ) -> [LoggedUpdate] {
        guard let position = self.position,
            self.topics.contains(where: { topics.contains($0.key) && $0.value.reached == position })
        else { return [] }
        var result: [LoggedUpdate] = []
        var reached = position
        for update in page where update.offset > position {
            if self.wants(update) {
                guard update.topics.contains(where: { topics.contains($0) }), isRoomFor(update) else { break }
                result.append(update)
            }
            reached = update.offset
        }
        self.advance(to: reached)
        return result
    }

    /// A page of the log was read from ``position`` on.
    ///
    /// - Returns: What of it is to be sent, in order.
    mutating func read(_ page: [LoggedUpdate]) -> [LoggedUpdate] {
        guard let last = page.last else { return [] }
        let result = page.filter { self.wants($0) }
        self.advance(to: last.offset)
        return result
    }

    /// The log no longer holds what comes next: it begins with `oldest`.
    ///
    /// - Returns: The topics that were behind that, in order of their names; they go on from there.
    mutating func overtaken(oldest: Int64) -> [String] {
        let behind = self.topics.filter { $0.value.reached < oldest - 1 }.keys.sorted()
        for topic in behind { self.topics[topic] = Span(from: oldest - 1) }
        return behind
    }

    /// The hub sends what is broadcast again, from ``position`` on.
    mutating func resumed() {
        self.isCatchingUp = false
        self.left.removeAll()
    }

    // MARK: - Decisions

    private func wants(_ update: LoggedUpdate) -> Bool {
        var isWanted = false
        for topic in update.topics {
            if let span = self.topics[topic] {
                if span.contains(update.offset) { return false }
                if update.offset > span.reached { isWanted = true }
            }
        }
        guard isWanted, !self.left.isEmpty else { return isWanted }
        return !self.left.contains { $0.span.contains(update.offset) && update.topics.contains($0.topic) }
    }

    private mutating func remember(_ span: Span, of topic: String) {
        guard span.start < span.reached else { return }
        // A client that goes to and fro without end gets something twice, rather than all of our memory.
        if self.left.count == Self.maximumLeft { self.left.removeFirst() }
        self.left.append((topic, span))
    }

    private mutating func advance(to offset: Int64) {
        for (topic, span) in self.topics where span.reached < offset { self.topics[topic]?.reached = offset }
    }
}
