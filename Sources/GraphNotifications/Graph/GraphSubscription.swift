import JSONBytes
import NIOCore

/// A subscription as Graph knows it. Its description leaves out the client state.
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
    /// The secret that it was created with, where Graph tells: never in a list. Not for logs.
    public var clientState: String?
    /// The application that created it.
    public var applicationID: String?
    /// Who created it: a person, or the application's service principal.
    public var creatorID: String?
    /// Whether its notifications carry what changed.
    public var includesResourceData: Bool
    /// The name of the certificate to which Graph encrypts, if it does and tells.
    public var encryptionCertificateID: String?

    public init(
        id: String, resource: String, changeTypes: ChangeTypes, notificationURL: String,
        lifecycleNotificationURL: String? = nil, expiresAt: Int64, clientState: String? = nil, applicationID: String? = nil,
        creatorID: String? = nil, includesResourceData: Bool = false, encryptionCertificateID: String? = nil
    ) {
        self.id = id
        self.resource = resource
        self.changeTypes = changeTypes
        self.notificationURL = notificationURL
        self.lifecycleNotificationURL = lifecycleNotificationURL
        self.expiresAt = expiresAt
        self.clientState = clientState
        self.applicationID = applicationID
        self.creatorID = creatorID
        self.includesResourceData = includesResourceData
        self.encryptionCertificateID = encryptionCertificateID
    }

    /// Reads one; `nil` if it has no id or does not say when it expires.
    static func read(from reader: inout JSONReader) throws(JSONError) -> GraphSubscription? {
        var id: String?
        var expiresAt: Int64?
        var result = GraphSubscription(id: "", resource: "", changeTypes: [], notificationURL: "", expiresAt: 0)
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "id": id = try reader.readStringIfPresent()
            case "resource": result.resource = try reader.readStringIfPresent() ?? ""
            case "changeType":
                result.changeTypes = try reader.readStringIfPresent().flatMap { ChangeTypes($0) } ?? []
            case "notificationUrl": result.notificationURL = try reader.readStringIfPresent() ?? ""
            case "lifecycleNotificationUrl": result.lifecycleNotificationURL = try reader.readStringIfPresent()
            case "clientState": result.clientState = try reader.readStringIfPresent()
            case "applicationId": result.applicationID = try reader.readStringIfPresent()
            case "creatorId": result.creatorID = try reader.readStringIfPresent()
            case "includeResourceData" where try reader.peek() == .bool:
                result.includesResourceData = try reader.readBool()
            case "encryptionCertificateId": result.encryptionCertificateID = try reader.readStringIfPresent()
            case "expirationDateTime":
                expiresAt = try reader.readStringIfPresent().flatMap { GraphTime.milliseconds(iso8601: $0) }
            default: try reader.skip()
            }
        }
        guard let id, !id.isEmpty, let expiresAt else { return nil }
        result.id = id
        result.expiresAt = expiresAt
        return result
    }
}

extension GraphSubscription: CustomStringConvertible {
    public var description: String { "GraphSubscription(\(self.id): \(self.resource), \(self.changeTypes))" }
}
