import Crypto
import CryptoExtras
import HTTPTypes
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the resource data of a subscription is encrypted with.
struct EncryptionCertificate: Sendable, Equatable, Codable {
    /// The name under which the receiver keeps the private key; written as it came.
    var id: String
    /// The RSA key, as DER of its `SubjectPublicKeyInfo`: the key itself cannot be shared between threads.
    let publicKey: Data
    /// SHA-1 of the certificate, in hexadecimal with capitals.
    let thumbprint: String

    static let maximumIDLength = 128
    private static let keySizes = 2048...4096

    /// - Parameter base64: An X.509 certificate in DER. Who issued it, and when it ends, does not matter.
    init(_ base64: String, id: String) throws(GraphRefusal) {
        guard let der = Data(base64Encoded: base64), let certificate = try? Certificate(derEncoded: Array(der)) else {
            throw .notACertificate
        }
        guard let key = _RSA.Signing.PublicKey(certificate.publicKey), Self.keySizes.contains(key.keySizeInBits) else {
            throw .unfitCertificate
        }
        guard id.utf16.count <= Self.maximumIDLength else { throw .certificateIDTooLong }
        self.id = id
        self.publicKey = key.derRepresentation
        self.thumbprint = Insecure.SHA1.hash(data: der).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return byte < 16 ? "0\(digits)" : digits
        }.joined()
    }

    /// Encrypts something short with RSA-OAEP; with SHA-1 unless a fault wants another padding.
    func encrypt(_ secret: [UInt8], padding: _RSA.Encryption.Padding = .PKCS1_OAEP) throws -> Data {
        try _RSA.Encryption.PublicKey(unsafeDERRepresentation: self.publicKey).encrypt(Data(secret), padding: padding)
    }
}

extension GraphRefusal {
    static let notACertificate = GraphRefusal(
        .badRequest, "InvalidRequest", "Certificate validation error: Cannot find the requested object."
    )

    static let unfitCertificate = GraphRefusal(
        .badRequest, "InvalidRequest",
        "Certificate validation error: the certificate must have an RSA key of 2,048 to 4,096 bits."
    )

    static let certificateIDTooLong = GraphRefusal(
        .badRequest, "InvalidRequest", "The value of the 'encryptionCertificateId' property is longer than 128 characters."
    )
}
