import Crypto
import CryptoExtras
import SwiftASN1
import X509

import enum SignedTokens.Base64URL

/// A certificate with which an application signs in: its key, and the thumbprints by which assertions name it.
struct ClientCertificate: Sendable {
    let publicKey: _RSA.Signing.PublicKey
    /// SHA-1, in base64url.
    let thumbprint: String
    /// SHA-256, in base64url.
    let thumbprint256: String

    /// - Throws: If it is no certificate, or its key is not RSA.
    init(pem: String) throws {
        let certificate = try Certificate(pemEncoded: pem)
        guard let key = _RSA.Signing.PublicKey(certificate.publicKey) else {
            throw CertificateError.unsupportedPublicKeyAlgorithm(reason: "not RSA")
        }
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        self.publicKey = key
        self.thumbprint = Base64URL.encode(Insecure.SHA1.hash(data: serializer.serializedBytes))
        self.thumbprint256 = Base64URL.encode(SHA256.hash(data: serializer.serializedBytes))
    }
}
