import Crypto
import GraphNotifications
import NIOCore

extension DeduplicationKey {
    /// What the digest was made of, so that keys of one kind never equal those of another.
    private enum Kind: UInt8 {
        case etag = 1
        case id = 2
        case content = 3
        /// One version of one object, whoever tells of it.
        case object = 4
    }

    /// The key of a notification: by the version of what changed, or else the notification's id, or else all that it says.
    ///
    /// - Parameters:
    ///   - notification: What was received.
    ///   - subscription: The name of its subscription.
    ///   - configuration: The windows.
    ///   - scratch: A buffer to be used again and again.
    init(
        of notification: ChangeNotification, by subscription: String, configuration: RelayConfiguration,
        scratch: inout ByteBuffer
    ) {
        scratch.clear()
        let version = notification.etag.flatMap { $0.isEmpty ? nil : $0 }
        let id = notification.id.flatMap { $0.isEmpty ? nil : $0 }
        if let version, let object = notification.resourceID,
            let collection = OutlookCollection(of: notification.resource, id: object)
        {
            // What was found by catching up may have been notified of since, and Graph tries for hours.
            self.init(
                of: object, in: collection.rawValue, changed: notification.changeType, version: version, by: subscription,
                window: max(configuration.recoveryWindow, configuration.deduplicationWindow), scratch: &scratch
            )
            return
        }
        guard let identity = version ?? id else {
            scratch.writeInteger(Kind.content.rawValue)
            scratch.writeImmutableBuffer(notification.item)
            self.init(digestOf: scratch, window: configuration.contentDeduplicationWindow)
            return
        }
        scratch.writeInteger(version == nil ? Kind.id.rawValue : Kind.etag.rawValue)
        for field in [notification.subscriptionID, notification.resource, notification.changeType, identity] {
            scratch.writeField(field)
        }
        self.init(digestOf: scratch, window: configuration.deduplicationWindow)
    }

    /// The key of a change that was found by asking what has changed: the one that a notification of it would have.
    init(of change: RecoveredChange, now: Int64, configuration: RelayConfiguration, scratch: inout ByteBuffer) {
        // Something that is deleted has no version; anything else without one is what it says of itself.
        let version = change.version ?? (change.changeType == .deleted ? "" : String(buffer: change.item))
        self.init(
            of: change.resourceID,
            in: OutlookCollection(of: change.resource, id: change.resourceID)?.rawValue ?? change.resource,
            changed: change.changeType.description, version: version, by: change.subscription,
            window: configuration.recoveryWindow, scratch: &scratch
        )
        guard change.matchesAnyVersion else { return }
        // Not further back than what was read before: the same thing may have happened earlier as well.
        self.matchesAnyVersion = true
        self.window = min(configuration.recoveryWindow, max(.milliseconds(now - change.since), .milliseconds(1)))
        self.retention = configuration.recoveryWindow
    }

    private init(
        of object: String, in place: String, changed changeType: String, version: String, by subscription: String,
        window: Duration,
        scratch: inout ByteBuffer
    ) {
        scratch.clear()
        scratch.writeInteger(Kind.object.rawValue)
        for field in [subscription, place, object, changeType] { scratch.writeField(field) }
        let (high, _) = Self.digest(of: scratch)
        scratch.writeField(version)
        let (low, _) = Self.digest(of: scratch)
        self.init(high: high, low: low, window: window)
    }

    private init(digestOf bytes: ByteBuffer, window: Duration) {
        let (high, low) = Self.digest(of: bytes)
        self.init(high: high, low: low, window: window)
    }

    private static func digest(of bytes: ByteBuffer) -> (UInt64, UInt64) {
        var hash = SHA256()
        bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        return hash.finalize().withUnsafeBytes { digest in
            (
                UInt64(bigEndian: digest.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

extension ByteBuffer {
    /// Writes a field with its length, so that no two lists of fields are the same bytes.
    fileprivate mutating func writeField(_ field: String) {
        self.writeInteger(UInt32(truncatingIfNeeded: field.utf8.count))
        self.writeString(field)
    }
}
