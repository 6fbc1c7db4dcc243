import Crypto
import CryptoExtras
import JWTKit
import enum SignedTokens.Base64URL

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Signs tokens with one key (RS256), whether or not that key is served.
///
/// Signing takes a millisecond or so: do it outside of the emulator's lock.
struct TokenSigner: Sendable {
    let key: SigningKey

    /// The compact form of a token with these claims.
    ///
    /// - Parameter version: Tokens of the first form name the key's certificate as well.
    func sign(_ claims: some JWTPayload, version: TokenVersion) throws -> String {
        var header = JWTHeader()
        header.typ = "JWT"
        header.alg = "RS256"
        header.kid = self.key.id
        if version == .v1 { header.x5t = self.key.id }
        let encoder: any JWTJSONEncoder = .defaultForJWT
        let signed = try "\(Base64URL.encode(encoder.encode(header))).\(Base64URL.encode(encoder.encode(claims)))"
        let signature = try self.key.privateKey.signature(
            for: SHA256.hash(data: Data(signed.utf8)), padding: .insecurePKCS1v1_5
        )
        return "\(signed).\(Base64URL.encode(signature.rawRepresentation))"
    }
}
