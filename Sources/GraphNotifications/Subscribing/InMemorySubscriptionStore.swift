import Synchronization

/// A store in memory: after a restart every subscription is created anew.
public final class InMemorySubscriptionStore: SubscriptionStore {
    private let records: Mutex<[String: SubscriptionRecord]>

    /// - Parameter records: What is known from the start.
    public init(_ records: [SubscriptionRecord] = []) {
        self.records = Mutex(Dictionary(records.map { ($0.name, $0) }) { _, last in last })
    }

    public func all() async throws(GraphError) -> [SubscriptionRecord] {
        self.records.withLock { $0.values.sorted { $0.name < $1.name } }
    }

    public func save(_ record: SubscriptionRecord) async throws(GraphError) {
        self.records.withLock { $0[record.name] = record }
    }

    public func remove(name: String) async throws(GraphError) {
        self.records.withLock { $0[name] = nil }
    }
}
