/// What two subscriptions of an application to the same URL must not have in common: Graph takes them for one.
struct RequestedCombination: Hashable, Sendable {
    private let resource: String
    private let changeTypes: ChangeTypes

    init(resource: String, changeTypes: ChangeTypes) {
        self.resource = Self.normalized(resource)
        self.changeTypes = changeTypes
    }

    /// Whether Graph takes two resources for different ones.
    static func differ(_ one: String, _ other: String) -> Bool { self.normalized(one) != self.normalized(other) }

    /// Graph does not care about case or a slash at the beginning.
    private static func normalized(_ resource: String) -> String {
        (resource.hasPrefix("/") ? resource.dropFirst() : resource[...]).lowercased()
    }
}

extension SubscriptionRecord {
    var combination: RequestedCombination { RequestedCombination(resource: self.resource, changeTypes: self.changeTypes) }
}

extension GraphSubscription {
    var combination: RequestedCombination { RequestedCombination(resource: self.resource, changeTypes: self.changeTypes) }
}
