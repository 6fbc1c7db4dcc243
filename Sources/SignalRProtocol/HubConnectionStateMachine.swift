/// The life of one hub connection, decided without touching the network.
///
/// Handshake first; then messages; pings when due; an end with a reason. The transport and the hub are the shell: each event
/// returns the one thing to do next.
public struct HubConnectionStateMachine<Instant: InstantProtocol>: Sendable
where Instant.Duration == Duration, Instant: Sendable {
    private enum State {
        /// Connected; the client has until `deadline` to shake hands.
        case awaitingHandshake(deadline: Instant)
        /// Messages flow.
        case open
        /// It ended, or is about to.
        case closed
    }

    private var state: State
    private let timing: HubTiming
    private var lastPing: Instant
    /// Since when nothing has been heard; `nil` until the client's first ping arms it, and while a message is handled.
    private var silentSince: Instant?
    private var isArmed = false
    private var isDispatching = false

    /// A connection that has just been made.
    public init(openedAt now: Instant, timing: HubTiming) {
        self.state = .awaitingHandshake(deadline: now.advanced(by: timing.handshakeTimeout))
        self.timing = timing
        self.lastPing = now
    }

    /// Whether messages flow.
    public var isOpen: Bool {
        if case .open = self.state { true } else { false }
    }

    /// What to do with a record that arrived.
    public enum RecordAction: Equatable, Sendable {
        /// It is the handshake request.
        case readHandshake
        /// It is a message.
        case readMessage
        /// The connection has ended; nobody reads it.
        case ignore
    }

    /// A record arrived.
    public func received() -> RecordAction {
        switch self.state {
        case .awaitingHandshake: .readHandshake
        case .open: .readMessage
        case .closed: .ignore
        }
    }

    /// The handshake was accepted.
    public mutating func accepted(at now: Instant) {
        guard case .awaitingHandshake = self.state else { return }
        self.state = .open
        self.lastPing = now
    }

    /// The client sent a ping, which arms the timeout.
    public mutating func pinged(at now: Instant) {
        self.isArmed = true
        self.heard(at: now)
    }

    /// A message was read; the silence begins anew.
    public mutating func heard(at now: Instant) {
        if self.isArmed, !self.isDispatching { self.silentSince = now }
    }

    /// Messages are being handled: a slow method never costs its own client the connection.
    public mutating func dispatching() {
        self.isDispatching = true
        self.silentSince = nil
    }

    /// Nothing is being handled any more.
    public mutating func idle(at now: Instant) {
        self.isDispatching = false
        self.heard(at: now)
    }

    /// What a tick of the clock asks for.
    public enum TickAction: Equatable, Sendable {
        /// Send a ping.
        case ping
        /// Refuse the handshake that did not come.
        case refuseHandshake
        /// End the connection.
        case close(CloseReason)
        /// Nothing.
        case nothing
    }

    /// Time has passed. Call it once a second or so.
    public mutating func tick(now: Instant) -> TickAction {
        switch self.state {
        case .awaitingHandshake(let deadline):
            return now >= deadline ? .refuseHandshake : .nothing
        case .open:
            if let silentSince = self.silentSince, silentSince.duration(to: now) >= self.timing.clientTimeout {
                return .close(.clientTimedOut)
            }
            if self.lastPing.duration(to: now) >= self.timing.keepAliveInterval {
                self.lastPing = now
                return .ping
            }
            return .nothing
        case .closed:
            return .nothing
        }
    }

    /// What an end asks for.
    public enum CloseAction: Equatable, Sendable {
        /// Tell the client, then the hub.
        case sendCloseAndEnd
        /// The hub never knew the connection: only end it.
        case endOnly
        /// It has ended already.
        case nothing
    }

    /// The connection ends, for whatever reason.
    public mutating func closed() -> CloseAction {
        defer { self.state = .closed }
        return switch self.state {
        case .awaitingHandshake: .endOnly
        case .open: .sendCloseAndEnd
        case .closed: .nothing
        }
    }
}

/// The clocks of a hub connection.
public struct HubTiming: Sendable, Equatable {
    /// How long a client may take for its handshake.
    public var handshakeTimeout: Duration
    /// How often the server pings.
    public var keepAliveInterval: Duration
    /// How long a client may be silent, once it has sent its first ping.
    public var clientTimeout: Duration

    public init(
        handshakeTimeout: Duration = .seconds(15), keepAliveInterval: Duration = .seconds(15),
        clientTimeout: Duration = .seconds(30)
    ) {
        self.handshakeTimeout = handshakeTimeout
        self.keepAliveInterval = keepAliveInterval
        self.clientTimeout = clientTimeout
    }
}
