import Synchronization

/// The emulated Graph behind a lock, and the signal that there may be something to send.
final class EmulatorState: Sendable {
    let clock: EmulatorClock
    let wake = WakeSignal()
    private let graph: Mutex<EmulatedGraph>

    init(_ configuration: GraphEmulatorConfiguration) {
        self.clock = configuration.clock
        var graph = EmulatedGraph(configuration)
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
}
