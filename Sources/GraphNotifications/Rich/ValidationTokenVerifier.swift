public import AsyncHTTPClient
public import Logging
import SignedTokens

/// Checks validation tokens: their signature, with the keys that the directory publishes, and what they say.
///
/// Keys are fetched when the first token comes, kept for a day, and fetched again, at most once a minute, when a token names
/// one that is not known. While they cannot be fetched, those that were had before go on being used.
public struct ValidationTokenVerifier: Sendable {
    private static let keyLifetime = Duration.seconds(24 * 3600)
    private static let keyTimeout = Duration.seconds(10)

    let rules: ValidationTokenRules
    private let keys: KeyRing
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - rules: What tokens must say.
    ///   - authority: Where the directory is, without a slash at the end: its keys are below `/common/discovery`.
    ///   - httpClient: What fetches keys.
    ///   - logger: For keys that could not be fetched.
    /// - Throws: ``GraphError/Code/invalidDeclaration`` if there is no application, or the keys could be changed on their way.
    public init(
        _ rules: ValidationTokenRules, authority: String = "https://login.microsoftonline.com",
        httpClient: HTTPClient = .shared, logger: Logger = Logger(label: "GraphNotifications")
    ) throws(GraphError) {
        try self.init(rules, authority: authority, httpClient: httpClient, now: WallClock.now, logger: logger)
    }

    package init(
        _ rules: ValidationTokenRules, authority: String, httpClient: HTTPClient, now: @escaping @Sendable () -> Int64,
        logger: Logger
    ) throws(GraphError) {
        guard ServiceAddress.isConfidential(authority) else {
            throw GraphError(
                .invalidDeclaration, "The keys of validation tokens are fetched over https only: give the authority as https://…"
            )
        }
        let download = KeyDownload(httpClient: httpClient, timeout: Self.keyTimeout)
        let refresh = KeyRefresh(lifetime: Self.keyLifetime.milliseconds)
        let keys = KeyRing(refresh: refresh, now: now, logger: logger) { () async throws(JWTAuthenticationError) in
            // Each version of tokens has a list of its own, and they need not be the same.
            try await download.keys(at: "\(authority)/common/discovery/v2.0/keys")
                + download.keys(at: "\(authority)/common/discovery/keys")
        }
        try self.init(rules, keys: keys, now: now)
    }

    init(_ rules: ValidationTokenRules, keys: KeyRing, now: @escaping @Sendable () -> Int64) throws(GraphError) {
        guard !rules.applicationIDs.isEmpty else {
            throw GraphError(
                .invalidDeclaration,
                "Validation tokens need an application that they may be for: without one, anybody's would do."
            )
        }
        self.rules = rules
        self.keys = keys
        self.now = now
    }

    /// Whom a token stands for.
    ///
    /// - Throws: ``ContentError/Code/tokenRefused`` or ``ContentError/Code/keysUnavailable``.
    func verify(_ text: String) async throws(ContentError) -> ValidationTokenRules.Sender {
        let claims: TokenClaims
        do throws(JWTAuthenticationError) {
            let token = try SignedToken(text)
            guard token.algorithm == .rs256 else {
                throw JWTAuthenticationError(.unacceptableAlgorithm, "A validation token is signed with RS256.")
            }
            claims = try await self.keys.claims(of: token)
        } catch {
            guard error.code == .keysUnavailable else { throw ContentError(.tokenRefused, error.message) }
            throw ContentError(.keysUnavailable, error.message)
        }
        return try self.rules.check(claims, now: self.now())
    }
}
