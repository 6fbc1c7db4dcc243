import Crypto
import CryptoExtras
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A certificate whose key encrypts the keys of notifications. Who issued it and until when it is good does not matter.
struct EncryptionCertificate: Sendable {
    /// The public key in DER: the key itself cannot be shared between threads.
    private let publicKeyDER: Data
    /// The SHA-1 of the certificate in hexadecimal capitals.
    let thumbprint: String
    /// How many bits the RSA key has.
    let keySize: Int

    /// - Parameter text: The certificate in DER, as base64.
    /// - Returns: `nil` if that is not a certificate, or its key is not an RSA key of at least 1,024 bits.
    init?(base64 text: String) {
        guard let der = Data(base64Encoded: text), let certificate = try? Certificate(derEncoded: Array(der)),
            let key = _RSA.Signing.PublicKey(certificate.publicKey)
        else { return nil }
        self.publicKeyDER = key.derRepresentation
        self.keySize = key.keySizeInBits
        self.thumbprint = Insecure.SHA1.hash(data: der).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }

    /// Encrypts something short with RSA-OAEP and SHA-1.
    func encrypt(_ secret: [UInt8]) throws -> Data {
        try _RSA.Encryption.PublicKey(unsafeDERRepresentation: self.publicKeyDER).encrypt(Data(secret), padding: .PKCS1_OAEP)
    }
}

extension SubscriptionDraft {
    /// Refuses resource data without a certificate that it could be encrypted with, and the name of that.
    func checkEncryption() throws(GraphRefusal) {
        guard let text = self.encryptionCertificate, !text.isEmpty else { throw .missingProperty("encryptionCertificate") }
        guard let id = self.encryptionCertificateID, !id.isEmpty else { throw .missingProperty("encryptionCertificateId") }
        guard let certificate = EncryptionCertificate(base64: text), (2048...4096).contains(certificate.keySize) else {
            throw .invalidCertificate
        }
    }
}
