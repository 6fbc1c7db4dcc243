import Synchronization

/// Keeps a token, and lets at most one request for a new one be under way; whoever comes meanwhile shares its result.
final class TokenCache: Sendable {
    private enum Outcome {
        case token(AccessToken)
        case failed(GraphError)
        /// There is nothing to wait for any more: look again.
        case lookAgain
    }

    private enum Step {
        case use(AccessToken)
        case fetch
        case wait
    }

    private struct State {
        var token: AccessToken?
        /// How many tokens there have been.
        var generation = 0
        var isFetching = false
        var waiters: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Int64

    init(now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    /// The token that is kept, while it is good; else what `fetch` brings.
    ///
    /// - Parameters:
    ///   - forceRefresh: Whether only a token will do that came after this call.
    ///   - fetch: Brings a new one.
    func token(
        forceRefresh: Bool, fetch: () async throws(GraphError) -> AccessToken
    ) async throws(GraphError) -> AccessToken {
        let generation = self.state.withLock { $0.generation }
        while true {
            switch self.step(newerThan: forceRefresh ? generation : nil) {
            case .use(let token): return token
            case .fetch: return try await self.refresh(mayKeep: !forceRefresh, fetch)
            case .wait:
                switch await self.wait() {
                case .token(let token): return token
                case .failed(let error): throw error
                case .lookAgain:
                    guard !Task.isCancelled else {
                        throw GraphError(.unreachable, "Waiting for an access token was cancelled.")
                    }
                }
            }
        }
    }

    private func step(newerThan generation: Int?) -> Step {
        let now = self.now()
        return self.state.withLock { state in
            if let token = state.token, now < token.refreshesAt, generation.map({ state.generation > $0 }) ?? true {
                return .use(token)
            }
            if state.isFetching { return .wait }
            state.isFetching = true
            return .fetch
        }
    }

    private func refresh(
        mayKeep: Bool, _ fetch: () async throws(GraphError) -> AccessToken
    ) async throws(GraphError) -> AccessToken {
        do throws(GraphError) {
            let token = try await fetch()
            self.finish(.token(token)) { state in
                state.token = token
                state.generation += 1
            }
            return token
        } catch {
            // Somebody else may still want one, and try.
            if Task.isCancelled {
                self.finish(.lookAgain)
                throw error
            }
            let now = self.now()
            if mayKeep, var token = self.state.withLock({ $0.token }), now + 30_000 < token.expiresAt {
                // It was to be replaced early, so there is time; but not each request should ask.
                token.refreshesAt = min(now + 60_000, token.expiresAt - 30_000)
                self.finish(.token(token)) { $0.token = token }
                return token
            }
            self.finish(.failed(error))
            throw error
        }
    }

    private func finish(_ outcome: Outcome, _ change: (inout sending State) -> Void = { _ in }) {
        let waiters = self.state.withLock { state in
            change(&state)
            state.isFetching = false
            defer { state.waiters.removeAll() }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }

    private func wait() async -> Outcome {
        let key = self.state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // What ended or was cancelled before this point is visible here.
                let isOver = self.state.withLock { state in
                    if !state.isFetching || Task.isCancelled { return true }
                    state.waiters[key] = continuation
                    return false
                }
                if isOver { continuation.resume(returning: .lookAgain) }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: key) }?.resume(returning: .lookAgain)
        }
    }
}
