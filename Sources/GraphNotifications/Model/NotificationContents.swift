/// What one `POST` from Graph brings.
public struct NotificationContents: Sendable, Equatable {
    /// The items, in order.
    public var items: [NotificationItem]
    /// What proves that the encrypted ones are from Microsoft Graph; empty if there is none.
    public var validationTokens: [String]

    public init(items: [NotificationItem], validationTokens: [String] = []) {
        self.items = items
        self.validationTokens = validationTokens
    }

    /// Whether something of it has to be verified and opened.
    public var isRich: Bool { !self.validationTokens.isEmpty || self.items.contains(where: \.isSealed) }
}
