public import AsyncHTTPClient
public import Logging
public import SignalR
public import SignedTokens

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Lets callers of a hub in who present a JSON Web Token, and says who they are.
///
/// ```swift
/// let authenticator = try JWTAuthenticator(
///     JWTConfiguration(
///         issuer: "https://login.microsoftonline.com/7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611/v2.0",
///         audience: "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924"
///     )
/// )
/// let chat = Hub("chat") { hub in
///     hub.authenticate(with: authenticator)
/// }
/// ```
///
/// A token is accepted if its signature is right, made with an algorithm that its key is for; if it was issued by one of
/// the issuers for one of the audiences; if its time has come and has not passed; and if it has the claims and scopes that
/// are required. Keys are fetched when the first token comes, kept for an hour, and fetched again, at most once a minute,
/// when a token names one that is not known. While they cannot be fetched, those that were had before go on being used.
public struct JWTAuthenticator: Sendable {
    private let rules: ClaimRules
    private let keys: KeyRing
    private let userIDClaims: [String]
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - configuration: Which tokens are accepted.
    ///   - httpClient: What fetches keys.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    ///   - logger: For keys that could not be fetched.
    /// - Throws: ``JWTAuthenticationError/Code/invalidConfiguration``.
    public init(
        _ configuration: JWTConfiguration, httpClient: HTTPClient = .shared, now: (@Sendable () -> Int64)? = nil,
        logger: Logger = Logger(label: "SignalRAuthentication")
    ) throws(JWTAuthenticationError) {
        let now = now ?? { Int64(Date().timeIntervalSince1970 * 1000) }
        try Self.check(configuration)
        self.rules = ClaimRules(
            issuers: Set(configuration.issuers), audiences: Set(configuration.audiences),
            scopes: configuration.requiredScopes, claims: configuration.requiredClaims,
            leeway: configuration.leeway.milliseconds
        )
        self.userIDClaims = configuration.userIDClaim.map { [$0] } ?? ["oid", "sub"]
        self.now = now
        self.keys = configuration.keys.ring(
            issuer: configuration.issuers[0], lifetime: configuration.keyLifetime,
            download: KeyDownload(httpClient: httpClient, timeout: configuration.keyTimeout), now: now, logger: logger
        )
    }

    /// The user behind a request.
    ///
    /// The user's claims are those of the token: the values of a list are separated by spaces, and what is within an object
    /// has a name with dots. The user expires with the token.
    public func user(of request: HubRequest) async throws(JWTAuthenticationError) -> HubUser {
        guard let token = request.bearerToken, !token.isEmpty else {
            throw JWTAuthenticationError(.missingToken, "A bearer token is needed.")
        }
        return try await self.user(presenting: token)
    }

    /// The user whom a token was issued for.
    public func user(presenting token: String) async throws(JWTAuthenticationError) -> HubUser {
        let token = try SignedToken(token)
        let claims = try await self.keys.claims(of: token)
        let expiry = try self.rules.check(claims, now: self.now())
        guard let id = self.userIDClaims.lazy.compactMap({ claims[$0] }).first, !id.isEmpty else {
            throw JWTAuthenticationError(
                .missingClaim, "The token does not say who the user is: it lacks \(self.userIDClaims.joined(separator: " and "))."
            )
        }
        return HubUser(id: id, claims: claims.joined, expiresAt: expiry)
    }

    private static func check(_ configuration: JWTConfiguration) throws(JWTAuthenticationError) {
        func refuse(_ message: String) -> JWTAuthenticationError { JWTAuthenticationError(.invalidConfiguration, message) }
        guard !configuration.issuers.isEmpty, !configuration.audiences.isEmpty else {
            throw refuse("An issuer and an audience are needed: without them, everybody's tokens would be accepted.")
        }
        guard configuration.leeway >= .zero, configuration.leeway <= .seconds(3600) else {
            throw refuse("The leeway must be from nothing to an hour.")
        }
        try configuration.keys.check(issuers: configuration.issuers)
    }
}
