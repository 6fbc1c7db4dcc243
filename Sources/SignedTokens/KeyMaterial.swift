import JWTKit

/// A key as such. Its kind says what it may be used with, so that no public key is ever taken for a shared secret.
enum KeyMaterial: Sendable {
    case rsa(Insecure.RSA.PublicKey)
    case p256(ES256PublicKey)
    case p384(ES384PublicKey)
    case p521(ES512PublicKey)
    case ed25519(EdDSA.PublicKey)
    case secret(HMACKey)

    /// What it may be used with.
    var algorithms: [SigningAlgorithm] {
        switch self {
        case .rsa: [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
        case .p256: [.es256]
        case .p384: [.es384]
        case .p521: [.es512]
        case .ed25519: [.edDSA]
        case .secret: [.hs256]
        }
    }

    /// What checks signatures made with `algorithm`; `nil` if the key is not for it.
    func verifier(for algorithm: SigningAlgorithm) async throws -> (any JWTAlgorithm)? {
        let keys = JWTKeyCollection()
        switch (self, algorithm) {
        case (.rsa(let key), .rs256): await keys.add(rsa: key, digestAlgorithm: .sha256)
        case (.rsa(let key), .rs384): await keys.add(rsa: key, digestAlgorithm: .sha384)
        case (.rsa(let key), .rs512): await keys.add(rsa: key, digestAlgorithm: .sha512)
        case (.rsa(let key), .ps256): await keys.add(pss: key, digestAlgorithm: .sha256)
        case (.rsa(let key), .ps384): await keys.add(pss: key, digestAlgorithm: .sha384)
        case (.rsa(let key), .ps512): await keys.add(pss: key, digestAlgorithm: .sha512)
        case (.p256(let key), .es256): await keys.add(ecdsa: key)
        case (.p384(let key), .es384): await keys.add(ecdsa: key)
        case (.p521(let key), .es512): await keys.add(ecdsa: key)
        case (.ed25519(let key), .edDSA): await keys.add(eddsa: key)
        case (.secret(let key), .hs256): await keys.add(hmac: key, digestAlgorithm: .sha256)
        default: return nil
        }
        return try await keys.getKey()
    }
}
