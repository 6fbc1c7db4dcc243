public import AsyncHTTPClient

/// The credential of a workload whose platform vouches for it: Kubernetes, GitHub Actions and the like (federated identity).
///
/// The platform's token is shown to the sign-in service in place of a secret. It is fetched anew each time, because platforms
/// replace it.
public final class WorkloadIdentityCredential: GraphCredential {
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    private static let largestToken = 65_536

    private let service: SignInService
    private let platformToken: @Sendable () async throws(GraphError) -> String
    private let cache: TokenCache

    /// A workload whose platform keeps a token in a file, as Kubernetes does.
    ///
    /// - Parameters:
    ///   - tenantID: The tenant's id (`AZURE_TENANT_ID`).
    ///   - clientID: The application's id (`AZURE_CLIENT_ID`).
    ///   - tokenFile: The file's path (`AZURE_FEDERATED_TOKEN_FILE`). It is read each time, up to 64 kB.
    ///   - cloud: Where it signs in, and what the token is for.
    ///   - httpClient: What asks.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    public convenience init(
        tenantID: String, clientID: String, tokenFile: String, cloud: GraphCloud = .global, httpClient: HTTPClient,
        now: (@Sendable () -> Int64)? = nil
    ) {
        self.init(
            tenantID: tenantID, clientID: clientID, cloud: cloud, httpClient: httpClient, now: now,
            platformToken: Self.reading(tokenFile)
        )
    }

    /// A workload whose platform is asked for a token in its own way.
    ///
    /// - Parameters:
    ///   - tenantID: The tenant's id.
    ///   - clientID: The application's id.
    ///   - cloud: Where it signs in, and what the token is for.
    ///   - httpClient: What asks.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    ///   - platformToken: Gets the platform's token, whose audience normally is `api://AzureADTokenExchange`.
    public convenience init(
        tenantID: String, clientID: String, cloud: GraphCloud = .global, httpClient: HTTPClient,
        now: (@Sendable () -> Int64)? = nil, platformToken: @escaping @Sendable () async throws(GraphError) -> String
    ) {
        let service = SignInService(
            tenantID: tenantID, clientID: clientID, cloud: cloud, transport: HTTPClientTransport(httpClient: httpClient),
            now: now ?? WallClock.now
        )
        self.init(service, platformToken: platformToken)
    }

    init(_ service: SignInService, platformToken: @escaping @Sendable () async throws(GraphError) -> String) {
        self.service = service
        self.platformToken = platformToken
        self.cache = TokenCache(now: service.now)
    }

    static func reading(_ path: String) -> @Sendable () async throws(GraphError) -> String {
        { () async throws(GraphError) in
            let token = try SmallFile.text(at: path, upTo: Self.largestToken)
            guard !token.isEmpty else {
                throw GraphError(.credentialRefused, "The platform's token file \(path) is empty.")
            }
            return token
        }
    }

    public func token(for demand: TokenDemand) async throws(GraphError) -> AccessToken {
        try await self.cache.token(for: demand) { () async throws(GraphError) in
            let proof = [
                ("client_assertion_type", Self.assertionType), ("client_assertion", try await self.platformToken()),
            ]
            return try await self.service.applicationToken(proof: proof, claims: demand.claims)
        }
    }
}
