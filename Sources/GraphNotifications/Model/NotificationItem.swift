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

extension NotificationItem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .change(let notification): notification.description
        case .lifecycle(let notification): notification.description
        case .malformed(let detail, let item): "malformed(\(detail) \(item.readableBytes) bytes)"
        }
    }
}
