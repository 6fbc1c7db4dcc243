import Synchronization

/// Keeps a token, and lets at most one request for a new one be under way; whoever comes meanwhile shares its result.
final class TokenCache: Sendable {
    /// How long a token counts as new, so that those who want one that lives long do not ask again and again.
    private static let newness: Int64 = 60_000

    private enum Outcome {
        case token(AccessToken, claims: String?)
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
        /// What the token was asked to prove.
        var claims: String?
        /// When a new one was tried to get last.
        var fetchedAt: Int64 = 0
        var isFetching = false
        var waiters: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
        var nextWaiter: UInt64 = 0

        /// Whether the kept token will do, however old it is.
        func isAcceptable(_ token: AccessToken, for demand: TokenDemand) -> Bool {
            token.value != demand.refused?.value && (demand.claims == nil || demand.claims == self.claims)
        }

        func isFresh(_ token: AccessToken, for demand: TokenDemand, now: Int64) -> Bool {
            guard now < token.refreshesAt else { return false }
            return now - self.fetchedAt < TokenCache.newness || token.expiresAt - now >= demand.minimumLifetime.milliseconds
        }
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Int64

    init(now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    /// The token that is kept, while it is good; else what `fetch` brings.
    ///
    /// - Parameters:
    ///   - demand: What it must be good for.
    ///   - fetch: Brings a new one.
    func token(
        for demand: TokenDemand, fetch: () async throws(GraphError) -> AccessToken
    ) async throws(GraphError) -> AccessToken {
        while true {
            switch self.step(demand) {
            case .use(let token): return token
            case .fetch: return try await self.refresh(demand, fetch)
            case .wait:
                switch await self.wait() {
                case .token(let token, let claims):
                    if demand.claims == nil || demand.claims == claims { return token }
                case .failed(let error): throw error
                case .lookAgain:
                    guard !Task.isCancelled else {
                        throw GraphError(.unreachable, "Waiting for an access token was cancelled.")
                    }
                }
            }
        }
    }

    private func step(_ demand: TokenDemand) -> Step {
        let now = self.now()
        return self.state.withLock { state in
            if let token = state.token, state.isAcceptable(token, for: demand), state.isFresh(token, for: demand, now: now) {
                return .use(token)
            }
            if state.isFetching { return .wait }
            state.isFetching = true
            return .fetch
        }
    }

    private func refresh(
        _ demand: TokenDemand, _ fetch: () async throws(GraphError) -> AccessToken
    ) async throws(GraphError) -> AccessToken {
        do throws(GraphError) {
            let token = try await fetch()
            let now = self.now()
            self.finish(.token(token, claims: demand.claims)) { state in
                state.token = token
                state.claims = demand.claims
                state.fetchedAt = now
            }
            return token
        } catch {
            // Somebody else may still want one, and try.
            if Task.isCancelled {
                self.finish(.lookAgain)
                throw error
            }
            let now = self.now()
            let kept = self.state.withLock { state in
                state.token.flatMap { state.isAcceptable($0, for: demand) ? ($0, state.claims) : nil }
            }
            if let (old, claims) = kept, now + 30_000 < old.expiresAt {
                // It was to be replaced early, so there is time; but not each request should ask.
                var token = old
                token.refreshesAt = max(token.refreshesAt, min(now + Self.newness, token.expiresAt - 30_000))
                self.finish(.token(token, claims: claims)) { state in
                    state.token = token
                    state.fetchedAt = now
                }
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
