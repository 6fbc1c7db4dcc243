import GraphNotifications

/// A live subscription.
struct EmulatedSubscription: Sendable, Equatable {
    let id: String
    /// Its place among all that were ever created: 1, 2, 3 …
    let number: Int
    let applicationID: String
    let tenantID: String
    let creatorID: String
    /// In whose name it was created; `nil` for the application's own.
    let userID: String?
    /// As the application wrote it.
    let resource: String
    /// The same for all ways to write this resource.
    let canonicalResource: String
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
    /// Milliseconds since 1970.
    var expiresAt: Int64

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
        object.set("encryptionCertificateId", nil)
        object.set("notificationUrlAppId", self.notificationURLAppID)
        return object
    }
}
