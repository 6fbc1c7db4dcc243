/// Encrypts what is to be encrypted in notifications that are about to be sent first.
enum NotificationSealer {
    /// The items as they are sent, in this and all further attempts.
    ///
    /// - Parameter isOff: Whether nothing can be encrypted, because the application is not set up for it.
    static func seal(_ items: [OutboundNotification], isOff: Bool = false) -> [OutboundNotification] {
        items.map { item in
            guard let content = item.content else { return item }
            var sealed = item
            sealed.content = nil
            guard !isOff, let encrypted = try? ContentEncryptor.seal(content) else { return sealed }
            return sealed.adding("encryptedContent", encrypted)
        }
    }
}
