/// How long a subscription may live, by what it watches.
///
/// The numbers are Graph's documented ones, except where Graph itself refuses them (Outlook).
public enum ResourceLimits {
    /// The longest lifetime that Graph accepts for a resource; an hour, which it always accepts, for one unknown here.
    ///
    /// - Parameter includesResourceData: Outlook's subscriptions that bring objects live for a day.
    public static func maximumLifetime(of resource: String, includesResourceData: Bool = false) -> Duration {
        let family = ResourceFamily(resource)
        return family == .outlook && includesResourceData ? .seconds(1440 * 60) : family.maximumLifetime
    }

    /// Whether Graph sends the object that changed along, for a subscription that asks for it.
    public static func canIncludeResourceData(_ resource: String) -> Bool {
        switch ResourceFamily(resource) {
        case .outlook, .teams, .presence: true
        // Graph may know better.
        case .unknown: true
        case .calls: resource.lowercased().contains("meetingcallevents")
        case .shifts, .directory, .files, .security: false
        }
    }

    /// Whether such a subscription has to say which properties it brings.
    public static func needsSelection(_ resource: String) -> Bool { ResourceFamily(resource) == .outlook }

    /// Whether Graph insists on a lifecycle notification URL when a subscription to it lives longer than an hour.
    public static func needsLifecycleNotificationURL(_ resource: String) -> Bool {
        ResourceFamily(resource).needsLifecycleNotificationURL
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
        let family = ResourceFamily(resource)
        var longest = Self.maximumLifetime(of: resource, includesResourceData: includesResourceData)
        if family.needsLifecycleNotificationURL, !hasLifecycleNotificationURL { longest = min(longest, .seconds(3600)) }
        return longest - min(.seconds(600), longest / 10)
    }
}

/// Resources that Graph treats alike.
private enum ResourceFamily {
    case presence, shifts, outlook, calls, teams, directory, files, security, unknown

    init(_ resource: String) {
        let path = resource.prefix { $0 != "?" }.lowercased()
        // Ids come as `/{id}` or as `('{id}')`; only the names matter here.
        let segments = path.split(separator: "/").map { String($0.prefix { $0 != "(" }) }
        let names = Set(segments)
        switch segments.first {
        case "communications" where names.contains("presences"): self = .presence
        case "communications" where names.contains("callrecords") || names.contains("meetingcallevents"): self = .calls
        case "communications", "copilot", "chats", "appcatalogs": self = .teams
        case "teams": self = names.contains("schedule") ? .shifts : .teams
        case "users", "me":
            let last = segments[segments.count - 1]
            if !names.isDisjoint(with: ["chats", "onlinemeetings"]) {
                self = .teams
            } else if names.contains("drive") {
                self = .files
            } else if names.contains("todo") {
                self = .calls
            } else if segments.count > 1, ["messages", "events", "contacts"].contains(last) {
                self = .outlook
            } else {
                self = segments.count <= 2 ? .directory : .unknown
            }
        case "groups":
            if names.contains("conversations") {
                self = .calls
            } else {
                self = names.contains("drive") ? .files : .directory
            }
        case "drives", "sites", "reports": self = .files
        case "security": self = .security
        case "solutions": self = names.contains("approval") ? .security : .unknown
        case "print": self = .calls
        default: self = .unknown
        }
    }

    var maximumLifetime: Duration {
        let minutes =
            switch self {
            case .presence, .unknown: 60
            case .shifts: 360
            case .calls: 4_230
            case .teams: 4_320
            // The documentation says 10,080; Graph says 10,070.
            case .outlook: 10_070
            case .directory: 41_760
            case .files: 42_300
            case .security: 43_200
            }
        return .seconds(minutes * 60)
    }

    var needsLifecycleNotificationURL: Bool {
        switch self {
        case .teams, .shifts: true
        default: false
        }
    }
}
