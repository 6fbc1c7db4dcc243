import Crypto
import CryptoExtras
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Encrypts the content of rich notifications: AES-256-CBC with a key of its own, that key with the certificate's.
enum ContentEncryptor {
    private static let initializationVectorLength = 16

    /// - Returns: The `encryptedContent` of a notification.
    /// - Throws: A crypto error if the key is not 32 bytes, or the certificate's key is too small for it.
    static func seal(_ content: UnsealedContent) throws -> JSONObject {
        let certificate = content.certificate
        let flaw = content.flaw
        let plaintext = flaw == .notJSON ? Data("This is not JSON.".utf8) : Data(content.plaintext.readableBytesView)
        var sealed = try Self.encrypt(plaintext, key: content.key)
        if flaw == .truncated {
            sealed.data.removeLast(min(8, sealed.data.count))
            sealed.signature = Self.sign(sealed.data, key: content.key)
        }
        if flaw == .wrongSignature { sealed.signature = Self.sign(sealed.data + [0], key: content.key) }
        var dataKey = try certificate.encrypt(content.key)
        // As a number it stays below the modulus, so that only what is in it is wrong.
        if flaw == .wrongKey { dataKey[dataKey.startIndex + dataKey.count / 2] ^= 0xFF }
        let isUnknown = flaw == .unknownCertificate
        var object = JSONObject()
        object.set("data", sealed.data.base64EncodedString())
        object.set("dataKey", dataKey.base64EncodedString())
        object.set("dataSignature", sealed.signature.base64EncodedString())
        object.set("encryptionCertificateId", isUnknown ? "nobody-knows-this-certificate" : certificate.id)
        object.set(
            "encryptionCertificateThumbprint", isUnknown ? String(repeating: "0", count: 40) : certificate.thumbprint
        )
        return object
    }

    /// The ciphertext, and the HMAC of its bytes. The initialization vector is the first half of the key.
    static func encrypt(_ plaintext: Data, key: [UInt8]) throws -> (data: Data, signature: Data) {
        let vector = try AES._CBC.IV(ivBytes: key.prefix(Self.initializationVectorLength))
        let data = try AES._CBC.encrypt(plaintext, using: SymmetricKey(data: key), iv: vector)
        return (data, Self.sign(data, key: key))
    }

    private static func sign(_ data: Data, key: [UInt8]) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: data, using: SymmetricKey(data: key)))
    }
}
