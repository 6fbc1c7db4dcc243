import JSONBytes
import NIOCore

/// What the body of a request says of a subscription, before anybody has asked whether that is allowed.
struct SubscriptionDraft: Sendable, Equatable {
    var changeType: String?
    var notificationURL: String?
    var lifecycleNotificationURL: String?
    var resource: String?
    /// Milliseconds since 1970.
    var expiresAt: Int64?
    var clientState: String?
    var includeResourceData: Bool?
    var encryptionCertificate: String?
    var encryptionCertificateID: String?
    var latestSupportedTLSVersion: String?
    var notificationQueryOptions: String?
    var notificationURLAppID: String?
    /// Whether it has keys that only belong to Web Push.
    var hasWebPushKeys = false
    /// Whether the request asked for Outlook's ids that stay. That stands in a field, not in the body.
    var usesImmutableIDs = false

    init() {}

    /// - Parameter operation: `creation` or `update`, for the text of the error.
    init(_ body: ByteBuffer, for operation: String) throws(GraphRefusal) {
        var draft = SubscriptionDraft()
        var hasUnknown = false
        do {
            try body.withUnsafeReadableBytes { bytes in
                var reader = JSONReader(bytes)
                try reader.readObject { reader, name throws(JSONError) in
                    if try !draft.read(name, from: &reader) {
                        try reader.skip()
                        hasUnknown = true
                    }
                }
                try reader.finish()
            }
        } catch {
            throw .malformedSubscription(operation)
        }
        guard !hasUnknown else { throw .malformedSubscription(operation) }
        self = draft
    }

    /// Reads one property; says whether it is one of a subscription.
    private mutating func read(_ name: JSONName, from reader: inout JSONReader) throws(JSONError) -> Bool {
        switch name {
        case "changeType": self.changeType = try reader.readStringOrNull()
        case "notificationUrl": self.notificationURL = try reader.readStringOrNull()
        case "lifecycleNotificationUrl": self.lifecycleNotificationURL = try reader.readStringOrNull()
        case "resource": self.resource = try reader.readStringOrNull()
        case "clientState": self.clientState = try reader.readStringOrNull()
        case "latestSupportedTlsVersion": self.latestSupportedTLSVersion = try reader.readStringOrNull()
        case "notificationQueryOptions": self.notificationQueryOptions = try reader.readStringOrNull()
        case "notificationUrlAppId": self.notificationURLAppID = try reader.readStringOrNull()
        case "encryptionCertificate": self.encryptionCertificate = try reader.readStringOrNull()
        case "encryptionCertificateId": self.encryptionCertificateID = try reader.readStringOrNull()
        case "includeResourceData":
            self.includeResourceData = try reader.readNullIfPresent() ? nil : try reader.readBool()
        case "expirationDateTime":
            let offset = reader.offset
            guard let text = try reader.readStringOrNull() else { return true }
            guard let moment = GraphDateTime.parse(text) else { throw JSONError(.wrongType, at: offset) }
            self.expiresAt = moment
        case "vapidPublicKey", "webPushEncryptionP256dhPublicKey", "webPushEncryptionSecret":
            self.hasWebPushKeys = try reader.readStringOrNull() != nil || self.hasWebPushKeys
        // What only the service sets.
        case "id", "applicationId", "creatorId", "notificationContentType", "@odata.type", "@odata.context":
            try reader.skip()
        default: return false
        }
        return true
    }
}
