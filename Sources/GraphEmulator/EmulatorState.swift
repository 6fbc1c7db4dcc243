import Synchronization

/// The emulated Graph behind a lock, and the signal that there may be something to send.
final class EmulatorState: Sendable {
    let clock: EmulatorClock
    let wake = WakeSignal()
    private let graph: Mutex<EmulatedGraph>

    /// - Parameter keys: What tokens are signed with.
    init(_ configuration: GraphEmulatorConfiguration, keys: SigningKeys) {
        self.clock = configuration.clock
        var graph = EmulatedGraph(configuration, keys: keys)
        graph.settleIn(now: configuration.clock.now())
        self.graph = Mutex(graph)
    }

    /// Does something with the graph that may give the sender work; `body` is told what time it is.
    func change<Value: Sendable, Failure: Error>(
        _ body: (inout EmulatedGraph, Int64) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        defer { self.wake.raise() }
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

    /// From now on tokens are signed with a new key; the one before is served for a while more.
    func rotateSigningKey() throws {
        let key = try SigningKey.random(now: self.clock.now())
        self.read { graph, now in graph.keys.rotate(to: key, overlap: graph.settings.keyOverlap, now: now) }
    }
}
