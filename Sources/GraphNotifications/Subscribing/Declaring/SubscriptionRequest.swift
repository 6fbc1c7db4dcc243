/// A subscription that should be there.
public struct SubscriptionRequest: Sendable, Equatable {
    /// What it is called here; unique.
    public var name: String
    /// The account it belongs to, see ``SubscriptionAccount``.
    public var account: String
    /// What it watches, relative to Graph's version: `users/{id}/messages`.
    public var resource: String
    /// Which changes it asks for.
    public var changeTypes: ChangeTypes
    /// How long it lives between renewals; the longest that Graph accepts if it is `nil`.
    public var lifetime: Duration?
    /// The secret that Graph repeats, at most 128 characters; a random one if it is `nil`.
    public var clientState: String?
    /// Whether notifications bring the object that changed, encrypted for the current certificate.
    public var includesResourceData: Bool

    public init(
        name: String, account: String = SubscriptionAccount.defaultName, resource: String, changeTypes: ChangeTypes,
        lifetime: Duration? = nil, clientState: String? = nil, includesResourceData: Bool = false
    ) {
        self.name = name
        self.account = account
        self.resource = resource
        self.changeTypes = changeTypes
        self.lifetime = lifetime
        self.clientState = clientState
        self.includesResourceData = includesResourceData
    }

    /// Finds what Graph would refuse, before it is asked.
    ///
    /// - Parameter lifecycleNotificationURL: Where lifecycle notifications go, if anywhere.
    /// - Throws: ``GraphError/Code/invalidDeclaration`` with a sentence that names the subscription.
    public func validate(lifecycleNotificationURL: String?) throws(GraphError) {
        func refuse(_ reason: String) -> GraphError {
            GraphError(.invalidDeclaration, "The subscription “\(self.name)” \(reason)")
        }
        guard !self.name.isEmpty, self.name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw GraphError(.invalidDeclaration, "A subscription needs a name without control characters.")
        }
        guard !self.resource.isEmpty, !self.resource.contains("://") else {
            throw refuse("needs a resource relative to Graph, such as users/{id}/messages.")
        }
        guard !self.changeTypes.isEmpty else { throw refuse("needs a change type: created, updated or deleted.") }
        let allowed = ResourceLimits.changeTypes(of: self.resource)
        guard allowed.isSuperset(of: self.changeTypes) else {
            throw refuse(
                "asks for \(self.changeTypes.subtracting(allowed)): of \(self.resource) Graph tells \(allowed) only."
            )
        }
        if let fault = ResourceLimits.fault(inOptionsOf: self.resource, includesResourceData: self.includesResourceData) {
            throw refuse(fault)
        }
        if let clientState = self.clientState, clientState.isEmpty || clientState.unicodeScalars.count > 128 {
            throw refuse("has a client state that is empty or longer than 128 characters.")
        }
        if self.includesResourceData {
            guard ResourceLimits.canIncludeResourceData(self.resource) else {
                throw refuse("cannot bring resource data: Graph sends none for \(self.resource).")
            }
            guard !ResourceLimits.needsSelection(self.resource) || self.resource.lowercased().contains("$select=") else {
                throw refuse("needs to say which properties it brings: end its resource in ?$select=subject,receivedDateTime.")
            }
        }
        guard let lifetime = self.lifetime else { return }
        let longest = ResourceLimits.maximumLifetime(of: self.resource, includesResourceData: self.includesResourceData)
        guard lifetime > .zero else { throw refuse("has no lifetime.") }
        guard lifetime <= longest else {
            throw refuse(
                "may live for \(longest.components.seconds / 60) minutes at most: Graph allows no more for \(self.resource)."
            )
        }
        if lifetime > .seconds(3600), lifecycleNotificationURL == nil,
            ResourceLimits.needsLifecycleNotificationURL(self.resource)
        {
            throw refuse("may live for 60 minutes at most, because there is no lifecycle notification URL.")
        }
    }

    /// How long it shall live from now on.
    func lifetime(hasLifecycleNotificationURL: Bool) -> Duration {
        self.lifetime
            ?? ResourceLimits.defaultLifetime(
                of: self.resource, hasLifecycleNotificationURL: hasLifecycleNotificationURL,
                includesResourceData: self.includesResourceData
            )
    }

    /// How what Graph has compares with what is declared.
    func standing(of record: SubscriptionRecord, notificationURL: String, lifecycleNotificationURL: String?) -> Standing {
        guard self.changeTypes == record.changeTypes, self.resource == record.resource else {
            return .different(createsFirst: self.account == record.account)
        }
        // Graph allows one of each resource and set of changes. What was written before it was kept when a subscription was
        // created does not say where its lifecycle notifications go.
        guard self.account == record.account, self.includesResourceData == (record.certificateID != nil),
            record.createdAt == nil || record.lifecycleNotificationURL == lifecycleNotificationURL,
            self.clientState.map({ ClientState.matches($0, record.clientState) }) ?? true
        else { return .different(createsFirst: false) }
        return record.notificationURL == notificationURL ? .current : .moved
    }

    enum Standing: Equatable {
        case current
        /// Graph can be told where notifications go now.
        case moved
        /// Only a new subscription will do.
        case different(createsFirst: Bool)
    }
}

extension SubscriptionRequest: CustomStringConvertible {
    public var description: String { "SubscriptionRequest(\(self.name): \(self.resource), \(self.changeTypes))" }
}
