/// What Graph allows for one kind of resource: a row of its documentation.
struct ResourceRule: Sendable {
    /// What it is called there.
    let name: String
    /// The paths it has, in lower case: `*` is one segment, `**` any number of them.
    let paths: [String]
    /// The longest life, in minutes.
    let minutes: Int
    /// The longest life when notifications bring the object, in minutes; `nil` if they cannot.
    let richMinutes: Int?
    /// Which changes may be asked for. Where the documentation only has examples, all: Graph knows better.
    let changeTypes: ChangeTypes
    /// Whether more than an hour needs a lifecycle notification URL.
    let needsLifecycleURL: Bool
    /// Whether objects come only with the properties that are named.
    let needsSelection: Bool

    init(
        _ name: String, _ paths: [String], minutes: Int, rich richMinutes: Int? = nil,
        _ changeTypes: ChangeTypes = [.created, .updated, .deleted], needsLifecycleURL: Bool = false,
        needsSelection: Bool = false
    ) {
        self.name = name
        self.paths = paths
        self.minutes = minutes
        self.richMinutes = richMinutes
        self.changeTypes = changeTypes
        self.needsLifecycleURL = needsLifecycleURL
        self.needsSelection = needsSelection
    }

    /// The rows; the first that fits counts.
    static let all: [ResourceRule] = [
        ResourceRule("presence", ["communications/presences/**"], minutes: 60, rich: 60, .updated),
        ResourceRule("callRecord", ["communications/callrecords/**"], minutes: 4_230, [.created, .updated]),
        // Both 4,320 and 4,230 are documented.
        ResourceRule("onlineMeeting", ["communications/onlinemeetings/**/meetingcallevents"], minutes: 4_230, rich: 4_230),
        ResourceRule("Shifts", ["teams/*/schedule/**"], minutes: 360, needsLifecycleURL: true),
        ResourceRule(
            "aiInsights", ["copilot/**/getallaiinsights", "copilot/**/aiinsights"], minutes: 4_320, needsLifecycleURL: true
        ),
        ResourceRule("aiInteraction", ["copilot/**"], minutes: 4_320, rich: 4_320, needsLifecycleURL: true),
        ResourceRule(
            "teamsAppInstallation", ["appcatalogs/teamsapps/*/installations"], minutes: 4_320, needsLifecycleURL: true
        ),
        ResourceRule(
            "chat of a person or an app",
            [
                "users/*/chats", "appcatalogs/teamsapps/*/installedtochats",
                "appcatalogs/teamsapps/*/installedtochats/getallmessages",
            ],
            minutes: 4_320, needsLifecycleURL: true
        ),
        ResourceRule(
            "chat, chatMessage, channel, conversationMember, team", ["chats/**", "teams/**", "users/*/chats/**"],
            minutes: 4_320, rich: 4_320, needsLifecycleURL: true
        ),
        ResourceRule(
            "callRecording, callTranscript", ["communications/onlinemeetings/**", "users/*/onlinemeetings/**", "appcatalogs/**"],
            minutes: 4_320, rich: 4_320, needsLifecycleURL: true
        ),
        ResourceRule("todoTask", ["users/*/todo/**"], minutes: 4_230),
        ResourceRule(
            "driveItem, list",
            ["drives/**", "users/*/drive/**", "users/*/drives/**", "groups/*/drive/**", "groups/*/drives/**", "sites/**"],
            minutes: 42_300, .updated
        ),
        ResourceRule("group conversation", ["groups/*/conversations"], minutes: 4_230),
        // The documentation says 10,080 minutes; Graph says 10,070.
        ResourceRule(
            "Outlook message, event, contact", ["users/*/**/messages", "users/*/**/events", "users/*/**/contacts"],
            minutes: 10_070, rich: 1_440, needsSelection: true
        ),
        ResourceRule(
            "user, group", ["users", "users/*", "groups", "groups/*", "groups/*/owners", "groups/*/members"],
            minutes: 41_760, [.updated, .deleted]
        ),
        ResourceRule("health alert", ["reports/healthmonitoring/**"], minutes: 42_300),
        ResourceRule("security alert", ["security/**"], minutes: 43_200),
        ResourceRule("approvals", ["solutions/approval/**"], minutes: 43_200),
        ResourceRule("virtual events", ["solutions/virtualevents/**"], minutes: 60),
        ResourceRule("printer, printTaskDefinition", ["print/**"], minutes: 4_230),
    ]

    /// One that is not known here: an hour is always accepted, and for the rest Graph is asked.
    static let unknown = ResourceRule("unknown", [], minutes: 60, rich: 60)

    /// The row of a resource.
    static func of(_ resource: String) -> ResourceRule {
        let segments = Self.segments(of: resource)
        return Self.all.first { rule in rule.paths.contains { Self.fits(segments[...], $0.split(separator: "/")[...]) } }
            ?? .unknown
    }

    /// The segments of a path in lower case. Ids come as `/{id}` or as `('{id}')`; `me` is a user.
    private static func segments(of resource: String) -> [Substring] {
        let path = resource.prefix { $0 != "?" }.lowercased()
        var segments: [Substring] = []
        for segment in path.split(separator: "/") {
            let name = segment.prefix { $0 != "(" }
            if name == "me", segments.isEmpty { segments += ["users", "me"] } else { segments.append(name) }
            if name.endIndex != segment.endIndex { segments.append("id") }
        }
        return segments
    }

    private static func fits(_ segments: ArraySlice<Substring>, _ pattern: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return segments.isEmpty }
        let rest = pattern.dropFirst()
        if first == "**" {
            return (0...segments.count).contains { Self.fits(segments.dropFirst($0), rest) }
        }
        guard let segment = segments.first, first == "*" || first == segment else { return false }
        return Self.fits(segments.dropFirst(), rest)
    }
}
