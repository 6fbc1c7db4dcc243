import JWTKit

/// What an application writes about itself and signs with its certificate.
struct ClientAssertion: JWTPayload {
    var issuer: String
    var subject: String
    var audience: Audience
    /// Seconds since 1970, as are the next two. They may have a fraction.
    var expiresAt: Double
    var notBefore: Double?
    var id: String?

    /// One audience, or several.
    struct Audience: Codable, Sendable {
        var values: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self.values = try (try? container.decode([String].self)) ?? [container.decode(String.self)]
        }
    }

    static let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    /// How far apart two clocks may be, in seconds.
    private static let skew: Double = 300

    private enum CodingKeys: String, CodingKey {
        case issuer = "iss"
        case subject = "sub"
        case audience = "aud"
        case expiresAt = "exp"
        case notBefore = "nbf"
        case id = "jti"
    }

    /// Whether it holds now is decided by ``check(_:of:tenantID:now:)``.
    func verify(using algorithm: some JWTAlgorithm) {}

    /// Checks an assertion in the order of the sign-in service: the key, the signature, who, for whom, when.
    ///
    /// - Returns: What it says.
    static func check(
        _ text: String, of application: EmulatedApplication, tenantID: String, now: Int64
    ) throws(SignInRefusal) -> ClientAssertion {
        guard let token = try? SignedToken<ClientAssertion>(text) else { throw .malformedAssertion }
        // azure-identity pads them, which the standard does not allow.
        let named = [token.header.x5tS256, token.header.x5t].compactMap { $0?.filter { $0 != "=" } }
        let certificate = application.certificates.lazy.compactMap { try? ClientCertificate(pem: $0) }.first {
            named.contains($0.thumbprint256) || named.contains($0.thumbprint)
        }
        guard let certificate else { throw .wrongAssertion("The key was not found", thumbprint: named.first ?? "") }
        guard token.isSigned(by: certificate.publicKey) else {
            throw .wrongAssertion("The key does not fit the signature", thumbprint: certificate.thumbprint256)
        }
        let claims = token.claims
        guard claims.issuer == claims.subject, claims.subject.lowercased() == application.id.lowercased() else {
            throw .foreignAssertion
        }
        guard claims.audience.values.contains(where: { Self.isForService($0, tenantID: tenantID) }) else {
            throw .assertionForOthers
        }
        let seconds = Double(now) / 1000
        guard claims.expiresAt > seconds - Self.skew, claims.notBefore ?? 0 < seconds + Self.skew else {
            throw .assertionOutOfTime
        }
        return claims
    }

    /// Whether an audience is this service's: under the emulator's address, or under the one of the real service.
    private static func isForService(_ audience: String, tenantID: String) -> Bool {
        let paths = ["/\(tenantID)/oauth2/v2.0/token", "/\(tenantID)/oauth2/token", "/\(tenantID)/v2.0"]
        guard let path = paths.first(where: { audience.lowercased().hasSuffix($0.lowercased()) }) else { return false }
        let origin = String(audience.dropLast(path.count))
        return origin == "https://login.microsoftonline.com" || Loopback.contains(origin: origin)
    }
}
