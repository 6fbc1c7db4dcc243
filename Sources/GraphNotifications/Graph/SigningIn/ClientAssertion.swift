import JWTKit

/// A statement of who the application is, signed with its certificate's key (RFC 7523).
struct ClientAssertion: JWTPayload {
    /// How an assertion is signed.
    enum Algorithm: Sendable {
        case ps256, rs256
    }

    /// How long it is good for. Sign-in services allow ten minutes.
    private static let lifetime: Int64 = 600

    let aud: String
    let iss: String
    let sub: String
    let jti: String
    let nbf: Int64
    let iat: Int64
    let exp: Int64

    /// - Parameters:
    ///   - clientID: The application.
    ///   - audience: The token endpoint it is for.
    ///   - id: What makes it unique.
    ///   - now: The time in milliseconds since 1970.
    init(clientID: String, audience: String, id: String, now: Int64) {
        self.aud = audience
        self.iss = clientID
        self.sub = clientID
        self.jti = id
        self.nbf = now / 1_000
        self.iat = self.nbf
        self.exp = self.nbf + Self.lifetime
    }

    /// It is only written here.
    func verify(using algorithm: some JWTAlgorithm) {}

    func signed(with certificate: ClientCertificate, _ algorithm: Algorithm) async throws -> String {
        let key = try Insecure.RSA.PrivateKey(backing: certificate.key)
        let keys = JWTKeyCollection()
        switch algorithm {
        case .ps256: await keys.add(pss: key, digestAlgorithm: .sha256)
        case .rs256: await keys.add(rsa: key, digestAlgorithm: .sha256)
        }
        return try await keys.sign(self, header: ["x5t#S256": .string(certificate.thumbprint)])
    }
}
