import Synchronization

/// A store in memory: after a restart every subscription begins anew, and what was lost until then is not found.
public final class InMemoryDeltaStore: DeltaStore {
    private struct State {
        var pending: [String: PendingLoss] = [:]
        var positions: [String: [String: DeltaPosition]] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    public func pending() async throws(GraphError) -> [PendingLoss] {
        self.state.withLock { $0.pending.values.sorted { $0.mark < $1.mark } }
    }

    public func note(_ pending: PendingLoss) async throws(GraphError) {
        self.state.withLock { $0.pending[pending.loss.subscription] = pending }
    }

    public func settle(subscription: String, through mark: Int64) async throws(GraphError) {
        self.state.withLock { state in
            if let pending = state.pending[subscription], pending.mark <= mark { state.pending[subscription] = nil }
        }
    }

    public func positions(of subscription: String) async throws(GraphError) -> [DeltaPosition] {
        self.state.withLock { ($0.positions[subscription] ?? [:]).values.sorted { $0.scope < $1.scope } }
    }

    public func save(_ position: DeltaPosition, of subscription: String) async throws(GraphError) {
        self.state.withLock { $0.positions[subscription, default: [:]][position.scope] = position }
    }

    public func remove(scope: String, of subscription: String) async throws(GraphError) {
        self.state.withLock { $0.positions[subscription]?[scope] = nil }
    }

    public func forget(subscription: String) async throws(GraphError) {
        self.state.withLock { state in
            state.pending[subscription] = nil
            state.positions[subscription] = nil
        }
    }
}
