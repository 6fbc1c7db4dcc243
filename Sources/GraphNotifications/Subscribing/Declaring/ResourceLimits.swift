/// What Graph allows for a subscription, by what it watches.
///
/// The numbers are Graph's documented ones, except where Graph itself refuses them (Outlook).
public enum ResourceLimits {
    /// How many people one subscription to presence may name.
    static let maximumPresences = 650

    /// The longest lifetime that Graph accepts for a resource; an hour, which it always accepts, for one unknown here.
    ///
    /// - Parameter includesResourceData: Outlook's subscriptions that bring objects live for a day.
    public static func maximumLifetime(of resource: String, includesResourceData: Bool = false) -> Duration {
        let rule = ResourceRule.of(resource)
        return .seconds((includesResourceData ? rule.richMinutes ?? rule.minutes : rule.minutes) * 60)
    }

    /// Which changes may be asked for; all where the documentation does not say.
    public static func changeTypes(of resource: String) -> ChangeTypes { ResourceRule.of(resource).changeTypes }

    /// Whether Graph sends the object that changed along, for a subscription that asks for it.
    public static func canIncludeResourceData(_ resource: String) -> Bool { ResourceRule.of(resource).richMinutes != nil }

    /// Whether such a subscription has to say which properties it brings.
    public static func needsSelection(_ resource: String) -> Bool { ResourceRule.of(resource).needsSelection }

    /// Whether Graph insists on a lifecycle notification URL when a subscription to it lives longer than an hour.
    public static func needsLifecycleNotificationURL(_ resource: String) -> Bool {
        ResourceRule.of(resource).needsLifecycleURL
    }

    /// The lifetime that is asked for when none is declared: the longest that Graph accepts, less a margin for clocks that
    /// do not agree.
    ///
    /// - Parameters:
    ///   - resource: What is watched.
    ///   - hasLifecycleNotificationURL: Without one some resources live for an hour only.
    ///   - includesResourceData: Outlook's subscriptions that bring objects live for a day.
    public static func defaultLifetime(
        of resource: String, hasLifecycleNotificationURL: Bool, includesResourceData: Bool = false
    ) -> Duration {
        var longest = Self.maximumLifetime(of: resource, includesResourceData: includesResourceData)
        if Self.needsLifecycleNotificationURL(resource), !hasLifecycleNotificationURL { longest = min(longest, .seconds(3600)) }
        return longest - min(.seconds(600), longest / 10)
    }

    /// Why Graph would refuse the options behind a resource's `?`, to stand after the name of the subscription; `nil` if it
    /// would not, as far as is known here.
    static func fault(inOptionsOf resource: String, includesResourceData: Bool) -> String? {
        guard let mark = resource.firstIndex(of: "?") else { return nil }
        let rule = ResourceRule.of(resource)
        let options = resource[mark...].dropFirst().split(separator: "&").map { option in
            let parts = option.split(separator: "=", maxSplits: 1)
            return (name: parts[0].lowercased(), value: parts.count > 1 ? parts[1].lowercased() : "")
        }
        if rule.needsSelection {
            if let option = options.first(where: { ["$top", "$skip", "$orderby"].contains($0.name) }) {
                return "cannot have \(option.name): Graph takes $filter, and $select with resource data."
            }
            let selected = options.first { $0.name == "$select" }?.value.split(separator: ",") ?? []
            if includesResourceData, selected.contains("body") || selected.contains("uniquebody") {
                return "cannot bring the body: select bodyPreview, or fetch the object when it changed."
            }
        }
        if rule.name == "presence", options.contains(where: { $0.value.count { $0 == "'" } / 2 > Self.maximumPresences }) {
            return "names more than \(Self.maximumPresences) people: Graph takes no more in one subscription."
        }
        return nil
    }
}
