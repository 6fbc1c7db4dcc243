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
}
