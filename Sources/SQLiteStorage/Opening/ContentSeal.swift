import Crypto
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Seals updates that bring content with AES-GCM, so that who has the database without the key beside it reads none.
///
/// A sealed update begins with a byte that no JSON begins with. Its offset is sealed with it: it opens in its own place only.
struct ContentSeal: Sendable {
    private static let mark: UInt8 = 0x01

    private let key: SymmetricKey

    init(key: SymmetricKey) {
        self.key = key
    }

    /// Whether the bytes of an update are sealed.
    static func isSealed(_ bytes: ByteBuffer) -> Bool { bytes.readableBytesView.first == Self.mark }

    func seal(_ json: UnsafeRawBufferPointer, at offset: Int64) throws -> [UInt8] {
        let box = try AES.GCM.seal(json, using: self.key, authenticating: Self.bytes(of: offset))
        // There is a combined form whenever the nonce is of the usual size.
        guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
        return [Self.mark] + combined
    }

    /// - Throws: ``StorageError`` if it was not sealed with this key, or not for this place.
    func open(_ sealed: ByteBuffer, at offset: Int64) throws(StorageError) -> ByteBuffer {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed.readableBytesView.dropFirst())
            return ByteBuffer(bytes: try AES.GCM.open(box, using: self.key, authenticating: Self.bytes(of: offset)))
        } catch {
            throw StorageError(
                .failed,
                "An update in the storage is not sealed with the key beside it; bring back the key file that belongs to it.",
                cause: error
            )
        }
    }

    private static func bytes(of offset: Int64) -> [UInt8] { withUnsafeBytes(of: offset.bigEndian) { Array($0) } }
}
