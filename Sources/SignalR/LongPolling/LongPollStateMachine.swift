/// Which poll is answered with what and when, decided without a channel.
///
/// At most one poll is held. Between two polls the client counts as gone after a while; afterwards nothing is left.
struct LongPollStateMachine<Poll, Instant: InstantProtocol> where Instant.Duration == Duration {
    private enum State {
        /// Nobody has polled.
        case new
        /// No poll is held.
        case between(since: Instant)
        /// `poll` waits for data.
        case holding(poll: Poll, deadline: Instant)
        /// Nothing more is answered.
        case ended
    }

    private let pollTimeout: Duration
    private let disconnectTimeout: Duration
    private let closeTimeout: Duration
    private var state = State.new
    /// Whether the connection has ended: what waits may be fetched, and nothing more will come.
    private(set) var isClosing = false

    /// - Parameters:
    ///   - pollTimeout: How long a poll is held.
    ///   - disconnectTimeout: How long a client may be without a poll.
    ///   - closeTimeout: How long a client may be without a poll when there is a goodbye to fetch.
    init(pollTimeout: Duration, disconnectTimeout: Duration, closeTimeout: Duration) {
        self.pollTimeout = pollTimeout
        self.disconnectTimeout = disconnectTimeout
        self.closeTimeout = closeTimeout
    }

    /// What becomes of a poll.
    enum Verdict: Equatable {
        /// It is the first: `200` at once, without data.
        case begin
        /// `200` with everything that waits.
        case answer
        /// It waits.
        case hold
        /// `204`: there is nothing, and will be nothing.
        case end
    }

    /// A poll arrived.
    ///
    /// - Returns: The older poll that it replaces, which is answered `204`; and what becomes of it.
    mutating func poll(_ poll: Poll, hasData: Bool, now: Instant) -> (replaced: Poll?, verdict: Verdict) {
        var replaced: Poll?
        switch self.state {
        case .new:
            self.state = .between(since: now)
            return (nil, .begin)
        case .ended: return (nil, .end)
        case .holding(let older, _): replaced = older
        case .between: break
        }
        if hasData {
            self.state = .between(since: now)
            return (replaced, .answer)
        }
        if self.isClosing {
            self.state = .ended
            return (replaced, .end)
        }
        self.state = .holding(poll: poll, deadline: now.advanced(by: self.pollTimeout))
        return (replaced, .hold)
    }

    /// There is data.
    ///
    /// - Returns: The poll to answer with it; `nil` if it waits for one.
    mutating func dataWaits(now: Instant) -> Poll? {
        guard case .holding(let poll, _) = self.state else { return nil }
        self.state = .between(since: now)
        return poll
    }

    /// The client has given up a poll.
    mutating func dropped(now: Instant, where isIt: (Poll) -> Bool) {
        guard case .holding(let poll, _) = self.state, isIt(poll) else { return }
        self.state = .between(since: now)
    }

    /// The connection has ended, and all its data has been given to a poll or waits.
    ///
    /// - Returns: The poll that is held, to be answered `204`; nothing is left then.
    mutating func close(now: Instant) -> Poll? {
        self.isClosing = true
        switch self.state {
        case .holding(let poll, _):
            self.state = .ended
            return poll
        case .between: self.state = .between(since: now)
        case .new, .ended: break
        }
        return nil
    }

    /// Nothing is wanted any more.
    ///
    /// - Returns: The poll that is held, to be answered `204`.
    mutating func end() -> Poll? {
        defer { self.state = .ended }
        if case .holding(let poll, _) = self.state { return poll }
        return nil
    }

    enum TickAction {
        /// `200` without data: it has waited long enough, and the client polls again.
        case answerEmpty(Poll)
        /// The client is gone.
        case dispose
        case nothing
    }

    /// Time has passed.
    mutating func tick(now: Instant) -> TickAction {
        switch self.state {
        case .holding(let poll, let deadline):
            guard now >= deadline else { return .nothing }
            self.state = .between(since: now)
            return .answerEmpty(poll)
        case .between(let since):
            let limit = self.isClosing ? self.closeTimeout : self.disconnectTimeout
            guard since.duration(to: now) >= limit else { return .nothing }
            self.state = .ended
            return .dispose
        case .new, .ended: return .nothing
        }
    }
}
