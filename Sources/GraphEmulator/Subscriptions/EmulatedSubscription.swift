import GraphNotifications

/// A live subscription.
struct EmulatedSubscription: Sendable, Equatable {
    let id: String
    /// Its place among all that were ever created: 1, 2, 3 …
    let number: Int
    let applicationID: String
    let tenantID: String
    /// The application's service principal, or the user for whom it acted.
    let creatorID: String
    /// Whether it was created for a user.
    let isForUser: Bool
    /// As the application wrote it.
    let resource: String
    /// The same for all ways to write this resource.
    let canonicalResource: String
    /// The same without the query.
    let resourcePath: String
    /// What kind of resource it is; `nil` for what has no permissions here.
    let family: ResourceFamily?
    /// The user to whom the resource belongs, if it is one's and known here.
    let ownerID: String?
    let watch: ResourceWatch
    /// Whether it knows Outlook's items by the ids that stay.
    let usesImmutableIDs: Bool
    let workload: ResourceRule.Workload
    let maximumMinutes: Int64
    let needsLifecycleURL: Bool
    let changeTypes: ChangeTypes
    /// As the application wrote it.
    let changeType: String
    let clientState: String?
    var notificationURL: String
    let lifecycleNotificationURL: String?
    let notificationQueryOptions: String?
    let notificationURLAppID: String?
    let latestSupportedTLSVersion: String
    let includeResourceData: Bool?
    /// What resource data is encrypted with; `nil` if none is sent.
    var encryption: EncryptionCertificate?
    /// Milliseconds since 1970, as are the following.
    var expiresAt: Int64
    var renewedAt: Int64?
    var reauthorizedAt: Int64?

    /// The URLs to call, each once for what it is to receive.
    var urls: [String] { [self.notificationURL] + (self.lifecycleNotificationURL.map { [$0] } ?? []) }

    /// What resource data is to be encrypted with after a change.
    func encryption(changedBy draft: SubscriptionDraft) throws(GraphRefusal) -> EncryptionCertificate? {
        guard var encryption else { return nil }
        encryption.id = draft.encryptionCertificateID ?? encryption.id
        guard let certificate = draft.encryptionCertificate else { return encryption }
        return try EncryptionCertificate(certificate, id: encryption.id)
    }

    /// As the subscription resource of Graph.
    ///
    /// - Parameter showsClientState: Graph leaves it out of lists.
    func json(showsClientState: Bool = true) -> JSONObject {
        var object = JSONObject()
        object.set("id", self.id)
        object.set("resource", self.resource)
        object.set("applicationId", self.applicationID)
        object.set("changeType", self.changeType)
        object.set("clientState", showsClientState ? self.clientState : nil)
        object.set("notificationUrl", self.notificationURL)
        object.set("notificationQueryOptions", self.notificationQueryOptions)
        object.set("lifecycleNotificationUrl", self.lifecycleNotificationURL)
        object.set("expirationDateTime", GraphDateTime.utc(self.expiresAt))
        object.set("creatorId", self.creatorID)
        if let includeResourceData {
            object.set("includeResourceData", includeResourceData)
        } else {
            object.set("includeResourceData", nil)
        }
        object.set("latestSupportedTlsVersion", self.latestSupportedTLSVersion)
        object.set("encryptionCertificate", nil)
        object.set("encryptionCertificateId", self.encryption?.id)
        object.set("notificationUrlAppId", self.notificationURLAppID)
        object.set("vapidPublicKey", nil)
        object.set("webPushEncryptionP256dhPublicKey", nil)
        object.set("webPushEncryptionSecret", nil)
        return object
    }
}
