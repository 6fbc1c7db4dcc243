import JSONBytes
import JWTKit

/// A public key that tokens may be signed with.
public struct JWTKey: Sendable {
    /// The name that tokens call it by, if it has one.
    public let id: String?
    let material: KeyMaterial
    let algorithms: [SigningAlgorithm]

    init(id: String?, material: KeyMaterial, algorithms: [SigningAlgorithm]? = nil) {
        self.id = id
        self.material = material
        self.algorithms = algorithms ?? material.algorithms
    }

    /// A key in PEM: RSA with 2048 bits or more, P-256, P-384 or P-521.
    ///
    /// - Parameters:
    ///   - pem: The public key, beginning with `-----BEGIN PUBLIC KEY-----`.
    ///   - id: The name that tokens call it by (`kid`); `nil` if they do not.
    public init(pem: String, id: String? = nil) throws(JWTAuthenticationError) {
        let material: KeyMaterial
        if let key = try? Insecure.RSA.PublicKey(pem: pem) {
            material = .rsa(key)
        } else if let key = try? ES256PublicKey(pem: pem) {
            material = .p256(key)
        } else if let key = try? ES384PublicKey(pem: pem) {
            material = .p384(key)
        } else if let key = try? ES512PublicKey(pem: pem) {
            material = .p521(key)
        } else {
            throw JWTAuthenticationError(
                .invalidConfiguration,
                "The PEM holds no public key that can be used: RSA with 2048 bits or more, P-256, P-384 or P-521."
            )
        }
        self.init(id: id, material: material)
    }

    /// A key as JSON (RFC 7517), such as one of the list that an issuer publishes: `RSA`, `EC`, or `OKP` with Ed25519.
    public init(jwk: String) throws(JWTAuthenticationError) {
        var jwk = jwk
        let key = jwk.withUTF8 { bytes -> JWTKey? in
            var reader = JSONReader(UnsafeRawBufferPointer(bytes))
            guard let key = try? JSONWebKey(from: &reader), (try? reader.finish()) != nil else { return nil }
            return key.key
        }
        guard let key else {
            throw JWTAuthenticationError(
                .invalidConfiguration,
                "The JWK is no public key that can be used: RSA with 2048 bits or more, P-256, P-384, P-521 or Ed25519."
            )
        }
        self = key
    }
}
