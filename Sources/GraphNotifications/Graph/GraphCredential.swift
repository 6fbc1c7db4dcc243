/// What opens Graph: a source of access tokens.
public protocol GraphCredential: Sendable {
    /// A token that is good for a while.
    ///
    /// - Parameter forceRefresh: Whether Graph refused the last one, so that a new one is needed however good it looks.
    /// - Throws: ``GraphError/Code/credentialRefused``, ``GraphError/Code/unreachable`` and the like.
    func token(forceRefresh: Bool) async throws(GraphError) -> AccessToken
}
