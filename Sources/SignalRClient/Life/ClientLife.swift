/// The life of a client, decided without touching the network: connecting, shaking hands, open, lost, trying again, closed.
///
/// `ClientCore` is the shell: each event returns the one thing to do next. One connection exists at a time at most, and has one
/// socket at a time at most. A connection that was agreed to be stateful outlives its socket for a while.
struct ClientLife<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration, Instant: Sendable {
    private enum State {
        /// Not run yet.
        case idle
        /// An address is negotiated, or a socket connected.
        case connecting
        /// There is a socket; the server has until `deadline` to answer the handshake.
        case shakingHands(deadline: Instant)
        /// Messages flow. `silentSince` is `nil` while nothing is read, by our own choice.
        case open(since: Instant, lastPing: Instant, silentSince: Instant?)
        /// The socket is lost, the connection is not: until there is another socket, or no more hope.
        case cut(Cut)
        /// Another socket is being made, or is there and the server has not yet said where it goes on.
        case resuming(Cut)
        /// We said goodbye, and wait for the server's.
        case leaving(deadline: Instant)
        /// The socket is no longer wanted; what follows depends on `end`.
        case ending(End)
        /// Until the next attempt.
        case waiting
        /// For good.
        case closed(SignalRClientError)
    }

    /// The loss of a socket that its connection may survive.
    private struct Cut {
        /// How often another socket has been no success.
        var failures: Int
        /// When there is no more hope.
        var deadline: Instant
        var error: SignalRClientError
    }

    /// How a connection ended.
    private enum End {
        /// There may be another.
        case lost(SignalRClientError)
        /// There will be no other.
        case over(SignalRClientError)
    }

    /// A connection that does not last longer than this is no success: the waits go on growing.
    static var stable: Duration { .seconds(1) }

    private var state = State.idle
    private let configuration: HubClient.Configuration
    private var hasBeenOpen = false
    private var isStopped = false
    /// Whether the connection may go on over another socket.
    private var isStateful = false
    /// The last cut, until something has come of the socket that followed it.
    private var unprovenCut: Cut?
    /// Attempts that failed since the last connection that lasted.
    private var failures = 0
    private var lostAt: Instant?

    init(configuration: HubClient.Configuration) {
        self.configuration = configuration
    }

    /// Whether messages flow.
    var isOpen: Bool {
        if case .open = self.state { true } else { false }
    }

    /// Whether what arrives is the answer to the handshake.
    var isShakingHands: Bool {
        if case .shakingHands = self.state { true } else { false }
    }

    /// Whether an attempt to connect is to be made.
    var wantsConnection: Bool {
        if case .connecting = self.state { true } else { false }
    }

    /// Whether the connection needs another socket, or has one that has not proved itself.
    var isResuming: Bool {
        if case .resuming = self.state { true } else { false }
    }

    /// Whether the socket is lost and the connection is not. To say goodbye would end it.
    var isCut: Bool {
        if case .cut = self.state { true } else { false }
    }

    /// Whether a socket is there and still to be read.
    var wantsFrames: Bool {
        switch self.state {
        case .shakingHands, .open, .resuming, .leaving: true
        case .idle, .connecting, .cut, .ending, .waiting, .closed: false
        }
    }

    /// What a call gets instead of an answer; `nil` while there is a connection, even one without a socket.
    var refusal: SignalRClientError? {
        switch self.state {
        case .open, .cut, .resuming: nil
        case .closed(let error): error
        case .leaving: .stopped
        case .idle, .connecting, .shakingHands, .ending, .waiting: .notConnected
        }
    }

    /// It is run.
    ///
    /// - Returns: `false` if it was before.
    mutating func begin() -> Bool {
        guard case .idle = self.state else { return false }
        self.state = .connecting
        return true
    }

    /// What a new socket asks for.
    enum SocketAction: Equatable {
        /// Send the handshake.
        case shakeHands
        /// Say where the connection goes on.
        case resume
        /// It is no longer wanted.
        case nothing
    }

