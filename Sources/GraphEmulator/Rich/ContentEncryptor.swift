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
    private static let blockLength = 16

    /// - Returns: The `encryptedContent` of a notification.
    /// - Throws: A crypto error if the key is not 32 bytes, or the certificate's key is too small for it.
    static func seal(_ content: UnsealedContent) throws -> JSONObject {
        let certificate = content.certificate
        let flaw = content.flaw
        let key = flaw == .shortKey ? Array(content.key.prefix(16)) : content.key
        var sealed = try Self.encrypt(Self.plaintext(content), key: key)
        Self.damage(&sealed, flaw, key: key)
        var dataKey = try certificate.encrypt(key, padding: flaw == .wrongKeyPadding ? .PKCS1_OAEP_SHA256 : .PKCS1_OAEP)
        // As a number it stays below the modulus, so that only what is in it is wrong.
        if flaw == .wrongKey { dataKey[dataKey.startIndex + dataKey.count / 2] ^= 0xFF }
        let isUnknown = flaw == .unknownCertificate
        var object = JSONObject()
        object.set("data", sealed.data.base64EncodedString())
        object.set("dataKey", dataKey.base64EncodedString())
        if flaw != .withoutSignature { object.set("dataSignature", sealed.signature.base64EncodedString()) }
        object.set(
            "encryptionCertificateId",
            isUnknown || flaw == .unknownCertificateID ? "nobody-knows-this-certificate" : certificate.id
        )
        object.set(
            "encryptionCertificateThumbprint", isUnknown ? String(repeating: "0", count: 40) : certificate.thumbprint
        )
        return object
    }

    private static func plaintext(_ content: UnsealedContent) -> Data {
        switch content.flaw {
        case .notJSON: Data("This is not JSON.".utf8)
        // 0xFF never stands in UTF-8.
        case .notUTF8: Data("{\"subject\":\"".utf8) + [0xFF] + Data("\"}".utf8)
        default: Data(content.plaintext.readableBytesView)
        }
    }

    private static func damage(_ sealed: inout (data: Data, signature: Data), _ flaw: Fault.ContentFlaw?, key: [UInt8]) {
        switch flaw {
        case .wrongSignature: sealed.signature = Self.sign(sealed.data + [0], key: key)
        case .tampered: Self.spoilPadding(of: &sealed.data)
        case .wrongPadding:
            Self.spoilPadding(of: &sealed.data)
            sealed.signature = Self.sign(sealed.data, key: key)
        case .truncated:
            sealed.data.removeLast(min(8, sealed.data.count))
            sealed.signature = Self.sign(sealed.data, key: key)
        default: break
        }
    }

    /// Changes the last byte of the last block but one, which changes that of the plaintext: to more than a block is filled with.
    private static func spoilPadding(of data: inout Data) {
        data[data.endIndex - 1 - min(Self.blockLength, data.count - 1)] ^= 0x80
    }

    /// The ciphertext, and the HMAC of its bytes. The initialization vector is the first half of the key.
    static func encrypt(_ plaintext: Data, key: [UInt8]) throws -> (data: Data, signature: Data) {
        let vector = try AES._CBC.IV(ivBytes: key.prefix(Self.blockLength))
        let data = try AES._CBC.encrypt(plaintext, using: SymmetricKey(data: key), iv: vector)
        return (data, Self.sign(data, key: key))
    }

    private static func sign(_ data: Data, key: [UInt8]) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: data, using: SymmetricKey(data: key)))
    }
}
