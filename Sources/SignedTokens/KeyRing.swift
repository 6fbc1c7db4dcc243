import JSONBytes
package import Logging
import Synchronization

/// The keys that tokens are checked with: fetched when the first token comes, and again when it is time.
package final class KeyRing: Sendable {
    private struct State {
        var refresh: KeyRefresh
        var keys: KeySet?
        var fetch: Task<Void, Never>?
        var failure: JWTAuthenticationError?
    }

    private let state: Mutex<State>
    private let source: @Sendable () async throws(JWTAuthenticationError) -> [JWTKey]
    private let now: @Sendable () -> Int64
    private let logger: Logger

    /// - Parameters:
    ///   - refresh: When to fetch.
    ///   - now: Milliseconds.
    ///   - logger: For fetches that nobody waits for.
    ///   - source: Fetches, within a time it limits itself.
    package init(
        refresh: KeyRefresh, now: @escaping @Sendable () -> Int64, logger: Logger,
        source: @escaping @Sendable () async throws(JWTAuthenticationError) -> [JWTKey]
    ) {
        self.state = Mutex(State(refresh: refresh))
        self.source = source
        self.now = now
        self.logger = logger
    }

    /// What a token says, whose signature is right. Whether what it says will do is for others to decide.
    package func claims(of token: SignedToken) async throws(JWTAuthenticationError) -> TokenClaims {
        try await self.keys(for: token.keyID).verify(token)
        do throws(JSONError) {
            return try TokenClaims(token.payload)
        } catch {
            throw SignedToken.malformed
        }
    }

    /// The keys to check a token with that names this one, or none.
    func keys(for id: String?) async throws(JWTAuthenticationError) -> KeySet {
        var hasWaited = false
        while true {
            let (step, keys, fetch) = self.step(for: id, hasWaited: hasWaited)
            switch (step, keys) {
            case (.use, let keys?), (.useAndFetch, let keys?): return keys
            case (.wait, _), (.fetchAndWait, _):
                await fetch?.value
                hasWaited = true
            default:
                throw self.state.withLock { $0.failure } ?? Self.nothing
            }
        }
    }

    private func step(for id: String?, hasWaited: Bool) -> (KeyRefresh.Step, KeySet?, Task<Void, Never>?) {
        let now = self.now()
        return self.state.withLock { state in
            let step = state.refresh.needed(isKnown: state.keys?.knows(id: id) ?? false, hasWaited: hasWaited, now: now)
            if step == .fetchAndWait || step == .useAndFetch {
                // It belongs to nobody who waits: one of them may be cancelled, and the others still need it.
                state.fetch = Task { await self.fetch() }
            }
            return (step, state.keys, state.fetch)
        }
    }

    private func fetch() async {
        var keys: KeySet?
        var failure: JWTAuthenticationError?
        do throws(JWTAuthenticationError) {
            let found = try await self.source()
            guard !found.isEmpty else { throw Self.nothing }
            keys = await KeySet(found)
        } catch {
            failure = error
            self.logger.warning("Keys of an issuer could not be fetched", metadata: ["reason": "\(error)"])
        }
        let now = self.now()
        self.state.withLock { [keys, failure] state in
            state.refresh.fetched(isSuccess: failure == nil, now: now)
            if let keys { state.keys = keys }
            state.failure = failure
            state.fetch = nil
        }
    }

    private static let nothing = JWTAuthenticationError(.keysUnavailable, "The issuer publishes no key that can be used.")
}
