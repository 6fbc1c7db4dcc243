import GraphNotifications

/// A subscription that is allowed by everything that can be checked before its URLs have been called.
struct SubscriptionProposal: Sendable, Equatable {
    var caller: Caller
    var draft: SubscriptionDraft
    /// With the user in the place of `me`.
    var path: ResourcePath
    /// What kind of resource it is; `nil` for what has no permissions here.
    var family: ResourceFamily?
    /// The user to whom the resource belongs, if it is one's and known here.
    var ownerID: String?
    /// What resource data is encrypted with; `nil` if none is asked for.
    var encryption: EncryptionCertificate?
    var match: ResourceRule.Match
    var changeTypes: ChangeTypes
    var changeType: String
    var notificationURL: String
    var lifecycleNotificationURL: String?
    /// As asked for, but at least 45 minutes from the request; milliseconds since 1970, as is the next.
    var expiresAt: Int64
    var requestedAt: Int64

    /// Graph raises what is shorter, without a word.
    static let shortestLifetime: Int64 = 45 * 60_000

    /// Checks in Graph's order: what is required, the URLs, the resource and its change types, the lifecycle URL, the
    /// certificate.
    init(
        _ draft: SubscriptionDraft, from caller: Caller, settings: EmulatedGraph.Settings, now: Int64
    ) throws(GraphRefusal) {
        guard let changeType = draft.changeType, !changeType.isEmpty else { throw .missingProperty("changeType") }
        guard let notificationURL = draft.notificationURL, !notificationURL.isEmpty else {
            throw .missingProperty("notificationUrl")
        }
        guard let resource = draft.resource, !resource.isEmpty else { throw .missingProperty("resource") }
        guard let asked = draft.expiresAt else { throw .missingProperty("expirationDateTime") }
        if let clientState = draft.clientState, clientState.utf16.count > 128 { throw .clientStateTooLong }
        try NotificationURL.check(notificationURL, settings: settings)
        if let url = draft.lifecycleNotificationURL { try NotificationURL.check(url, settings: settings) }
        guard !draft.hasWebPushKeys else { throw .webPushOnly }

        let path = try ResourcePath(resource).resolved(for: caller)
        guard let match = ResourceRule.match(path) else { throw .unsupportedWorkload }
        let rule = match.rule
        let isRich = draft.includeResourceData == true
        self.changeTypes = try Self.changeTypes(changeType, allowed: rule.changeTypes)
        try Self.checkOptions(of: path, rule: rule, wantsResourceData: isRich)
        guard !isRich || rule.richMaximumMinutes != nil else { throw .noResourceData }
        guard !rule.needsLifecycleURL || asked - now <= 3_600_000 || draft.lifecycleNotificationURL != nil else {
            throw .lifecycleURLRequired
        }
        self.encryption = try Self.encryption(draft)
        self.caller = caller
        self.draft = draft
        self.path = path
        self.family = path.family
        self.match = match
        self.changeType = changeType
        self.notificationURL = notificationURL
        self.lifecycleNotificationURL = draft.lifecycleNotificationURL
        self.expiresAt = Self.raised(asked, now: now)
        self.requestedAt = now
    }

    var rule: ResourceRule { self.match.rule }

    /// The longest lifetime, in minutes.
    var maximumMinutes: Int64 {
        self.rule.maximumMinutes(withResourceData: self.draft.includeResourceData == true) ?? self.rule.maximumMinutes
    }

    /// The URLs to call, each once for what it is to receive.
    var urls: [String] { [self.notificationURL] + (self.lifecycleNotificationURL.map { [$0] } ?? []) }

    static func raised(_ expiry: Int64, now: Int64) -> Int64 { max(expiry, now + Self.shortestLifetime) }

    private static func encryption(_ draft: SubscriptionDraft) throws(GraphRefusal) -> EncryptionCertificate? {
        guard draft.includeResourceData == true else { return nil }
        guard let certificate = draft.encryptionCertificate, !certificate.isEmpty else {
            throw .missingProperty("encryptionCertificate")
        }
        guard let id = draft.encryptionCertificateID, !id.isEmpty else { throw .missingProperty("encryptionCertificateId") }
        return try EncryptionCertificate(certificate, id: id)
    }

    private static func changeTypes(_ text: String, allowed: ChangeTypes) throws(GraphRefusal) -> ChangeTypes {
        var types: ChangeTypes = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let type = ChangeTypes(word), allowed.contains(type) else {
                throw .invalidChangeType(word.filter { !$0.isWhitespace })
            }
            types.formUnion(type)
        }
        return types
    }

    private static func checkOptions(
        of path: ResourcePath, rule: ResourceRule, wantsResourceData: Bool
    ) throws(GraphRefusal) {
        let options = path.options
        if let filter = options["$filter"], ODataFilterParser.parse(filter) == nil { throw .invalidFilter(filter) }
        guard rule.workload == .outlook else { return }
        for option in ["$top", "$skip", "$orderby"] where options[option] != nil { throw .optionsNotSupported }
        let expandable: Set = ["singleValueExtendedProperties", "multiValueExtendedProperties"]
        // Each may have options of its own in parentheses.
        for name in QueryOptions.names(options["$expand"] ?? "") where !expandable.contains(String(name.prefix { $0 != "(" })) {
            throw .optionsNotSupported
        }
        guard wantsResourceData else { return }
        guard let select = options["$select"] else { throw .selectRequired }
        guard QueryOptions.names(select).allSatisfy({ !["body", "uniqueBody"].contains($0) }) else { throw .optionsNotSupported }
    }
}
