/// What a token must be good for.
public struct TokenDemand: Sendable, Equatable {
    /// The token that Graph refused, if it did: however good it looks, another one is needed.
    public var refused: AccessToken?
    /// What Graph wants the next token to prove (a claims challenge), as JSON.
    public var claims: String?
    /// How long it should be good for. A new one is asked for where the one at hand is good for less; what that brings is
    /// used, however long it lives.
    public var minimumLifetime: Duration

    /// - Parameters:
    ///   - refused: The token that Graph refused, if it did.
    ///   - claims: What Graph wants the next token to prove, as JSON.
    ///   - minimumLifetime: How long it should be good for.
    public init(refused: AccessToken? = nil, claims: String? = nil, minimumLifetime: Duration = .zero) {
        self.refused = refused
        self.claims = claims
        self.minimumLifetime = minimumLifetime
    }
}

extension TokenDemand: CustomStringConvertible {
    public var description: String {
        "TokenDemand(\(self.refused == nil ? "any" : "another one"), for \(self.minimumLifetime))"
    }
}
