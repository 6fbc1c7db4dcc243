import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// A certificate that is signed by itself, made for one test.
struct TestCertificate {
    let key: _RSA.Signing.PrivateKey
    let certificate: String

    init(key: _RSA.Signing.PrivateKey? = nil, until end: Date = Date(timeIntervalSince1970: 2_000_000_000)) throws {
        let key = try key ?? _RSA.Signing.PrivateKey(keySize: .bits2048)
        let name = try DistinguishedName { CommonName("client.test") }
        self.key = key
        self.certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: 1_500_000_000), notValidAfter: end, issuer: name, subject: name,
            signatureAlgorithm: .sha256WithRSAEncryption, extensions: .init(), issuerPrivateKey: .init(key)
        ).serializeAsPEM().pemString
    }

    /// SHA-256 of the certificate, in base64url.
    var thumbprint: String {
        get throws {
            let der = try PEMDocument(pemString: self.certificate).derBytes
            return Data(SHA256.hash(data: der)).base64EncodedString().replacingOccurrences(of: "+", with: "-")
                .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
        }
    }
}
