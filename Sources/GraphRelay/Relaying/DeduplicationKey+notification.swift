import Crypto
import GraphNotifications
import NIOCore

extension DeduplicationKey {
    /// What the digest was made of, so that keys of one kind never equal those of another.
    private enum Kind: UInt8 {
        case etag = 1
        case id = 2
        case content = 3
    }

    /// The key of a notification: by its etag, or else its id, or else all that it says.
    ///
    /// - Parameter scratch: A buffer to be used again and again.
    init(of notification: ChangeNotification, configuration: RelayConfiguration, scratch: inout ByteBuffer) {
        scratch.clear()
        let version = notification.etag.flatMap { $0.isEmpty ? nil : $0 }
        let id = notification.id.flatMap { $0.isEmpty ? nil : $0 }
        guard let identity = version ?? id else {
            scratch.writeInteger(Kind.content.rawValue)
            scratch.writeImmutableBuffer(notification.item)
            self.init(digestOf: scratch, window: configuration.contentDeduplicationWindow)
            return
        }
        scratch.writeInteger(version == nil ? Kind.id.rawValue : Kind.etag.rawValue)
        for field in [notification.subscriptionID, notification.resource, notification.changeType, identity] {
            // With its length, so that no two lists of fields are the same bytes.
            scratch.writeInteger(UInt32(truncatingIfNeeded: field.utf8.count))
            scratch.writeString(field)
        }
        self.init(digestOf: scratch, window: configuration.deduplicationWindow)
    }

    private init(digestOf bytes: ByteBuffer, window: Duration) {
        var hash = SHA256()
        bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        let (high, low) = hash.finalize().withUnsafeBytes { digest in
            (
                UInt64(bigEndian: digest.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        self.init(high: high, low: low, window: window)
    }
}
