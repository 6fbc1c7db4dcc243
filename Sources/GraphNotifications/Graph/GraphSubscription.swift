import JSONBytes
import NIOCore

/// A subscription as Graph knows it. Its client state is not among it: Graph does not reliably tell.
public struct GraphSubscription: Sendable, Equatable {
    /// Graph's id of it.
    public var id: String
    /// The resource it watches, as it was asked for.
    public var resource: String
    /// Which changes it asks for; empty if Graph names one that is unknown here.
    public var changeTypes: ChangeTypes
    /// Where its notifications go.
    public var notificationURL: String
    /// Where its lifecycle notifications go, if anywhere.
    public var lifecycleNotificationURL: String?
    /// When it expires, in milliseconds since 1970.
    public var expiresAt: Int64

    public init(
        id: String, resource: String, changeTypes: ChangeTypes, notificationURL: String,
        lifecycleNotificationURL: String? = nil, expiresAt: Int64
    ) {
        self.id = id
        self.resource = resource
        self.changeTypes = changeTypes
        self.notificationURL = notificationURL
        self.lifecycleNotificationURL = lifecycleNotificationURL
        self.expiresAt = expiresAt
    }

    /// Reads one; `nil` if it has no id or does not say when it expires.
    static func read(from reader: inout JSONReader) throws(JSONError) -> GraphSubscription? {
        var id: String?
        var resource = ""
        var changeTypes: ChangeTypes = []
        var notificationURL = ""
        var lifecycleNotificationURL: String?
        var expiresAt: Int64?
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "id": id = try reader.readStringIfPresent()
            case "resource": resource = try reader.readStringIfPresent() ?? ""
            case "changeType": changeTypes = try reader.readStringIfPresent().flatMap { ChangeTypes($0) } ?? []
            case "notificationUrl": notificationURL = try reader.readStringIfPresent() ?? ""
            case "lifecycleNotificationUrl": lifecycleNotificationURL = try reader.readStringIfPresent()
            case "expirationDateTime":
                expiresAt = try reader.readStringIfPresent().flatMap { GraphTime.milliseconds(iso8601: $0) }
            default: try reader.skip()
            }
        }
        guard let id, !id.isEmpty, let expiresAt else { return nil }
        return GraphSubscription(
            id: id, resource: resource, changeTypes: changeTypes, notificationURL: notificationURL,
            lifecycleNotificationURL: lifecycleNotificationURL, expiresAt: expiresAt
        )
    }
}

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

    public init(
        resource: String, changeTypes: ChangeTypes, notificationURL: String, lifecycleNotificationURL: String? = nil,
        expiresAt: Int64, clientState: String
    ) {
        self.resource = resource
        self.changeTypes = changeTypes
        self.notificationURL = notificationURL
        self.lifecycleNotificationURL = lifecycleNotificationURL
        self.expiresAt = expiresAt
        self.clientState = clientState
    }

    var json: ByteBuffer {
        var members = [
            ("changeType", self.changeTypes.description), ("notificationUrl", self.notificationURL),
            ("resource", self.resource), ("expirationDateTime", GraphTime.iso8601(self.expiresAt)),
            ("clientState", self.clientState),
        ]
        if let url = self.lifecycleNotificationURL { members.append(("lifecycleNotificationUrl", url)) }
        return ByteBuffer(jsonObject: members)
    }
}

extension SubscriptionDraft: CustomStringConvertible {
    public var description: String { "SubscriptionDraft(\(self.resource), \(self.changeTypes))" }
}

extension ByteBuffer {
    /// An object whose members are all strings.
    init(jsonObject members: [(String, String)]) {
        self.init()
        for (index, member) in members.enumerated() {
            self.writeStaticString(index == 0 ? "{" : ",")
            self.writeJSONString(member.0)
            self.writeStaticString(":")
            self.writeJSONString(member.1)
        }
        self.writeStaticString("}")
    }
}
