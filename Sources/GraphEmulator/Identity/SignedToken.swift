import Crypto
import CryptoExtras
import JWTKit

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A token as somebody sent it: what it says, and what its signature is made of.
struct SignedToken<Claims: JWTPayload>: Sendable {
    let header: JWTHeader
    let claims: Claims
    private let signed: [UInt8]
    private let signature: Data

    /// Takes a compact token apart, without believing it.
    ///
    /// - Throws: If it is not of three parts, or the parts are not what they should be.
    init(_ text: String) throws {
        let parsed = try DefaultJWTParser().parse(Array(text.utf8), as: Claims.self)
        self.header = parsed.header
        self.claims = parsed.payload
        self.signature = parsed.signature
        self.signed = Array(text.utf8[..<(text.utf8.lastIndex(of: UInt8(ascii: ".")) ?? text.endIndex)])
    }

    /// Whether `key` signed it, by one of the two algorithms that are accepted here.
    func isSigned(by key: _RSA.Signing.PublicKey) -> Bool {
        let padding: _RSA.Signing.Padding
        switch self.header.alg {
        case "RS256": padding = .insecurePKCS1v1_5
        case "PS256": padding = .PSS
        default: return false
        }
        return key.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: self.signature), for: SHA256.hash(data: self.signed), padding: padding
        )
    }
}
