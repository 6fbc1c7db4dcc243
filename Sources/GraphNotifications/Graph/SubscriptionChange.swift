import NIOCore

/// What is to be different about a subscription. Graph changes nothing else; the rest needs a new subscription.
public struct SubscriptionChange: Sendable, Equatable {
    /// When it shall expire, in milliseconds since 1970. Graph wants it with everything but a new URL.
    public var expiresAt: Int64?
    /// Where notifications go from now on. Graph validates it first.
    public var notificationURL: String?
    /// To whom Graph encrypts from now on.
    public var encryption: SubscriptionEncryption?

    public init(expiresAt: Int64? = nil, notificationURL: String? = nil, encryption: SubscriptionEncryption? = nil) {
        self.expiresAt = expiresAt
        self.notificationURL = notificationURL
        self.encryption = encryption
    }

    var json: ByteBuffer {
        var members: [(String, String)] = []
        if let expiresAt = self.expiresAt { members.append(("expirationDateTime", GraphTime.iso8601(expiresAt))) }
        if let url = self.notificationURL { members.append(("notificationUrl", url)) }
        return ByteBuffer(jsonObject: members + (self.encryption?.members ?? []))
    }
}
