/// What kind of resource a path of a subscription means.
extension ResourceFamily {
    /// - Parameter segments: In small letters; `me` replaced by the user.
    init?(segments: [String]) {
        guard segments.prefix(2) != ["solutions", "virtualevents"] else {
            self = .virtualEvent
            return
        }
        guard let found = Self.patterns.first(where: { Self.matches(segments, $0.pattern) }) else { return nil }
        self = found.family
    }

    /// The path with `*` in the place of its keys.
    static func pattern(of segments: [String]) -> [String]? {
        Self.patterns.first { Self.matches(segments, $0.pattern) }?.pattern.map(String.init)
    }

    private static func matches(_ segments: [String], _ pattern: [Substring]) -> Bool {
        guard pattern.count == segments.count else { return false }
        return zip(pattern, segments).allSatisfy { $0 == "*" || $0 == $1 }
    }

    /// The first that fits counts.
    private static let patterns: [(pattern: [Substring], family: ResourceFamily)] = [
        ("users/*/messages", message), ("users/*/mailfolders/*/messages", message),
        ("users/*/events", event), ("users/*/calendars/*/events", event),
        ("users/*/contacts", contact), ("users/*/contactfolders/*/contacts", contact),
        ("groups/*/conversations", conversation),
        ("users", user), ("users/*", user),
        ("groups", group), ("groups/*", group), ("groups/*/owners", group), ("groups/*/members", group),
        ("drives/*/root", drive), ("users/*/drive/root", drive), ("groups/*/drive/root", drive),
        ("sites/*/drive/root", drive), ("sites/*/lists/*", list),
        ("security/alerts", securityAlert), ("security/alerts/*", securityAlert),
        ("reports/healthmonitoring/alerts", healthAlert), ("reports/healthmonitoring/alert", healthAlert),
        ("teams/getallmessages", allChannelMessages), ("teams/*/channels/*/messages", channelMessage),
        ("chats/getallmessages", allChatMessages), ("users/*/chats/getallmessages", chatMessage),
        ("chats/*/messages", chatMessage), ("appcatalogs/teamsapps/*/installedtochats/getallmessages", installedChatMessages),
        ("chats/getallmembers", chatMember), ("chats/*/members", chatMember),
        ("appcatalogs/teamsapps/*/installedtochats/getallmembers", chatMember),
        ("chats", allChats), ("chats/*", chat), ("users/*/chats", chat),
        ("appcatalogs/teamsapps/*/installedtochats", installedChats),
        ("teams/getallchannels", channel), ("teams/*/channels", channel),
        ("teams/getallmembers", teamMember), ("teams/*/members", teamMember),
        ("teams/*/channels/getallmembers", channelMember), ("teams/getallchannels/getallmembers", channelMember),
        ("teams", team), ("teams/*", team), ("appcatalogs/teamsapps/*/installations", teamsAppInstallation),
        ("communications/callrecords", callRecord),
        ("communications/onlinemeetings/getallrecordings", allCallRecordings),
        ("communications/onlinemeetings/*/recordings", callRecording), ("users/*/onlinemeetings/getallrecordings", callRecording),
        ("communications/onlinemeetings/getalltranscripts", allCallTranscripts),
        ("communications/onlinemeetings/*/transcripts", callTranscript),
        ("users/*/onlinemeetings/getalltranscripts", callTranscript),
        ("communications/onlinemeetings/*/meetingcallevents", onlineMeeting),
        ("communications/presences", presence), ("communications/presences/*", presence),
        ("copilot/interactionhistory/getallenterpriseinteractions", interaction),
        ("copilot/users/*/interactionhistory/getallenterpriseinteractions", interaction),
        ("copilot/users/*/onlinemeetings/getallaiinsights", insight),
        ("copilot/users/*/onlinemeetings/*/aiinsights", insight),
        ("solutions/approval/approvalitems", approval),
        ("teams/*/schedule/shifts", shift), ("teams/*/schedule/offershiftrequests", shift),
        ("teams/*/schedule/openshiftchangerequests", shift), ("teams/*/schedule/swapshiftschangerequests", shift),
        ("teams/*/schedule/timeoffrequests", shift),
        ("print/printers/*/jobs", printer), ("print/printtaskdefinition/*/tasks", printTask),
        ("print/taskdefinitions/*/tasks", printTask), ("users/*/todo/lists/*/tasks", task),
    ].map { (pattern: $0.0.split(separator: "/"), family: $0.1) }
}
