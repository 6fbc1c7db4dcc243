public import NIOCore

/// One element of what Graph posts.
public enum NotificationItem: Sendable, Equatable {
    /// Something changed.
    case change(ChangeNotification)
    /// Something happened to a subscription.
    case lifecycle(LifecycleNotification)
    /// It is neither. `detail` is one sentence without any of the item's content.
    case malformed(detail: String, item: ByteBuffer)
}

extension NotificationItem {
    /// The subscription it says it belongs to; `nil` if it is malformed.
    public var subscriptionID: String? {
        switch self {
        case .change(let notification): notification.subscriptionID
        case .lifecycle(let notification): notification.subscriptionID
        case .malformed: nil
        }
    }

    /// The tenant it says it happened in.
    public var tenantID: String? {
        switch self {
        case .change(let notification): notification.tenantID
        case .lifecycle(let notification): notification.tenantID
        case .malformed: nil
        }
    }

    /// Whether it brings content that is encrypted.
    var isSealed: Bool {
        guard case .change(let notification) = self else { return false }
        return notification.encryptedContent != nil
    }
}

extension NotificationItem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .change(let notification): notification.description
        case .lifecycle(let notification): notification.description
        case .malformed(let detail, let item): "malformed(\(detail) \(item.readableBytes) bytes)"
        }
    }
}
