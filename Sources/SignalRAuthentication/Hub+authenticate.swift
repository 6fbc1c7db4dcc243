public import SignalR

extension Hub {
    /// Lets nobody in but callers with a token that `authenticator` accepts.
    ///
    /// The token is taken from the `Authorization` header or, where there is none, from the query `access_token`.
    public mutating func authenticate(with authenticator: JWTAuthenticator) {
        self.authenticate { request in try await authenticator.user(of: request) }
    }
}
