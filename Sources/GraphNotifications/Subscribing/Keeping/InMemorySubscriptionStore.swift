import Synchronization

/// A store in memory: after a restart every subscription is created anew.
public final class InMemorySubscriptionStore: SubscriptionStore {
    private struct State {
        var records: [String: SubscriptionRecord]
        var signOfLife: Int64?
    }

    private let state: Mutex<State>

    /// - Parameter records: What is known from the start.
    public init(_ records: [SubscriptionRecord] = []) {
        self.state = Mutex(State(records: Dictionary(records.map { ($0.name, $0) }) { _, last in last }))
    }

    public func all() async throws(GraphError) -> [SubscriptionRecord] {
        self.state.withLock { $0.records.values.sorted { $0.name < $1.name } }
    }

    public func save(_ record: SubscriptionRecord) async throws(GraphError) {
        self.state.withLock { $0.records[record.name] = record }
    }

    public func remove(name: String) async throws(GraphError) {
        self.state.withLock { $0.records[name] = nil }
    }

    public func lastSignOfLife() async throws(GraphError) -> Int64? {
        self.state.withLock { $0.signOfLife }
    }

    public func noteSignOfLife(_ now: Int64) async throws(GraphError) {
        self.state.withLock { $0.signOfLife = now }
    }
}
