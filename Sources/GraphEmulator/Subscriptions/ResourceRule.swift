import GraphNotifications

/// What Graph allows for one kind of resource.
struct ResourceRule: Sendable, Equatable {
    /// Who behind Graph's front keeps the subscription; its texts differ.
    enum Workload: Sendable {
        case outlook, teams, presence, directory, other
    }

    var workload: Workload
    var paths: [PathPattern]
    var changeTypes: ChangeTypes
    /// The longest lifetime, in minutes.
    var maximumMinutes: Int64
    /// The same for notifications with resource data; `nil` if it has none.
    var richMaximumMinutes: Int64?
    /// Whether a lifetime over an hour needs a lifecycle notification URL.
    var needsLifecycleURL: Bool

    private init(
        _ workload: Workload, _ maximumMinutes: Int64, _ changeTypes: ChangeTypes, rich richMaximumMinutes: Int64? = nil,
        _ paths: String...
    ) {
        self.workload = workload
        self.paths = paths.map { PathPattern($0) }
        self.changeTypes = changeTypes
        self.maximumMinutes = maximumMinutes
        self.richMaximumMinutes = richMaximumMinutes
        self.needsLifecycleURL = workload == .teams
    }

    /// The longest lifetime of a subscription with or without resource data, in minutes; `nil` if it cannot have them.
    func maximumMinutes(withResourceData: Bool) -> Int64? { withResourceData ? self.richMaximumMinutes : self.maximumMinutes }

    /// What a resource's path was found to be.
    struct Match: Sendable, Equatable {
        var rule: ResourceRule
        var pattern: PathPattern
        var keys: [String: String]
    }

    /// The rule whose path fits best: `teams/getAllMessages` is not the team of that id.
    static func match(_ path: ResourcePath) -> Match? {
        var best: Match?
        for rule in Self.all {
            for pattern in rule.paths where pattern.nameCount > best?.pattern.nameCount ?? -1 {
                guard let keys = pattern.match(path.segments) else { continue }
                best = Match(rule: rule, pattern: pattern, keys: keys)
            }
        }
        return best
    }

    static func rule(for path: ResourcePath) -> ResourceRule? { Self.match(path)?.rule }

    private static let any: ChangeTypes = [.created, .updated, .deleted]

    static let all: [ResourceRule] = [
        // Outlook says 10,080 in its documentation and enforces 10,070.
        ResourceRule(
            .outlook, 10_070, Self.any, rich: 1440, "users/{user}/messages", "users/{user}/mailfolders/{folder}/messages"
        ),
        ResourceRule(.outlook, 10_070, Self.any, rich: 1440, "users/{user}/events", "users/{user}/calendars/{calendar}/events"),
        ResourceRule(
            .outlook, 10_070, Self.any, rich: 1440, "users/{user}/contacts",
            "users/{user}/contactfolders/{contactFolder}/contacts"
        ),
        ResourceRule(.other, 4230, Self.any, "groups/{group}/conversations"),
        ResourceRule(
            .other, 42_300, .updated, "drives/{drive}/root", "users/{user}/drive/root", "groups/{group}/drive/root",
            "sites/{site}/drive/root", "sites/{site}/lists/{list}"
        ),
        ResourceRule(.directory, 41_760, [.updated, .deleted], "users", "users/{user}"),
        ResourceRule(
            .directory, 41_760, [.updated, .deleted], "groups", "groups/{group}", "groups/{group}/owners",
            "groups/{group}/members"
        ),
        ResourceRule(.other, 43_200, Self.any, "security/alerts", "security/alerts/{alert}"),
        ResourceRule(.other, 43_200, Self.any, "solutions/approval/approvalitems"),
        ResourceRule(.other, 42_300, Self.any, "reports/healthmonitoring/alerts", "reports/healthmonitoring/alert"),
        ResourceRule(.other, 4230, [.created, .updated], "communications/callrecords"),
        ResourceRule(.other, 4230, .updated, "print/printers/{printer}/jobs"),
        ResourceRule(
            .other, 4230, .created, "print/printtaskdefinition/{definition}/tasks", "print/taskdefinitions/{definition}/tasks"
        ),
        ResourceRule(.other, 4230, Self.any, "users/{user}/todo/lists/{list}/tasks"),
        ResourceRule(
            .other, 4230, .updated, rich: 4230, "communications/onlinemeetings/{meeting}/meetingcallevents"
        ),
        ResourceRule(.presence, 60, .updated, rich: 60, "communications/presences", "communications/presences/{presence}"),
        ResourceRule(
            .other, 360, Self.any, "teams/{team}/schedule/shifts", "teams/{team}/schedule/offershiftrequests",
            "teams/{team}/schedule/openshiftchangerequests", "teams/{team}/schedule/swapshiftschangerequests",
            "teams/{team}/schedule/timeoffrequests"
        ),
        ResourceRule(
            .teams, 4320, Self.any, rich: 4320, "copilot/interactionhistory/getallenterpriseinteractions",
            "copilot/users/{user}/interactionhistory/getallenterpriseinteractions"
        ),
        ResourceRule(
            .teams, 4320, Self.any, rich: 4320, "communications/onlinemeetings/getallrecordings",
            "communications/onlinemeetings/{meeting}/recordings", "users/{user}/onlinemeetings/getallrecordings",
            "communications/onlinemeetings/getalltranscripts", "communications/onlinemeetings/{meeting}/transcripts",
            "users/{user}/onlinemeetings/getalltranscripts"
        ),
        ResourceRule(.teams, 4320, [.created, .updated], rich: 4320, "chats", "chats/{chat}"),
        ResourceRule(
            .teams, 4320, [.created, .updated], "users/{user}/chats", "appcatalogs/teamsapps/{app}/installedtochats"
        ),
        ResourceRule(
            .teams, 4320, Self.any, rich: 4320, "teams/getallmessages", "teams/{team}/channels/{channel}/messages",
            "chats/getallmessages", "chats/{chat}/messages", "users/{user}/chats/getallmessages"
        ),
        ResourceRule(.teams, 4320, Self.any, "appcatalogs/teamsapps/{app}/installedtochats/getallmessages"),
        ResourceRule(
            .teams, 4320, Self.any, rich: 4320, "teams/getallchannels", "teams/{team}/channels", "teams", "teams/{team}"
        ),
        ResourceRule(
            .teams, 4320, Self.any, rich: 4320, "teams/{team}/members", "teams/{team}/channels/getallmembers",
            "chats/{chat}/members", "chats/getallmembers", "appcatalogs/teamsapps/{app}/installedtochats/getallmembers",
            "teams/getallmembers", "teams/getallchannels/getallmembers"
        ),
        ResourceRule(.teams, 4320, Self.any, "appcatalogs/teamsapps/{app}/installations"),
    ]
}
