import NIOCore

/// Notifications of one `POST`, opened as far as that was possible.
public struct OpenedNotifications: Sendable {
    /// The items, in order; those that were opened have their ``ChangeNotification/content``.
    public private(set) var items: [NotificationItem]
    /// Why some must not be believed or could not be opened, by their place in ``items``.
    public internal(set) var refusals: [Int: ContentError] = [:]

    /// Notifications of which nothing was opened.
    public init(items: [NotificationItem]) {
        self.items = items
    }

    mutating func set(_ result: Result<ByteBuffer, ContentError>, at index: Int) {
        switch result {
        case .failure(let error): self.refusals[index] = error
        case .success(let content):
            guard case .change(var notification) = self.items[index] else { return }
            notification.content = content
            // It is in `item` still, and twice is enough.
            notification.encryptedContent = nil
            self.items[index] = .change(notification)
        }
    }
}