    /// A socket is there.
    mutating func connected(at now: Instant) -> SocketAction {
        switch self.state {
        case .connecting:
            self.state = .shakingHands(deadline: now.advanced(by: self.configuration.handshakeTimeout))
            return .shakeHands
        case .resuming: return self.isStopped ? .nothing : .resume
        case .idle, .shakingHands, .open, .cut, .leaving, .ending, .waiting, .closed: return .nothing
        }
    }

    /// The server accepted the handshake.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - isStateful: Whether the connection may go on over another socket.
    /// - Returns: Whether there was a connection before; `nil` if nobody waits for it.
    mutating func accepted(at now: Instant, isStateful: Bool = false) -> Bool? {
        guard case .shakingHands = self.state else { return nil }
        self.isStateful = isStateful
        self.unprovenCut = nil
        self.state = .open(since: now, lastPing: now, silentSince: now)
        defer { self.hasBeenOpen = true }
        return self.hasBeenOpen
    }

    /// The server has said where it goes on.
    mutating func resumed(at now: Instant) {
        guard case .resuming(let cut) = self.state else { return }
        self.unprovenCut = cut
        self.state = .open(since: now, lastPing: now, silentSince: now)
    }

    /// Something new has come through, in one direction or the other.
    mutating func progressed() { self.unprovenCut = nil }

    /// Something arrived.
    mutating func heard(at now: Instant) {
        guard case .open(let since, let lastPing, .some) = self.state else { return }
        self.state = .open(since: since, lastPing: lastPing, silentSince: now)
    }

    /// Nothing is read from now on, which is not the server's fault.
    mutating func pausedReading() {
        guard case .open(let since, let lastPing, _) = self.state else { return }
        self.state = .open(since: since, lastPing: lastPing, silentSince: nil)
    }

    /// Reading goes on.
    mutating func resumedReading(at now: Instant) {
        guard case .open(let since, let lastPing, _) = self.state else { return }
        self.state = .open(since: since, lastPing: lastPing, silentSince: now)
    }

    /// What a tick of the clock asks for.
    enum TickAction: Equatable {
        case ping
        /// Drop the socket.
        case drop
        case nothing
    }

    /// Time has passed.
    mutating func tick(now: Instant) -> TickAction {
        switch self.state {
        case .shakingHands(let deadline) where now >= deadline:
            self.state = .ending(.lost(SignalRClientError(.timedOut, "The server did not answer the handshake in time.")))
            return .drop
        case .open(_, _, .some(let silentSince))
        where silentSince.duration(to: now) >= self.configuration.serverTimeout:
            self.lost(SignalRClientError(.timedOut, "The server has been silent for too long."), at: now)
            return .drop
        case .resuming(let cut) where now >= cut.deadline:
            self.state = .ending(.lost(cut.error))
            return .drop
        case .open(let since, let lastPing, let silentSince)
        where lastPing.duration(to: now) >= self.configuration.keepAliveInterval:
            self.state = .open(since: since, lastPing: now, silentSince: silentSince)
            return .ping
        case .leaving(let deadline) where now >= deadline:
            self.state = .ending(.over(.stopped))
            return .drop
        default:
            return .nothing
        }
    }

    /// The socket is lost. The connection may go on over another, if that was agreed; otherwise there may be another.
    mutating func lost(_ error: SignalRClientError, at now: Instant) {
        guard case .open(let since, _, _) = self.state, self.isStateful, !self.isStopped else {
            return self.failed(error, at: now)
        }
        self.noteLoss(after: since, at: now)
        // Sockets that bring nothing new must not follow each other without pause, nor without end.
        if let last = self.unprovenCut, since.duration(to: now) < Self.stable {
            self.state = .cut(Cut(failures: last.failures + 1, deadline: last.deadline, error: error))
        } else {
            let deadline = now.advanced(by: self.configuration.reconnectTimeout)
            self.state = .cut(Cut(failures: 0, deadline: deadline, error: error))
        }
    }

