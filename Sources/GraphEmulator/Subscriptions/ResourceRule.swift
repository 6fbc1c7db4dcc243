import GraphNotifications

/// What Graph allows for one kind of resource.
struct ResourceRule: Sendable, Equatable {
    /// Who behind Graph's front keeps the subscription; its texts differ.
    enum Workload: Sendable {
        case outlook, teams, other
    }

    var workload: Workload
    /// The paths, in small letters; `*` stands for a key.
    var paths: [String]
    var changeTypes: ChangeTypes
    /// The longest lifetime, in minutes.
    var maximumMinutes: Int64
    /// Whether a lifetime over an hour needs a lifecycle notification URL.
    var needsLifecycleURL: Bool

    private init(
        _ workload: Workload, _ maximumMinutes: Int64, _ changeTypes: ChangeTypes, _ paths: String...
    ) {
        self.workload = workload
        self.paths = paths
        self.changeTypes = changeTypes
        self.maximumMinutes = maximumMinutes
        self.needsLifecycleURL = workload == .teams
    }

    /// The rule whose path fits best: `teams/getAllMessages` is not the team of that id.
    static func rule(for path: ResourcePath) -> ResourceRule? {
        let segments = path.segments.map { $0.lowercased() }
        var best: (rule: ResourceRule, names: Int)?
        for rule in Self.all {
            for pattern in rule.paths {
                guard let names = Self.match(segments, pattern), names > best?.names ?? -1 else { continue }
                best = (rule, names)
            }
        }
        return best?.rule
    }

    /// How many segments match by name; `nil` if the pattern does not fit.
    private static func match(_ segments: [String], _ pattern: String) -> Int? {
        let parts = pattern.split(separator: "/")
        guard parts.count == segments.count else { return nil }
        var names = 0
        for (part, segment) in zip(parts, segments) {
            if part == "*" { continue }
            guard part == segment else { return nil }
            names += 1
        }
        return names
    }

    private static let any: ChangeTypes = [.created, .updated, .deleted]

    static let all: [ResourceRule] = [
        // Outlook says 10,080 in its documentation and enforces 10,070.
        ResourceRule(.outlook, 10_070, Self.any, "users/*/messages", "users/*/mailfolders/*/messages"),
        ResourceRule(.outlook, 10_070, Self.any, "users/*/events", "users/*/calendars/*/events"),
        ResourceRule(.outlook, 10_070, Self.any, "users/*/contacts", "users/*/contactfolders/*/contacts"),
        ResourceRule(.other, 4230, Self.any, "groups/*/conversations"),
        ResourceRule(.other, 42_300, .updated, "drives/*/root", "users/*/drive/root", "sites/*/drive/root", "sites/*/lists/*"),
        ResourceRule(.other, 41_760, [.updated, .deleted], "users", "users/*"),
        ResourceRule(.other, 41_760, [.updated, .deleted], "groups", "groups/*", "groups/*/owners", "groups/*/members"),
        ResourceRule(.other, 43_200, Self.any, "security/alerts", "security/alerts/*"),
        ResourceRule(.other, 43_200, Self.any, "solutions/approval/approvalitems"),
        ResourceRule(.other, 42_300, Self.any, "reports/healthmonitoring/alerts", "reports/healthmonitoring/alert"),
        ResourceRule(.other, 4230, [.created, .updated], "communications/callrecords"),
        ResourceRule(.other, 4230, .updated, "print/printers/*/jobs"),
        ResourceRule(.other, 4230, .created, "print/printtaskdefinition/*/tasks", "print/taskdefinitions/*/tasks"),
        ResourceRule(.other, 4230, Self.any, "users/*/todo/lists/*/tasks"),
        ResourceRule(.other, 4230, .updated, "communications/onlinemeetings/*/meetingcallevents"),
        ResourceRule(.other, 60, .updated, "communications/presences", "communications/presences/*"),
        ResourceRule(
            .other, 360, Self.any, "teams/*/schedule/shifts", "teams/*/schedule/offershiftrequests",
            "teams/*/schedule/openshiftchangerequests", "teams/*/schedule/swapshiftschangerequests",
            "teams/*/schedule/timeoffrequests"
        ),
        ResourceRule(
            .teams, 4320, Self.any, "copilot/interactionhistory/getallenterpriseinteractions",
            "copilot/users/*/interactionhistory/getallenterpriseinteractions"
        ),
        ResourceRule(
            .teams, 4320, Self.any, "communications/onlinemeetings/getallrecordings",
            "communications/onlinemeetings/*/recordings", "users/*/onlinemeetings/getallrecordings",
            "communications/onlinemeetings/getalltranscripts", "communications/onlinemeetings/*/transcripts",
            "users/*/onlinemeetings/getalltranscripts"
        ),
        ResourceRule(
            .teams, 4320, [.created, .updated], "chats", "chats/*", "users/*/chats", "appcatalogs/teamsapps/*/installedtochats"
        ),
        ResourceRule(
            .teams, 4320, Self.any, "teams/getallmessages", "teams/*/channels/*/messages", "chats/getallmessages",
            "chats/*/messages", "users/*/chats/getallmessages", "appcatalogs/teamsapps/*/installedtochats/getallmessages"
        ),
        ResourceRule(.teams, 4320, Self.any, "teams/getallchannels", "teams/*/channels", "teams", "teams/*"),
        ResourceRule(
            .teams, 4320, Self.any, "teams/*/members", "teams/*/channels/getallmembers", "chats/*/members",
            "chats/getallmembers", "appcatalogs/teamsapps/*/installedtochats/getallmembers", "teams/getallmembers",
            "teams/getallchannels/getallmembers"
        ),
        ResourceRule(.teams, 4320, Self.any, "appcatalogs/teamsapps/*/installations"),
    ]
}
