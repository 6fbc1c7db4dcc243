/// Keeps how far changes have been read, and what has to be looked for, across restarts.
public protocol DeltaStore: Sendable {
    /// What has to be looked for.
    func pending() async throws(GraphError) -> [PendingLoss]
    /// Adds to what has to be looked for, or replaces what there is of the same subscription. Durable when it returns.
    func note(_ pending: PendingLoss) async throws(GraphError)
    /// Removes what has to be looked for of a subscription, unless it was noted with a larger mark. Durable when it returns.
    func settle(subscription: String, through mark: Int64) async throws(GraphError)

    /// How far the changes of a subscription have been read, scope by scope; empty before the first time.
    func positions(of subscription: String) async throws(GraphError) -> [DeltaPosition]
    /// Adds a position, or replaces the one of the same scope. Durable when it returns.
    func save(_ position: DeltaPosition, of subscription: String) async throws(GraphError)
    /// Removes the position of a scope; does nothing if there is none.
    func remove(scope: String, of subscription: String) async throws(GraphError)
    /// Removes all that is known of a subscription.
    func forget(subscription: String) async throws(GraphError)
}

/// A subscription of which changes have to be looked for.
public struct PendingLoss: Sendable, Equatable {
    /// What was told.
    public var loss: PossibleLoss
    /// Grows from one to the next.
    public var mark: Int64

    public init(loss: PossibleLoss, mark: Int64) {
        self.loss = loss
        self.mark = mark
    }
}
