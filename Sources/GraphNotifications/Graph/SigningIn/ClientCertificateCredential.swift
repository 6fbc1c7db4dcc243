public import AsyncHTTPClient

/// An application's own credential: a tenant, a client id and a certificate that is uploaded to its registration.
///
/// Each request for a token carries an assertion signed with PS256 and named by `x5t#S256`. The token is kept and replaced five
/// minutes before it expires. However many ask, at most one request is under way.
public final class ClientCertificateCredential: GraphCredential {
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    private let service: SignInService
    private let certificate: ClientCertificate
    private let algorithm: ClientAssertion.Algorithm
    private let newID: @Sendable () -> String
    private let cache: TokenCache

    /// - Parameters:
    ///   - tenantID: The tenant's id or one of its domains.
    ///   - clientID: The application's id.
    ///   - certificate: The certificate with its key.
    ///   - signsWithPKCS1: Whether assertions are signed with RS256, for a sign-in service that does not know PS256.
    ///   - cloud: Where it signs in, and what the token is for.
    ///   - httpClient: What asks.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    public convenience init(
        tenantID: String, clientID: String, certificate: ClientCertificate, signsWithPKCS1: Bool = false,
        cloud: GraphCloud = .global, httpClient: HTTPClient, now: (@Sendable () -> Int64)? = nil
    ) {
        let service = SignInService(
            tenantID: tenantID, clientID: clientID, cloud: cloud, transport: HTTPClientTransport(httpClient: httpClient),
            now: now ?? WallClock.now
        )
        self.init(
            service, certificate: certificate, algorithm: signsWithPKCS1 ? .rs256 : .ps256, newID: RequestID.random
        )
    }

    init(
        _ service: SignInService, certificate: ClientCertificate, algorithm: ClientAssertion.Algorithm,
        newID: @escaping @Sendable () -> String
    ) {
        self.service = service
        self.certificate = certificate
        self.algorithm = algorithm
        self.newID = newID
        self.cache = TokenCache(now: service.now)
    }

    public func token(for demand: TokenDemand) async throws(GraphError) -> AccessToken {
        try await self.cache.token(for: demand) { () async throws(GraphError) in
            let proof = [
                ("client_assertion_type", Self.assertionType), ("client_assertion", try await self.assertion()),
            ]
            return try await self.service.applicationToken(proof: proof, claims: demand.claims)
        }
    }

    private func assertion() async throws(GraphError) -> String {
        let now = self.service.now()
        guard now < self.certificate.expiresAt else {
            throw GraphError(
                .credentialRefused,
                "The client certificate has expired: make a new one and upload it to the application's registration."
            )
        }
        let assertion = ClientAssertion(
            clientID: self.service.clientID, audience: self.service.tokenURL, id: self.newID(), now: now
        )
        do {
            return try await assertion.signed(with: self.certificate, self.algorithm)
        } catch {
            throw GraphError(.credentialRefused, "The key of the client certificate cannot sign.", cause: error)
        }
    }
}
