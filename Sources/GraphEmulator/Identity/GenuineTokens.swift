import Synchronization

/// Tokens whose signatures were found good, and what they say: checking one costs as much as all the rest of a request.
final class GenuineTokens: Sendable {
    /// How many are remembered.
    static let capacity = 1_000

    private let tokens = Mutex<[String: (claims: TokenClaims, keyID: String)]>([:])

    /// What a token says, and which key signed it, if it was seen before.
    func find(_ token: String) -> (claims: TokenClaims, keyID: String)? { self.tokens.withLock { $0[token] } }

    func note(_ token: String, claims: TokenClaims, keyID: String) {
        self.tokens.withLock { tokens in
            // Who comes again is soon known again.
            if tokens.count >= Self.capacity { tokens.removeAll() }
            tokens[token] = (claims, keyID)
        }
    }
}
