import GraphNotifications

/// Something that happened to something in Graph, with all that a notification of it may need.
struct ResourceChange: Sendable {
    /// What it was, or is: where it can be watched, and its properties.
    struct State: Sendable, Equatable {
        let id: String
        let immutableID: String?
        /// The paths under which it can be watched, with ids, in small letters but for the ids.
        let watched: [String]
        /// Outlook has one, the others do not show theirs.
        let etag: String?
        let members: JSONMembers
    }

    let tenantID: String
    let kind: EntityKind
    /// `nil` if it has just come into being.
    let before: State?
    /// `nil` if it is gone.
    let after: State?
    /// What is said to have happened, for resources that do not say `created`; `nil` to go by ``before`` and ``after``.
    let announced: ChangeTypes?
    /// `nil` where notifications repeat the subscribed path instead.
    let name: ResourceName?
    /// What else stands in `resourceData`.
    let details: JSONMembers

    /// What it is, or was last.
    var latest: State? { self.after ?? self.before }

    /// What has happened from the point of view of a subscription; `nil` if nothing has.
    func type(for subscription: EmulatedSubscription) -> ChangeTypes? {
        let was = self.before.map(subscription.sees) ?? false
        let `is` = self.after.map(subscription.sees) ?? false
        guard was || `is` else { return nil }
        let type: ChangeTypes = self.announced ?? (was && `is` ? .updated : `is` ? .created : .deleted)
        return subscription.changeTypes.contains(type) ? type : nil
    }

    /// The id by which this subscription knows it.
    func id(for subscription: EmulatedSubscription) -> String {
        // Whoever saw it go knows it under the id that it had there.
        let state = self.after.map(subscription.sees) ?? false ? self.after : self.before ?? self.after
        return (subscription.usesImmutableIDs ? state?.immutableID : nil) ?? state?.id ?? ""
    }

    /// The path by which notifications call it.
    func resource(for subscription: EmulatedSubscription) -> String {
        guard let name = self.name else {
            return String(subscription.resource.drop { $0 == "/" }.prefix { $0 != "?" })
        }
        let id = self.id(for: subscription)
        return switch self.kind.type.family {
        case .outlook where subscription.includeResourceData != true, .directory: name.path(id: id)
        case .outlook, .drive, .teams, .presence: name.parenthesized(id: id)
        }
    }

    /// The `resourceData` of a notification.
    func resourceData(for subscription: EmulatedSubscription) -> JSONObject {
        var data = JSONObject()
        data.set("@odata.type", self.kind.type.notifiedType)
        guard self.name != nil else { return data }
        data.set("@odata.id", self.resource(for: subscription))
        if let etag = self.latest?.etag { data.set("@odata.etag", etag) }
        data.set("id", self.id(for: subscription))
        data.append(JSONObject(self.details))
        return data
    }

    /// The resource itself, for notifications that carry it; `nil` if it is gone.
    ///
    /// - Parameters:
    ///   - subscription: Who is to get it, with the id that it knows.
    ///   - select: The only properties wanted; `nil` for the whole object, as Teams and presence send it.
    func content(for subscription: EmulatedSubscription, select: [String]? = nil) -> JSONObject? {
        guard let after = self.after else { return nil }
        var content = JSONObject()
        content.set("@odata.type", self.kind.type.notifiedType)
        content.set("@odata.id", self.resource(for: subscription))
        if let etag = after.etag { content.set("@odata.etag", etag) }
        content.set("id", self.id(for: subscription))
        for member in after.members where member.name != "id" && member.name != "@odata.type" {
            if let select, !select.contains(member.name) { continue }
            content.set(member.name, value: member.value)
        }
        return content
    }
}
