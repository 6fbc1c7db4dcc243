import Crypto
import CryptoExtras
import JWTKit
import enum SignedTokens.Base64URL

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Signs tokens with one key, whether or not that key is served.
///
/// Signing takes a millisecond or so: do it outside of the emulator's lock.
struct TokenSigner: Sendable {
    /// How a token is signed: by the first, unless a fault wants it otherwise.
    enum Algorithm: String {
        case rs256 = "RS256"
        case ps256 = "PS256"
        /// With what everybody knows: the public key in PEM is the secret.
        case symmetric = "HS256"
        /// Not at all.
        case none = "none"
    }

    let key: SigningKey

    /// The compact form of a token with these claims.
    ///
    /// - Parameters:
    ///   - version: Tokens of the first form name the key's certificate as well.
    ///   - algorithm: How it is signed.
    func sign(_ claims: some JWTPayload, version: TokenVersion, by algorithm: Algorithm = .rs256) throws -> String {
        var header = JWTHeader()
        header.typ = "JWT"
        header.alg = algorithm.rawValue
        header.kid = self.key.id
        if version == .v1 { header.x5t = self.key.id }
        let encoder: any JWTJSONEncoder = .defaultForJWT
        let signed = try "\(Base64URL.encode(encoder.encode(header))).\(Base64URL.encode(encoder.encode(claims)))"
        return try "\(signed).\(Base64URL.encode(self.signature(of: Data(signed.utf8), by: algorithm)))"
    }

    private func signature(of signed: Data, by algorithm: Algorithm) throws -> Data {
        let privateKey = self.key.privateKey
        switch algorithm {
        case .rs256:
            return try privateKey.signature(for: SHA256.hash(data: signed), padding: .insecurePKCS1v1_5).rawRepresentation
        case .ps256: return try privateKey.signature(for: SHA256.hash(data: signed), padding: .PSS).rawRepresentation
        case .symmetric:
            let secret = SymmetricKey(data: Data(privateKey.publicKey.pemRepresentation.utf8))
            return Data(HMAC<SHA256>.authenticationCode(for: signed, using: secret))
        case .none: return Data()
        }
    }
}
