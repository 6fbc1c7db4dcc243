public import AsyncHTTPClient

/// An application's own credential: a tenant, a client id and a client secret (OAuth 2.0 client credentials).
///
/// The token is kept and replaced five minutes before it expires. However many ask, at most one request is under way.
public final class ClientSecretCredential: GraphCredential {
    private let service: SignInService
    private let clientSecret: String
    private let cache: TokenCache

    /// - Parameters:
    ///   - tenantID: The tenant's id or one of its domains.
    ///   - clientID: The application's id.
    ///   - clientSecret: The value of its secret, not the secret's id.
    ///   - cloud: Where it signs in, and what the token is for.
    ///   - httpClient: What asks.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    public convenience init(
        tenantID: String, clientID: String, clientSecret: String, cloud: GraphCloud = .global, httpClient: HTTPClient,
        now: (@Sendable () -> Int64)? = nil
    ) {
        let service = SignInService(
            tenantID: tenantID, clientID: clientID, cloud: cloud, transport: HTTPClientTransport(httpClient: httpClient),
            now: now ?? WallClock.now
        )
        self.init(service, clientSecret: clientSecret)
    }

    init(_ service: SignInService, clientSecret: String) {
        self.service = service
        self.clientSecret = clientSecret
        self.cache = TokenCache(now: service.now)
    }

    public func token(for demand: TokenDemand) async throws(GraphError) -> AccessToken {
        try await self.cache.token(for: demand) { () async throws(GraphError) in
            try await self.service.applicationToken(
                proof: [("client_secret", self.clientSecret)], claims: demand.claims
            )
        }
    }
}
