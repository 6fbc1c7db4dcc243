import Crypto
import CryptoExtras
import JSONBytes
public import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Opens what a rich notification brings.
public enum ContentDecryptor {
    private static let keySize = 32
    private static let blockSize = 16

    /// The resource inside, as JSON.
    ///
    /// The item's key is opened with RSA-OAEP (SHA-1), the content verified with HMAC-SHA256 in constant time, and only then
    /// deciphered with AES-256-CBC. One private key operation: it takes most of a millisecond, so not on an event loop.
    ///
    /// - Throws: ``ContentError``.
    public static func open(
        _ content: EncryptedContent, with key: DecryptionKey
    ) throws(ContentError) -> ByteBuffer {
        guard let sealedKey = Data(base64Encoded: content.dataKey), let data = Data(base64Encoded: content.data),
            let signature = Data(base64Encoded: content.dataSignature), !data.isEmpty, data.count % Self.blockSize == 0
        else { throw ContentError(.unreadable, "The encrypted content is not complete, or not Base64.") }
        let (itemKey, vector) = try Self.itemKey(sealedKey, key)
        guard HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: data, using: itemKey) else {
            throw ContentError(
                .signatureMismatch,
                "The content was changed on its way, or was not sealed by whom it claims: its signature is wrong."
            )
        }
        // The padding can only be wrong if it was sealed so: the signature was right.
        guard let plaintext = try? AES._CBC.decrypt(data, using: itemKey, iv: vector), Self.isJSON(plaintext) else {
            throw ContentError(.unreadable, "The content is not a resource in JSON.")
        }
        return ByteBuffer(bytes: plaintext)
    }

    private static func itemKey(
        _ sealed: Data, _ key: DecryptionKey
    ) throws(ContentError) -> (SymmetricKey, AES._CBC.IV) {
        guard var bytes = try? key.privateKey.decrypt(sealed, padding: .PKCS1_OAEP) else {
            throw ContentError(.wrongKey, "The private key of the certificate '\(key.id)' does not open this notification's key.")
        }
        // `SymmetricKey` clears its own copy when it goes.
        defer { bytes.resetBytes(in: 0..<bytes.count) }
        guard bytes.count == Self.keySize, let vector = try? AES._CBC.IV(ivBytes: bytes.prefix(Self.blockSize)) else {
            throw ContentError(.wrongKey, "The notification's key is not one of \(Self.keySize) bytes.")
        }
        return (SymmetricKey(data: bytes), vector)
    }

    private static func isJSON(_ plaintext: Data) -> Bool {
        plaintext.withUnsafeBytes { bytes in
            // The reader looks at strings only when it reads them, and clients are sent this as text.
            guard String(validating: bytes, as: UTF8.self) != nil else { return false }
            var reader = JSONReader(bytes)
            return (try? reader.skip()) != nil && (try? reader.finish()) != nil
        }
    }
}
