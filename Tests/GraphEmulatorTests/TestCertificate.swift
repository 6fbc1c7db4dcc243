import Crypto
import CryptoExtras
import Foundation
import JWTKit
import SwiftASN1
import X509

import enum SignedTokens.Base64URL

@testable import GraphEmulator

/// A self-made certificate with its key, as an application or a receiver has one.
struct TestCertificate: Sendable {
    let key: _RSA.Signing.PrivateKey
    let pem: String
    let der: [UInt8]

    /// - Parameter bits: The size of the key.
    init(bits: Int = 2048) throws {
        self.key = try _RSA.Signing.PrivateKey(unsafeKeySize: _RSA.Signing.KeySize(bitCount: bits))
        let certificate = try Self.certificate(Certificate.PrivateKey(self.key), .sha256WithRSAEncryption)
        self.pem = try certificate.serializeAsPEM().pemString
        self.der = try certificate.serializeAsPEM().derBytes
    }

    /// One with a key on an elliptic curve, in base64.
    static func elliptic() throws -> String {
        let certificate = try Self.certificate(Certificate.PrivateKey(P256.Signing.PrivateKey()), .ecdsaWithSHA256)
        return Data(try certificate.serializeAsPEM().derBytes).base64EncodedString()
    }

    var base64: String { Data(self.der).base64EncodedString() }

    private static func certificate(
        _ key: Certificate.PrivateKey, _ algorithm: Certificate.SignatureAlgorithm
    ) throws -> Certificate {
        let name = try DistinguishedName { CommonName("test") }
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey, notValidBefore: Date(),
            notValidAfter: Date().addingTimeInterval(86_400), issuer: name, subject: name, signatureAlgorithm: algorithm,
            extensions: Certificate.Extensions {}, issuerPrivateKey: key
        )
    }

    /// A client assertion signed with the key: RS256 with `x5t`, or PS256 with `x5t#S256`.
    func assertion(_ claims: [String: Any], algorithm: String = "PS256", padding: String = "") throws -> String {
        var header: [String: Any] = ["typ": "JWT", "alg": algorithm]
        if algorithm == "RS256" {
            header["x5t"] = Base64URL.encode(Insecure.SHA1.hash(data: self.der)) + padding
        } else {
            header["x5t#S256"] = Base64URL.encode(SHA256.hash(data: self.der))
        }
        let parts = try [header, claims].map { Base64URL.encode(try JSONSerialization.data(withJSONObject: $0)) }
        let signed = parts.joined(separator: ".")
        let signature = try self.key.signature(
            for: SHA256.hash(data: Data(signed.utf8)), padding: algorithm == "RS256" ? .insecurePKCS1v1_5 : .PSS
        )
        return "\(signed).\(Base64URL.encode(signature.rawRepresentation))"
    }
}
