import Synchronization

/// The emulated Graph behind a lock, and the signals that there may be something to send, and that there is nothing left.
final class EmulatorState: Sendable {
    let clock: EmulatorClock
    let wake = WakeSignal()
    /// Raised when what was due may have come to rest.
    let settled = WakeSignal()
    /// Raised when the log of deliveries may have changed.
    let logged = ChangeSignal()
    private let configuration: GraphEmulatorConfiguration
    private let graph: Mutex<EmulatedGraph>
    private let isSending = Atomic(false)
    private let url = Mutex<String?>(nil)

    /// - Parameter keys: What tokens are signed with.
    init(_ configuration: GraphEmulatorConfiguration, keys: SigningKeys) {
        self.clock = configuration.clock
        self.configuration = configuration
        self.graph = Mutex(EmulatedGraph(configuration, keys: keys, now: configuration.clock.now()))
    }

    /// Does something with the graph that may give the sender work; `body` is told what time it is.
    func change<Value: Sendable, Failure: Error>(
        _ body: (inout EmulatedGraph, Int64) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        defer {
            self.wake.raise()
            self.logged.raise()
        }
        return try self.read(body)
    }

    /// The same, for what gives the sender no work.
    func read<Value: Sendable, Failure: Error>(
        _ body: (inout EmulatedGraph, Int64) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let now = self.clock.now()
        return try self.graph.withLock { graph throws(Failure) in try body(&graph, now) }
    }

    /// Whom an `Authorization` field stands for; `nil` if there is none.
    func caller(authorization: String?) throws(GraphRefusal) -> Caller? {
        guard authorization != nil else { return nil }
        let (checker, now) = self.read { graph, now in (graph.tokenChecker, now) }
        return try checker.caller(authorization: authorization, now: now)
    }

    /// What tokens are signed with now.
    var keys: SigningKeys { self.read { graph, _ in graph.keys } }

    /// From now on tokens are signed with a new key; the one before is served for a while more.
    func rotateSigningKey() throws {
        let key = try SigningKey.random(now: self.clock.now())
        self.change { graph, now in graph.keys.rotate(to: key, overlap: graph.settings.keyOverlap, now: now) }
    }

    /// Where Graph is; `nil` until somebody listens.
    var graphURL: String? {
        get { self.url.withLock { $0 } }
        set { self.url.withLock { $0 = newValue } }
    }

    /// Forgets everything that has happened. What is being sent is sent, but nobody listens to what becomes of it.
    ///
    /// - Parameter directory: Who is there then; `nil`: who was there at the start.
    func reset(to directory: EmulatedSeed? = nil) {
        self.change { graph, now in
            var configuration = self.configuration
            configuration.directory = directory ?? graph.directory
            var fresh = EmulatedGraph(configuration, keys: graph.keys, now: now)
            fresh.deliveries = graph.deliveries
            fresh.deliveries.reset()
            graph = fresh
        }
        self.settled.raise()
    }

    /// Somebody sends from now on.
    ///
    /// - Returns: What to give to ``endSending(_:)``.
    func beginSending() -> Int? {
        self.isSending.store(true, ordering: .releasing)
        return self.clock.stepped?.join(
            SteppedClock.Participant(
                next: { self.read { graph, _ in graph.nextMoment() } },
                moved: { self.wake.raise() },
                settle: { await self.settle() }
            )
        )
    }

    func endSending(_ membership: Int?) {
        if let membership { self.clock.stepped?.leave(membership) }
        self.isSending.store(false, ordering: .releasing)
        self.settled.raise()
    }

    /// Returns when everything that is due now has been sent and answered, or nobody sends.
    private func settle() async {
        while self.isSending.load(ordering: .acquiring), !self.read({ graph, now in graph.isSettled(at: now) }) {
            await self.settled.wait()
            // Whoever waits here has been cancelled, and would not wait again.
            guard !Task.isCancelled else { return }
        }
    }
}
