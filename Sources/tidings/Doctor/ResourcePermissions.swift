/// Which permissions an application needs to subscribe.
enum ResourcePermissions {
    /// Any one of these is enough; the least is first.
    ///
    /// - Parameter resource: As it is declared.
    /// - Returns: Empty if no application may follow it by itself; `nil` if nothing is known of it.
    static func needed(toFollow resource: String) -> [String]? {
        let path = resource.prefix { $0 != "?" }.lowercased()
        var segments: [Substring] = []
        // Ids come as `/{id}` or as `('{id}')`.
        for segment in path.split(separator: "/") {
            guard let parenthesis = segment.firstIndex(of: "("), segment.hasSuffix(")") else {
                segments.append(segment)
                continue
            }
            segments.append(segment[..<parenthesis])
            let key = segment[segment.index(after: parenthesis)...].dropLast()
            if !key.isEmpty { segments.append(key) }
        }
        return Self.patterns.first { Self.matches(segments, $0.path) }?.permissions
    }

    private static func matches(_ segments: [Substring], _ pattern: [Substring]) -> Bool {
        if pattern.last == "**" { return segments.starts(with: pattern.dropLast()) { $0 == $1 || $1 == "*" } }
        return segments.count == pattern.count && zip(segments, pattern).allSatisfy { $0 == $1 || $1 == "*" }
    }

    private static let mail = ["Mail.Read", "Mail.ReadBasic", "Mail.ReadBasic.All", "Mail.ReadWrite"]
    private static let events = ["Calendars.Read", "Calendars.ReadBasic.All", "Calendars.ReadWrite"]
    private static let contacts = ["Contacts.Read", "Contacts.ReadWrite"]
    private static let users = ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]
    private static let groups = [
        "Group.Read.All", "GroupMember.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All",
    ]
    private static let files = ["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"]
    private static let chatMessages = ["Chat.Read.All", "Chat.ReadWrite.All"]
    private static let channelMessages = ["ChannelMessage.Read.All"]
    private static let chatMembers = [
        "ChatMember.Read.All", "ChatMember.ReadWrite.All", "Chat.ReadBasic.All", "Chat.Read.All", "Chat.ReadWrite.All",
    ]
    private static let channelMembers = ["ChannelMember.Read.All", "ChannelMember.ReadWrite.All"]
    private static let recordings = ["OnlineMeetingRecording.Read.All"]
    private static let transcripts = ["OnlineMeetingTranscript.Read.All"]

    /// The first that fits counts.
    private static let patterns: [(path: [Substring], permissions: [String])] = [
        ("users/*/messages", mail), ("users/*/mailfolders/*/messages", mail),
        ("users/*/events", events), ("users/*/calendars/*/events", events),
        ("users/*/contacts", contacts), ("users/*/contactfolders/*/contacts", contacts),
        ("groups/*/conversations", []), ("me/**", []),
        ("users/*/drive/root", files), ("groups/*/drive/root", files), ("drives/*/root", files), ("sites/*/drive/root", files),
        ("sites/*/lists/*", ["Sites.Read.All", "Sites.ReadWrite.All"]),
        ("users/*/chats/getallmessages", chatMessages), ("users/*/chats", ["Chat.ReadBasic.All"] + chatMessages),
        ("users/*/todo/lists/*/tasks", ["Tasks.ReadWrite.All", "Tasks.Read.All"]),
        ("users/*/onlinemeetings/getallrecordings", recordings), ("users/*/onlinemeetings/getalltranscripts", transcripts),
        ("users", users), ("users/*", users),
        ("groups", groups), ("groups/*", groups), ("groups/*/members", groups), ("groups/*/owners", groups),
        ("security/**", ["SecurityEvents.ReadWrite.All"]),
        ("reports/healthmonitoring/**", ["HealthMonitoringAlert.Read.All", "HealthMonitoringAlert.ReadWrite.All"]),
        ("teams/getallmessages", channelMessages),
        ("teams/*/channels/*/messages", channelMessages + ["ChannelMessage.Read.Group"]),
        ("chats/getallmessages", chatMessages), ("chats/*/messages", chatMessages + ["ChatMessage.Read.Chat"]),
        ("chats/getallmembers", chatMembers), ("chats/*/members", chatMembers),
        ("chats", ["Chat.ReadBasic.All"] + chatMessages), ("chats/*", ["Chat.ReadBasic.All"] + chatMessages),
        (
            "appcatalogs/teamsapps/*/installedtochats/getallmessages",
            ["Chat.Read.WhereInstalled", "Chat.ReadWrite.WhereInstalled"]
        ),
        ("teams/*/schedule/*", ["Schedule.Read.All", "Schedule.ReadWrite.All"]),
        ("teams/getallchannels", ["Channel.ReadBasic.All", "ChannelSettings.Read.All"]),
        ("teams/*/channels", ["Channel.ReadBasic.All", "ChannelSettings.Read.All"]),
        ("teams/*/channels/getallmembers", channelMembers), ("teams/getallchannels/getallmembers", channelMembers),
        ("teams/*/members", ["TeamMember.Read.All", "TeamMember.ReadWrite.All"]),
        ("teams/getallmembers", ["TeamMember.Read.All", "TeamMember.ReadWrite.All"]),
        ("teams", ["Team.ReadBasic.All", "TeamSettings.Read.All"]), ("teams/*", ["Team.ReadBasic.All", "TeamSettings.Read.All"]),
        ("communications/callrecords", ["CallRecords.Read.All"]),
        ("communications/onlinemeetings/getallrecordings", recordings),
        ("communications/onlinemeetings/*/recordings", recordings),
        ("communications/onlinemeetings/getalltranscripts", transcripts),
        ("communications/onlinemeetings/*/transcripts", transcripts),
        ("communications/presences", []), ("communications/presences/*", []),
        ("copilot/**", ["AiEnterpriseInteraction.Read.All", "AiEnterpriseInteraction.Read.User"]),
        ("solutions/approval/approvalitems", ["ApprovalSolution.ReadWrite.All"]),
        ("solutions/virtualevents/**", ["VirtualEvent.Read.All"]),
        ("print/printers/*/jobs", ["Printer.Read.All", "Printer.ReadWrite.All"]),
        ("print/**", ["PrintTaskDefinition.ReadWrite.All"]),
    ].map { (path: $0.0.split(separator: "/"), permissions: $0.1) }
}
