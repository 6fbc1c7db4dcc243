import JWTKit
package import Logging

/// Where the keys are that tokens are signed with.
public struct JWTKeySource: Sendable {
    enum Kind: Sendable {
        case discovery
        case url(String)
        case keys([JWTKey])
        case secret(String)
    }

    let kind: Kind

    /// Where the issuer says: at the `jwks_uri` of its `/.well-known/openid-configuration`. There must be one issuer only.
    public static let issuer = JWTKeySource(kind: .discovery)

    /// At a URL that answers a JSON Web Key Set: with `https`, or on this machine.
    public static func jwks(_ url: String) -> JWTKeySource { JWTKeySource(kind: .url(url)) }

    /// These public keys, and no others.
    public static func keys(_ keys: [JWTKey]) -> JWTKeySource { JWTKeySource(kind: .keys(keys)) }

    /// A secret that the issuer and this server share: tokens are signed with `HS256`.
    ///
    /// - Parameter secret: At least 32 bytes of randomness; whoever knows it can be anybody.
    public static func sharedSecret(_ secret: String) -> JWTKeySource { JWTKeySource(kind: .secret(secret)) }

    /// Makes sure that keys can be had from there, and that nobody on the way can change them.
    ///
    /// - Throws: ``JWTAuthenticationError/Code/invalidConfiguration``.
    package func check(issuers: [String]) throws(JWTAuthenticationError) {
        func refuse(_ message: String) -> JWTAuthenticationError { JWTAuthenticationError(.invalidConfiguration, message) }
        switch self.kind {
        case .discovery:
            guard issuers.count == 1, ServiceAddress.isConfidential(issuers[0]) else {
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

    /// The keys, fetched when they are needed.
    ///
    /// - Parameters:
    ///   - issuer: Who is asked where the keys are, if that is how they are found.
    ///   - lifetime: After that long they are fetched again.
    package func ring(
        issuer: String, lifetime: Duration, download: KeyDownload, now: @escaping @Sendable () -> Int64, logger: Logger
    ) -> KeyRing {
        let remote = KeyRefresh(lifetime: lifetime.milliseconds)
        // What was given does not change.
        let fixed = KeyRefresh(lifetime: .max, pause: .max)
        switch self.kind {
        case .discovery:
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
