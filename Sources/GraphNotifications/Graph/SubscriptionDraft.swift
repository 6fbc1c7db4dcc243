import JSONBytes
import NIOCore
import NIOHTTP1

/// A subscription that Graph is asked to create.
public struct SubscriptionDraft: Sendable, Equatable {
    /// The resource to watch, relative to Graph's version: `users/{id}/messages`.
    public var resource: String
    /// Which changes to tell of.
    public var changeTypes: ChangeTypes
    /// Where notifications go.
    public var notificationURL: String
    /// Where lifecycle notifications go, if anywhere.
    public var lifecycleNotificationURL: String?
    /// When it shall expire, in milliseconds since 1970. Graph raises what is less than 45 minutes away.
    public var expiresAt: Int64
    /// The secret that Graph repeats in each notification; at most 128 characters.
    public var clientState: String
    /// The certificate to which Graph encrypts what changed; without one notifications tell only that something changed.
    public var encryption: SubscriptionEncryption?
    /// Which notifications to send, for the few resources that know such options (`$filter=…`).
    public var queryOptions: String?
    /// What Graph is asked to do differently (`Prefer`), for example `IdType="ImmutableId"`.
    public var preferences: [String]

    public init(
        resource: String, changeTypes: ChangeTypes, notificationURL: String, lifecycleNotificationURL: String? = nil,
        expiresAt: Int64, clientState: String, encryption: SubscriptionEncryption? = nil, queryOptions: String? = nil,
        preferences: [String] = []
    ) {
        self.resource = resource
        self.changeTypes = changeTypes
        self.notificationURL = notificationURL
        self.lifecycleNotificationURL = lifecycleNotificationURL
        self.expiresAt = expiresAt
        self.clientState = clientState
        self.encryption = encryption
        self.queryOptions = queryOptions
        self.preferences = preferences
    }

    var json: ByteBuffer {
        var members = [
            ("changeType", self.changeTypes.description), ("notificationUrl", self.notificationURL),
            ("resource", self.resource), ("expirationDateTime", GraphTime.iso8601(self.expiresAt)),
            ("clientState", self.clientState),
        ]
        if let url = self.lifecycleNotificationURL { members.append(("lifecycleNotificationUrl", url)) }
        if let options = self.queryOptions { members.append(("notificationQueryOptions", options)) }
        guard let encryption = self.encryption else { return ByteBuffer(jsonObject: members) }
        return ByteBuffer(jsonObject: members + encryption.members, flags: [("includeResourceData", true)])
    }

    var headers: HTTPHeaders {
        HTTPHeaders(self.preferences.map { ("Prefer", $0) })
    }
}

extension SubscriptionDraft: CustomStringConvertible {
    public var description: String { "SubscriptionDraft(\(self.resource), \(self.changeTypes))" }
}
