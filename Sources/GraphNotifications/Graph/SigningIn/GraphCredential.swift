/// What opens Graph: a source of access tokens.
public protocol GraphCredential: Sendable {
    /// A token that is good for a while.
    ///
    /// - Parameter demand: What it must be good for.
    /// - Throws: ``GraphError/Code/credentialRefused``, ``GraphError/Code/unreachable`` and the like.
    func token(for demand: TokenDemand) async throws(GraphError) -> AccessToken
}

extension GraphCredential {
    /// A token that is good for a while.
    ///
    /// - Throws: ``GraphError/Code/credentialRefused``, ``GraphError/Code/unreachable`` and the like.
    public func token() async throws(GraphError) -> AccessToken {
        try await self.token(for: TokenDemand())
    }
}
