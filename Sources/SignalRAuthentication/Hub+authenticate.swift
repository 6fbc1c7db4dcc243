public import SignalR

extension Hub {
    /// Lets nobody in but callers with a token that `authenticator` accepts.
    ///
    /// A token that is good but lacks a scope or a claim that is required is answered `403`, any other `401`.
    /// The token is taken from the `Authorization` header or, where there is none, from the query `access_token`.
    public mutating func authenticate(with authenticator: JWTAuthenticator) {
        self.authenticate { request in
            do throws(JWTAuthenticationError) {
                return try await authenticator.user(of: request)
            } catch {
                if error.code == .missingClaim { throw HubAuthorizationError() }
                throw error
            }
        }
    }
}
