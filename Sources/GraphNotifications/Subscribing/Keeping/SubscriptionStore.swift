/// Keeps what is known of each declared subscription across restarts.
///
/// A record is written *before* Graph is asked to create the subscription, because Graph calls the webhook, and may
/// even deliver, before it answers.
public protocol SubscriptionStore: Sendable {
    /// Every record.
    func all() async throws(GraphError) -> [SubscriptionRecord]
    /// Inserts the record, or replaces the one of the same name. Durable when it returns.
    func save(_ record: SubscriptionRecord) async throws(GraphError)
    /// Removes the record of this name; does nothing if there is none.
    func remove(name: String) async throws(GraphError)
    /// When the program was last known to run, in milliseconds since 1970; `nil` if nobody noted it.
    func lastSignOfLife() async throws(GraphError) -> Int64?
    /// Notes that the program runs, by a time in milliseconds since 1970.
    func noteSignOfLife(_ now: Int64) async throws(GraphError)
}

extension SubscriptionStore {
    /// Not kept: what the records say has to do.
    public func lastSignOfLife() async throws(GraphError) -> Int64? { nil }
    /// Not kept.
    public func noteSignOfLife(_ now: Int64) async throws(GraphError) {}
}
