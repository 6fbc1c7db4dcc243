public import NIOCore

/// One change, as Graph tells of it: a hint that something happened, not the thing itself.
///
/// Its description leaves out everything that names a person, a message or a secret.
public struct ChangeNotification: Sendable, Equatable {
    /// Graph's id of the subscription.
    public var subscriptionID: String
    /// The secret of the subscription, as the sender repeated it.
    public var clientState: String?
    /// What happened, in lower case: `created`, `updated`, `deleted`, or a word that Graph invents later.
    public var changeType: String
    /// What changed, as Graph wrote it. Case and the form of ids (`/{id}`, `('{id}')`) differ from one to the next.
    public var resource: String
    /// The tenant it happened in.
    public var tenantID: String?
    /// The id of what changed (`resourceData.id`), where Graph tells.
    public var resourceID: String?
    /// Its version (`resourceData.@odata.etag`), where Graph tells: Outlook only.
    public var etag: String?
    /// The item's own id; often missing.
    public var id: String?
    /// The resource as it was sealed, if the subscription asks for it.
    public var encryptedContent: EncryptedContent?
    /// The resource as JSON, once it was opened.
    public var content: ByteBuffer?
    /// The item's bytes as they came.
    public var item: ByteBuffer

    public init(
        subscriptionID: String, clientState: String? = nil, changeType: String, resource: String,
        tenantID: String? = nil, resourceID: String? = nil, etag: String? = nil, id: String? = nil,
        encryptedContent: EncryptedContent? = nil, content: ByteBuffer? = nil, item: ByteBuffer = ByteBuffer()
    ) {
        self.subscriptionID = subscriptionID
        self.clientState = clientState
        self.changeType = changeType
        self.resource = resource
        self.tenantID = tenantID
        self.resourceID = resourceID
        self.etag = etag
        self.id = id
        self.encryptedContent = encryptedContent
        self.content = content
        self.item = item
    }
}

extension ChangeNotification: CustomStringConvertible {
    public var description: String {
        "ChangeNotification(subscription \(self.subscriptionID), \(self.item.readableBytes) bytes)"
    }
}
