import Crypto
import NIOSSL
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A second port of the emulator, with TLS: some clients do not sign in over anything else.
///
/// The certificate is for this machine only, and of an authority that nobody trusts until told to: give ``authority`` to the
/// client, for example as a file named by `SSL_CERT_FILE` or `REQUESTS_CA_BUNDLE`. The authority's own key is thrown away, so
/// nobody can make other certificates with it.
public struct EmulatorTLS: Sendable, Equatable {
    /// The port to listen on; 0 takes a free one.
    public var port: Int
    /// The certificate that clients have to trust, in PEM.
    public var authority: String
    /// The server's certificate, in PEM.
    public var certificate: String
    /// The server's key, in PEM. It should stay on this machine.
    public var privateKey: String

    public init(port: Int, authority: String, certificate: String, privateKey: String) {
        self.port = port
        self.authority = authority
        self.certificate = certificate
        self.privateKey = privateKey
    }

    /// Makes a new authority and a certificate for `localhost`, `127.0.0.1` and `::1`, good for a year.
    ///
    /// - Parameters:
    ///   - port: The port to listen on; 0 takes a free one.
    ///   - now: Milliseconds since 1970, by the clock that clients go by.
    public static func random(port: Int, now: Int64 = EmulatorClock.system.now()) throws -> EmulatorTLS {
        let authorityKey = P256.Signing.PrivateKey()
        let serverKey = P256.Signing.PrivateKey()
        let authorityName = try DistinguishedName { CommonName("Tidings emulator on this machine") }
        let start = Date(timeIntervalSince1970: Double(now / 1000) - 3600)
        let end = start.addingTimeInterval(366 * 86_400)
        let authorityID = SubjectKeyIdentifier(hash: Certificate.PublicKey(authorityKey.publicKey))
        let authority = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(authorityKey.publicKey),
            notValidBefore: start, notValidAfter: end, issuer: authorityName, subject: authorityName,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
                authorityID
            },
            issuerPrivateKey: Certificate.PrivateKey(authorityKey)
        )
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(serverKey.publicKey),
            notValidBefore: start, notValidAfter: end, issuer: authorityName,
            subject: try DistinguishedName { CommonName("localhost") }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([
                    .dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                    .ipAddress(ASN1OctetString(contentBytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
                ])
                SubjectKeyIdentifier(hash: Certificate.PublicKey(serverKey.publicKey))
                AuthorityKeyIdentifier(keyIdentifier: authorityID.keyIdentifier)
            },
            issuerPrivateKey: Certificate.PrivateKey(authorityKey)
        )
        return EmulatorTLS(
            port: port, authority: try authority.serializeAsPEM().pemString + "\n",
            certificate: try certificate.serializeAsPEM().pemString + "\n", privateKey: serverKey.pemRepresentation + "\n"
        )
    }

    /// Whether the certificate can be read, and is good for a day more.
    ///
    /// - Parameter now: Milliseconds since 1970.
    public func isGood(at now: Int64) -> Bool {
        guard let certificate = try? Certificate(pemEncoded: self.certificate), (try? self.configuration()) != nil else {
            return false
        }
        return certificate.notValidAfter.timeIntervalSince1970 > Double(now / 1000 + 86_400)
    }

    /// - Throws: ``GraphEmulatorError`` if certificate or key cannot be read.
    func configuration() throws(GraphEmulatorError) -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(self.certificate.utf8))
            let key = try NIOSSLPrivateKey(bytes: Array(self.privateKey.utf8), format: .pem)
            return .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)
            )
        } catch {
            throw GraphEmulatorError(
                .invalidCertificate, "The certificate or the key for TLS cannot be read: both must be in PEM."
            )
        }
    }
}
