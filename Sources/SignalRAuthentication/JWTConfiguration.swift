/// Which tokens are accepted, and what they say about a user.
public struct JWTConfiguration: Sendable {
    /// Who may have issued a token (`iss`), to the letter. At least one.
    public var issuers: [String]
    /// Whom a token may have been issued for (`aud`): this application. At least one.
    public var audiences: [String]
    /// Where the keys are.
    public var keys: JWTKeySource
    /// By how much clocks may differ. 1 minute.
    public var leeway: Duration = .seconds(60)
    /// The claim that is the user's id. `nil`: `oid`, which Microsoft's tokens have, or else `sub`.
    public var userIDClaim: String?
    /// Scopes that a token must all have (`scp` or `scope`).
    public var requiredScopes: [String] = []
    /// Claims that a token must have with these values; where it has a list, the value must be in it.
    public var requiredClaims: [String: String] = [:]
    /// After that long, keys are fetched again. 1 hour.
    public var keyLifetime: Duration = .seconds(3600)
    /// How long a request for keys may take. 10 seconds.
    public var keyTimeout: Duration = .seconds(10)

    public init(issuers: [String], audiences: [String], keys: JWTKeySource) {
        self.issuers = issuers
        self.audiences = audiences
        self.keys = keys
    }

    /// The tokens of one issuer for one application, with the keys that the issuer publishes.
    public init(issuer: String, audience: String, keys: JWTKeySource = .issuer) {
        self.init(issuers: [issuer], audiences: [audience], keys: keys)
    }
}
