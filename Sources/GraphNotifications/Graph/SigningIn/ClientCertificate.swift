import Crypto
import CryptoExtras
import JWTKit
import SwiftASN1
import X509

import enum SignedTokens.Base64URL

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A certificate and its private key, with which an application shows who it is.
///
/// Its description does not show the key.
public struct ClientCertificate: Sendable {
    let key: _RSA.Signing.PrivateKey
    /// SHA-256 of the certificate, in base64url without padding: the `x5t#S256` of a JSON Web Token.
    let thumbprint: String
    /// When it is valid no longer, in milliseconds since 1970.
    public let expiresAt: Int64

    /// Reads a certificate and its RSA key (PKCS #8 or PKCS #1, not encrypted) from one PEM document, in any order.
    ///
    /// Of several certificates the one that fits the key counts.
    ///
    /// - Throws: ``GraphError/Code/invalidDeclaration`` saying what is missing or does not fit.
    public init(pem: String) throws(GraphError) {
        let documents: [PEMDocument]
        do {
            documents = try PEMDocument.parseMultiple(pemString: pem)
        } catch {
            throw Self.invalid("The client certificate is not a PEM file with a certificate and a private key.", error)
        }
        if documents.contains(where: { $0.discriminator == "ENCRYPTED PRIVATE KEY" }) {
            throw Self.invalid("The private key of the client certificate is encrypted: give it without a password.")
        }
        guard let keyDocument = documents.first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") }) else {
            throw Self.invalid("The client certificate's file has no private key: add it to the PEM file.")
        }
        do {
            self.key = try _RSA.Signing.PrivateKey(derRepresentation: keyDocument.derBytes)
        } catch {
            throw Self.invalid("The private key of the client certificate is not an RSA key of 2,048 bits or more.", error)
        }
        let publicKey = Certificate.PublicKey(self.key.publicKey)
        for document in documents where document.discriminator == "CERTIFICATE" {
            guard let certificate = try? Certificate(pemDocument: document), certificate.publicKey == publicKey else { continue }
            self.thumbprint = Self.thumbprint(of: document.derBytes)
            self.expiresAt = Int64(certificate.notValidAfter.timeIntervalSince1970 * 1000)
            return
        }
        throw Self.invalid("The client certificate's file has no certificate that belongs to its private key.")
    }

    /// - Parameter certificate: In DER.
    static func thumbprint(of certificate: [UInt8]) -> String {
        Base64URL.encode(SHA256.hash(data: certificate))
    }

    private static func invalid(_ message: String, _ cause: (any Error)? = nil) -> GraphError {
        GraphError(.invalidDeclaration, message, cause: cause)
    }
}

extension ClientCertificate: CustomStringConvertible {
    public var description: String { "ClientCertificate(\(self.thumbprint))" }
}