    /// The connection cannot go on, or an attempt has failed; there may be another.
    mutating func failed(_ error: SignalRClientError, at now: Instant) {
        switch self.state {
        case .open(let since, _, _):
            self.noteLoss(after: since, at: now)
            self.state = .ending(.lost(error))
        case .connecting, .shakingHands: self.state = .ending(.lost(error))
        case .resuming(var cut):
            switch error.code {
            case .unreachable, .timedOut, .connectionLost:
                cut.failures += 1
                self.state = .cut(cut)
            default:
                // The server does not know the connection any more.
                self.state = .ending(.lost(cut.error))
            }
        case .idle, .cut, .leaving, .ending, .waiting, .closed: break
        }
    }

    /// The connection is of no use to this side.
    mutating func abandoned(_ error: SignalRClientError, at now: Instant) {
        switch self.state {
        case .cut, .resuming: self.state = .ending(.lost(error))
        default: self.failed(error, at: now)
        }
    }

    /// The server said goodbye.
    mutating func dismissed(_ error: SignalRClientError, at now: Instant) {
        guard self.isOpen || self.isResuming else { return }
        if !error.allowReconnect {
            self.state = .ending(.over(error))
        } else if self.isOpen {
            self.failed(error, at: now)
        } else {
            self.state = .ending(.lost(error))
        }
    }

    /// What the end of a socket, or of an attempt to get one, asks for.
    enum EndAction {
        case retry(after: Duration, SignalRClientError)
        /// The connection goes on, over another socket.
        case resume(after: Duration)
        case end(SignalRClientError)
    }

    /// The socket has gone, or there was none.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - random: From 0 up to 1, for the policy.
    mutating func disconnected(at now: Instant, random: Double) -> EndAction {
        self.lost(.lost, at: now)
        let end: End
        switch self.state {
        case .cut(let cut):
            if !self.isStopped, now < cut.deadline { return .resume(after: Self.delay(after: cut.failures)) }
            end = .lost(cut.error)
        case .ending(let known): end = known
        case .leaving: end = .over(.stopped)
        case .closed(let error): return .end(error)
        case .idle, .connecting, .shakingHands, .open, .resuming, .waiting: end = .lost(.lost)
        }
        switch end {
        case .lost(let error) where self.isStopped: return self.close(self.hasBeenOpen ? .stopped : error)
        case .lost(let error):
            guard self.hasBeenOpen || self.configuration.retriesFirstConnection else { return self.close(error) }
            let lostAt = self.lostAt ?? now
            self.lostAt = lostAt
            let attempt = RetryPolicy.Attempt(
                failures: self.failures, elapsed: lostAt.duration(to: now), error: error, random: random
            )
            guard let delay = self.configuration.retryPolicy.delay(before: attempt) else { return self.close(error) }
            self.failures += 1
            self.state = .waiting
            return .retry(after: delay, error)
        case .over(let error): return self.close(error)
        }
    }

    /// How long to wait for another socket: not at all, then from 50 ms up to 1.6 s.
    private static func delay(after failures: Int) -> Duration {
        failures == 0 ? .zero : .milliseconds(50 << min(failures - 1, 5))
    }

    /// The wait is over.
    mutating func waited() {
        guard !self.isStopped else { return }
        switch self.state {
        case .waiting: self.state = .connecting
        case .cut(let cut): self.state = .resuming(cut)
        default: break
        }
    }

    /// What the wish to stop asks for.
    enum StopAction: Equatable {
        /// Say goodbye, and wait for the end of the socket.
        case sayGoodbye
        /// Give up what is under way.
        case giveUp
        case nothing
    }

    /// This side wants no connection any more.
    mutating func stop(at now: Instant) -> StopAction {
        self.isStopped = true
        switch self.state {
        case .open:
            self.state = .leaving(deadline: now.advanced(by: self.configuration.closeTimeout))
            return .sayGoodbye
        case .leaving, .closed: return .nothing
        case .idle, .connecting, .shakingHands, .cut, .resuming, .ending, .waiting: return .giveUp
        }
    }

    private mutating func close(_ error: SignalRClientError) -> EndAction {
        self.state = .closed(error)
        return .end(error)
    }

    private mutating func noteLoss(after since: Instant, at now: Instant) {
        if since.duration(to: now) >= Self.stable { self.failures = 0 }
        self.lostAt = now
    }
}
