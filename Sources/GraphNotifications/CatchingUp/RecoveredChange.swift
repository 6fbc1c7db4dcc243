public import NIOCore

/// A change that was found by asking Graph what has changed, and not by a notification.
public struct RecoveredChange: Sendable, Equatable {
    /// The name of the subscription that should have told of it.
    public var subscription: String
    /// What changed, called as notifications call it.
    public var resource: String
    /// Its id.
    public var resourceID: String
    /// What happened: one of the change types that the subscription asks for.
    public var changeType: ChangeTypes
    /// The version that it has now: an etag, or the moment of its last modification; `nil` if it says neither.
    public var version: String?
    /// Whether any notification of this kind of change of the same thing, whatever its version, told of this change.
    public var matchesAnyVersion: Bool
    /// It happened after this moment, in milliseconds since 1970.
    public var since: Int64
    /// The tenant it happened in, if known.
    public var tenantID: String?
    /// What Graph listed, in JSON: not the whole object.
    public var item: ByteBuffer

    public init(
        subscription: String, resource: String, resourceID: String, changeType: ChangeTypes, version: String? = nil,
        matchesAnyVersion: Bool = false, since: Int64, tenantID: String? = nil, item: ByteBuffer = ByteBuffer()
    ) {
        self.subscription = subscription
        self.resource = resource
        self.resourceID = resourceID
        self.changeType = changeType
        self.version = version
        self.matchesAnyVersion = matchesAnyVersion
        self.since = since
        self.tenantID = tenantID
        self.item = item
    }
}

extension RecoveredChange: CustomStringConvertible {
    public var description: String { "RecoveredChange(\(self.subscription), \(self.changeType))" }
}
