import CryptoExtras
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A new certificate for rich notifications, with its private key: made here, and signed by itself.
public struct NewCertificate: Sendable {
    /// For whoever sends.
    public let certificatePEM: String
    /// For nobody else, as PKCS #8.
    public let privateKeyPEM: String

    /// Makes a key and a certificate for it. That takes a second or so.
    ///
    /// - Parameters:
    ///   - name: What the certificate says it is for.
    ///   - bits: How many bits the key has: 2,048, 3,072 or 4,096.
    ///   - now: From when on it is valid.
    ///   - lifetime: For how long. Graph does not look at it. Two years.
    /// - Throws: ``GraphError/Code/invalidDeclaration`` if the key cannot have as many bits.
    public init(
        name: String, bits: Int = 2048, now: Date = Date(), lifetime: Duration = .seconds(2 * 365 * 24 * 3600)
    ) throws(GraphError) {
        guard [2048, 3072, 4096].contains(bits) else {
            throw GraphError(.invalidDeclaration, "The key of a certificate has 2048, 3072 or 4096 bits.")
        }
        do {
            let key = try _RSA.Signing.PrivateKey(keySize: .init(bitCount: bits))
            let subject = try DistinguishedName { CommonName(name) }
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
                notValidBefore: now, notValidAfter: now.addingTimeInterval(lifetime / .seconds(1)), issuer: subject,
                subject: subject, signatureAlgorithm: .sha256WithRSAEncryption, extensions: .init(),
                issuerPrivateKey: .init(key)
            )
            self.certificatePEM = try certificate.serializeAsPEM().pemString
            self.privateKeyPEM = key.pkcs8PEMRepresentation
        } catch {
            throw GraphError(.invalidDeclaration, "The certificate could not be made; try another name.", cause: error)
        }
    }
}
