import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// What an application has that subscribes to resource data: a certificate, and the key that opens what is sent.
struct TestCertificate {
    let key: _RSA.Signing.PrivateKey
    let der: [UInt8]

    init(bits: _RSA.Signing.KeySize = .bits2048) throws {
        self.key = try _RSA.Signing.PrivateKey(unsafeKeySize: bits)
        let name = try DistinguishedName { CommonName("graph-notify-test") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(self.key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: 0), notValidAfter: Date(timeIntervalSince1970: 1), issuer: name,
            subject: name, signatureAlgorithm: .sha256WithRSAEncryption, extensions: Certificate.Extensions(),
            issuerPrivateKey: Certificate.PrivateKey(self.key)
        )
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        self.der = serializer.serializedBytes
    }

    var base64: String { Data(self.der).base64EncodedString() }

    struct Tampered: Error {}

    /// Does what Microsoft says a receiver has to do.
    func open(_ content: [String: Any]) throws -> String {
        func data(_ name: String) throws -> Data {
            guard let text = content[name] as? String, let data = Data(base64Encoded: text) else { throw Tampered() }
            return data
        }
        let opener = try _RSA.Encryption.PrivateKey(derRepresentation: self.key.derRepresentation)
        let key = try opener.decrypt(data("dataKey"), padding: .PKCS1_OAEP)
        guard key.count == 32 else { throw Tampered() }
        let sealed = try data("data")
        guard
            HMAC<SHA256>.isValidAuthenticationCode(
                try data("dataSignature"), authenticating: sealed, using: SymmetricKey(data: key))
        else { throw Tampered() }
        let plaintext = try AES._CBC.decrypt(
            sealed, using: SymmetricKey(data: key), iv: AES._CBC.IV(ivBytes: Array(key.prefix(16))))
        guard let text = String(validating: plaintext, as: UTF8.self) else { throw Tampered() }
        return text
    }
}
