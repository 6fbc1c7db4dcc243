import GraphNotifications

/// A subscription as its application asked for it, and what became of it since.
struct SavedSubscription: Sendable, Equatable, Codable {
    var id: String
    var number: Int
    var applicationID: String
    var tenantID: String
    var creatorID: String
    var isForUser: Bool
    var resource: String
    var ownerID: String?
    /// What it watches.
    var paths: [String]
    var usesImmutableIDs: Bool
    var changeType: String
    var clientState: String?
    var notificationURL: String
    var lifecycleNotificationURL: String?
    var notificationQueryOptions: String?
    var notificationURLAppID: String?
    var latestSupportedTLSVersion: String
    var includeResourceData: Bool?
    var encryption: EncryptionCertificate?
    /// Milliseconds since 1970, as are the following.
    var expiresAt: Int64
    var renewedAt: Int64?
    var reauthorizedAt: Int64?
    /// `nil` if nobody knows it.
    var authorization: SubscriptionAuthorization?

    init(_ subscription: EmulatedSubscription, authorization: SubscriptionAuthorization?) {
        self.id = subscription.id
        self.number = subscription.number
        self.applicationID = subscription.applicationID
        self.tenantID = subscription.tenantID
        self.creatorID = subscription.creatorID
        self.isForUser = subscription.isForUser
        self.resource = subscription.resource
        self.ownerID = subscription.ownerID
        self.paths = subscription.watch.paths.sorted()
        self.usesImmutableIDs = subscription.usesImmutableIDs
        self.changeType = subscription.changeType
        self.clientState = subscription.clientState
        self.notificationURL = subscription.notificationURL
        self.lifecycleNotificationURL = subscription.lifecycleNotificationURL
        self.notificationQueryOptions = subscription.notificationQueryOptions
        self.notificationURLAppID = subscription.notificationURLAppID
        self.latestSupportedTLSVersion = subscription.latestSupportedTLSVersion
        self.includeResourceData = subscription.includeResourceData
        self.encryption = subscription.encryption
        self.expiresAt = subscription.expiresAt
        self.renewedAt = subscription.renewedAt
        self.reauthorizedAt = subscription.reauthorizedAt
        self.authorization = authorization
    }

    /// The subscription; `nil` if its resource is none that can be watched.
    var subscription: EmulatedSubscription? {
        let caller = Caller(
            tenantID: self.tenantID, applicationID: self.applicationID, principalID: self.creatorID,
            userID: self.isForUser ? self.creatorID : nil, permissions: []
        )
        guard let path = try? ResourcePath(self.resource).resolved(for: caller), let rule = ResourceRule.rule(for: path) else {
            return nil
        }
        var watch = ResourceWatch(options: path.options)
        watch.paths = Set(self.paths)
        let isRich = self.includeResourceData == true
        return EmulatedSubscription(
            id: self.id, number: self.number, applicationID: self.applicationID, tenantID: self.tenantID,
            creatorID: self.creatorID, isForUser: self.isForUser, resource: self.resource, canonicalResource: path.canonical,
            resourcePath: path.resource, family: path.family, ownerID: self.ownerID, watch: watch,
            usesImmutableIDs: self.usesImmutableIDs, workload: rule.workload,
            maximumMinutes: rule.maximumMinutes(withResourceData: isRich) ?? rule.maximumMinutes,
            needsLifecycleURL: rule.needsLifecycleURL,
            changeTypes: self.changeType.split(separator: ",").reduce(into: []) { $0.formUnion(ChangeTypes($1) ?? []) },
            changeType: self.changeType, clientState: self.clientState, notificationURL: self.notificationURL,
            lifecycleNotificationURL: self.lifecycleNotificationURL, notificationQueryOptions: self.notificationQueryOptions,
            notificationURLAppID: self.notificationURLAppID, latestSupportedTLSVersion: self.latestSupportedTLSVersion,
            includeResourceData: self.includeResourceData, encryption: self.encryption, expiresAt: self.expiresAt,
            renewedAt: self.renewedAt, reauthorizedAt: self.reauthorizedAt
        )
    }
}
