import Crypto
import CryptoExtras
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A certificate for rich notifications, with its private key.
///
/// Graph seals what it sends with the public key in the certificate. It looks at nothing else in it: neither at who issued
/// it nor at when it expires.
public struct DecryptionKey: Sendable {
    /// How many bits the RSA key may have.
    public static let allowedBits = 2048...4096
    /// The longest name, in characters.
    public static let maximumIDLength = 128

    /// The name that notifications call the certificate by (`encryptionCertificateId`).
    public let id: String
    /// The SHA-1 digest of the certificate, in hexadecimal and upper case.
    public let thumbprint: String
    /// The certificate as Graph wants it (`encryptionCertificate`): DER in Base64.
    public let certificate: String
    /// When the certificate expires, in milliseconds since 1970. Graph does not mind; people may.
    public let expiresAt: Int64
    // Read once and never changed; what does the work underneath guards itself. The same key is `Sendable` as one for signing.
    nonisolated(unsafe) let privateKey: _RSA.Encryption.PrivateKey

    /// - Parameters:
    ///   - id: The certificate's name, at most 128 characters.
    ///   - certificatePEM: The certificate, beginning with `-----BEGIN CERTIFICATE-----`.
    ///   - privateKeyPEM: Its private key, RSA with 2,048 to 4,096 bits, as PKCS #1 or PKCS #8 without a password.
    /// - Throws: ``GraphError/Code/invalidDeclaration`` if they are not that, or do not belong together.
    public init(id: String, certificatePEM: String, privateKeyPEM: String) throws(GraphError) {
        guard !id.isEmpty, id.count <= Self.maximumIDLength else {
            throw Self.refused("The name of a certificate has 1 to \(Self.maximumIDLength) characters.")
        }
        guard let document = try? PEMDocument(pemString: certificatePEM),
            let certificate = try? Certificate(pemDocument: document)
        else {
            throw Self.refused("The certificate '\(id)' is not a certificate in PEM: it begins with -----BEGIN CERTIFICATE-----.")
        }
        // A PEM file may have a word to say before the key.
        guard let key = try? _RSA.Encryption.PrivateKey(pemRepresentation: privateKeyPEM),
            Self.allowedBits.contains(key.keySizeInBits)
        else {
            throw Self.refused(
                "The private key of the certificate '\(id)' is not an RSA key of 2,048 to 4,096 bits in PEM without a password."
            )
        }
        guard _RSA.Signing.PublicKey(certificate.publicKey)?.derRepresentation == key.publicKey.derRepresentation else {
            throw Self.refused("The private key is not the one of the certificate '\(id)'.")
        }
        self.id = id
        self.certificate = Data(document.derBytes).base64EncodedString()
        self.expiresAt = Int64(certificate.notValidAfter.timeIntervalSince1970 * 1000)
        self.thumbprint = Self.thumbprint(of: document.derBytes)
        self.privateKey = key
    }

    /// A certificate and its private key from one text that holds both in PEM, such as a file made by `tidings certificate new`.
    ///
    /// - Throws: ``GraphError/Code/invalidDeclaration``.
    public init(id: String, pem: String) throws(GraphError) {
        let documents = (try? PEMDocument.parseMultiple(pemString: pem)) ?? []
        guard let certificate = documents.first(where: { $0.discriminator == "CERTIFICATE" }),
            let key = documents.first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") })
        else {
            throw Self.refused("'\(id)' needs both a certificate and its private key, in PEM and without a password.")
        }
        try self.init(id: id, certificatePEM: certificate.pemString, privateKeyPEM: key.pemString)
    }

    private static func thumbprint(of certificate: [UInt8]) -> String {
        Insecure.SHA1.hash(data: certificate).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static func refused(_ message: String) -> GraphError { GraphError(.invalidDeclaration, message) }
}

extension DecryptionKey: CustomStringConvertible {
    public var description: String { "DecryptionKey(\(self.id))" }
}
