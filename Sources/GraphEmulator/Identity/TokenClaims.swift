import JWTKit

/// What a token of the sign-in service says, in either form.
struct TokenClaims: JWTPayload, Equatable {
    /// For whom it is: an application's id, or the address of an API.
    var audience: String
    /// Who signed it.
    var issuer: String
    /// Seconds since 1970, as are the next two.
    var issuedAt: Int64
    var notBefore: Int64
    var expiresAt: Int64
    /// Who asked for it, in tokens of the first form.
    var applicationV1: String?
    /// How the application proved who it is, in tokens of the first form: `0` not at all, `1` by secret, `2` by certificate.
    var proofV1: String?
    /// Who asked for it, in tokens of the second form.
    var applicationV2: String?
    /// As `appidacr`, in tokens of the second form.
    var proofV2: String?
    var identityProvider: String?
    /// `app` or `user`.
    var kind: String?
    /// The object that acts: a service principal or a user.
    var objectID: String?
    var subject: String
    var tenantID: String
    var version: String
    var id: String?
    /// Permissions of an application that acts for itself.
    var roles: [String]?
    /// Permissions of an application that acts for a user, with spaces between.
    var scopes: String?
    var name: String?
    var userPrincipalName: String?
    var preferredUsername: String?
    /// The directory roles of a user.
    var directoryRoles: [String]?

    /// How an application proves who it is.
    enum Proof: String, Sendable {
        case none = "0"
        case secret = "1"
        case certificate = "2"
    }

    private enum CodingKeys: String, CodingKey {
        case audience = "aud"
        case issuer = "iss"
        case issuedAt = "iat"
        case notBefore = "nbf"
        case expiresAt = "exp"
        case applicationV1 = "appid"
        case proofV1 = "appidacr"
        case applicationV2 = "azp"
        case proofV2 = "azpacr"
        case identityProvider = "idp"
        case kind = "idtyp"
        case objectID = "oid"
        case subject = "sub"
        case tenantID = "tid"
        case version = "ver"
        case id = "uti"
        case roles
        case scopes = "scp"
        case name
        case userPrincipalName = "upn"
        case preferredUsername = "preferred_username"
        case directoryRoles = "wids"
    }

    /// - Parameters:
    ///   - issuedTo: The application that asked.
    ///   - objectID: The object that acts.
    ///   - now: Milliseconds since 1970.
    ///   - lifetime: Milliseconds.
    init(
        _ version: TokenVersion, audience: String, tenantID: String, issuedTo application: String, proof: Proof,
        objectID: String, now: Int64, lifetime: Int64
    ) {
        self.audience = audience
        self.issuer = version.issuer(tenantID: tenantID)
        self.issuedAt = now / 1000
        self.notBefore = now / 1000
        self.expiresAt = (now + lifetime) / 1000
        self.objectID = objectID
        self.subject = objectID
        self.tenantID = tenantID
        self.version = version.claim
        switch version {
        case .v1:
            self.applicationV1 = application
            self.proofV1 = proof.rawValue
            self.identityProvider = self.issuer
        case .v2:
            self.applicationV2 = application
            self.proofV2 = proof.rawValue
        }
    }

    /// Whether a token holds now is decided where the emulator's clock is known.
    func verify(using algorithm: some JWTAlgorithm) {}
}
