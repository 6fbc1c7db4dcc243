public import AsyncHTTPClient
import JSONBytes
import JWTKit
public import Logging
public import SignalR

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
        self.keys = Self.keys(of: configuration, httpClient: httpClient, now: now, logger: logger)
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
        let keys = try await self.keys.keys(for: token.keyID)
        try Self.verify(token, with: keys)
        let claims: TokenClaims
        do throws(JSONError) {
            claims = try TokenClaims(token.payload)
        } catch {
            throw SignedToken.malformed
        }
        let expiry = try self.rules.check(claims, now: self.now())
        guard let id = self.userIDClaims.lazy.compactMap({ claims[$0] }).first, !id.isEmpty else {
            throw JWTAuthenticationError(
                .missingClaim, "The token does not say who the user is: it lacks \(self.userIDClaims.joined(separator: " and "))."
            )
        }
        return HubUser(id: id, claims: claims.joined, expiresAt: expiry)
    }

    private static func verify(_ token: SignedToken, with keys: KeySet) throws(JWTAuthenticationError) {
        let verifiers = keys.verifiers(id: token.keyID, algorithm: token.algorithm)
        if verifiers.isEmpty {
            throw keys.knows(id: token.keyID)
                ? JWTAuthenticationError(.unacceptableAlgorithm, "The key of the token is not for signing like this.")
                : JWTAuthenticationError(.unknownKey, "The token is signed with a key that is not the issuer's, or no longer.")
        }
        // A signature that is not even of the right form is as wrong as any other.
        guard verifiers.contains(where: { (try? $0.verify(token.signature, signs: token.signed)) ?? false }) else {
            throw JWTAuthenticationError(.invalidSignature, "The signature of the token is wrong.")
        }
    }

    private static func check(_ configuration: JWTConfiguration) throws(JWTAuthenticationError) {
        func refuse(_ message: String) -> JWTAuthenticationError { JWTAuthenticationError(.invalidConfiguration, message) }
        guard !configuration.issuers.isEmpty, !configuration.audiences.isEmpty else {
            throw refuse("An issuer and an audience are needed: without them, everybody's tokens would be accepted.")
        }
        guard configuration.leeway >= .zero, configuration.leeway <= .seconds(3600) else {
            throw refuse("The leeway must be from nothing to an hour.")
        }
        switch configuration.keys.kind {
        case .discovery:
            guard configuration.issuers.count == 1, ServiceAddress.isConfidential(configuration.issuers[0]) else {
                throw refuse("Keys can be asked for at one issuer only, whose name begins with https://; give their address.")
            }
        case .url(let url):
            guard ServiceAddress.isConfidential(url) else {
                throw refuse("The address of the keys must begin with https://, or be on this machine.")
            }
        case .keys(let keys):
            guard !keys.isEmpty else { throw refuse("At least one key is needed.") }
        case .secret(let secret):
            guard secret.utf8.count >= 32 else { throw refuse("A shared secret needs at least 32 bytes.") }
        }
    }

    private static func keys(
        of configuration: JWTConfiguration, httpClient: HTTPClient, now: @escaping @Sendable () -> Int64, logger: Logger
    ) -> KeyRing {
        let download = KeyDownload(httpClient: httpClient, timeout: configuration.keyTimeout)
        let remote = KeyRefresh(lifetime: configuration.keyLifetime.milliseconds)
        // What was given does not change.
        let fixed = KeyRefresh(lifetime: .max, pause: .max)
        switch configuration.keys.kind {
        case .discovery:
            let issuer = configuration.issuers[0]
            return KeyRing(refresh: remote, now: now, logger: logger) { () async throws(JWTAuthenticationError) in
                try await download.keys(of: issuer)
            }
        case .url(let url):
            return KeyRing(refresh: remote, now: now, logger: logger) { () async throws(JWTAuthenticationError) in
                try await download.keys(at: url)
            }
        case .keys(let keys): return KeyRing(refresh: fixed, now: now, logger: logger) { keys }
        case .secret(let secret):
            let key = JWTKey(id: nil, material: .secret(HMACKey(from: secret)))
            return KeyRing(refresh: fixed, now: now, logger: logger) { [key] }
        }
    }
}

extension Duration {
    /// Whole milliseconds; the longest there are for anything longer.
    fileprivate var milliseconds: Int64 {
        let (product, overflow) = self.components.seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product + self.components.attoseconds / 1_000_000_000_000_000
    }
}
