/// Every path of Graph that the emulator knows.
enum RouteTable {
    private struct Entry {
        var pattern: PathPattern
        var target: GraphTarget
    }

    struct UnknownSegment: Error, Equatable {
        var segment: String
    }

    /// Finds what a path means, and its keys.
    static func find(_ segments: [String]) -> Result<(target: GraphTarget, keys: [String: String]), UnknownSegment> {
        var best: (entry: Entry, keys: [String: String])?
        for entry in Self.entries[segments.count] ?? [] where entry.pattern.nameCount > best?.entry.pattern.nameCount ?? -1 {
            if let keys = entry.pattern.match(segments) { best = (entry, keys) }
        }
        if var best {
            // A view of no calendar is one of the calendar that everybody has from the beginning.
            let text = best.entry.pattern.text
            if best.keys["calendar"] == nil, text.contains("/calendar/") || text.contains("/calendarview") {
                best.keys["calendar"] = ""
            }
            return .success((best.entry.target, best.keys))
        }
        // The first segment that leads nowhere.
        let reach = Self.entries.values.joined().map { $0.pattern.reach(segments) }.max() ?? 0
        return .failure(UnknownSegment(segment: segments.indices.contains(reach) ? segments[reach] : segments.last ?? ""))
    }

    /// By the number of segments.
    private static let entries: [Int: [Entry]] = Dictionary(
        grouping: all.map { Entry(pattern: PathPattern($0.0), target: $0.1) }, by: \.pattern.count
    )

    private static let all: [(String, GraphTarget)] =
        [
            ("subscriptions", .subscriptions), ("subscriptions/{id}", .subscription),
            ("subscriptions/getvapidpublickey", .vapidPublicKey),
            ("subscriptions/{id}/reauthorize", .reauthorization), ("$batch", .batch),
        ] + Self.directory + Self.mail + Self.calendar + Self.people + Self.drive + Self.teams + Self.presence

    private static let directory: [(String, GraphTarget)] = [
        ("users", .collection(.user)), ("users/delta", .delta(.user)), ("users/{id}", .entity(.user)),
        ("groups", .collection(.group)), ("groups/delta", .delta(.group)), ("groups/{id}", .entity(.group)),
        ("groups/{group}/members", .members(.members)), ("groups/{group}/members/$ref", .memberLinks(.members)),
        ("groups/{group}/members/{id}/$ref", .memberLink(.members)),
        ("groups/{group}/owners", .members(.owners)), ("groups/{group}/owners/$ref", .memberLinks(.owners)),
        ("groups/{group}/owners/{id}/$ref", .memberLink(.owners)), ("groups/{group}/team", .action(.makeTeam)),
        ("directory/deleteditems/microsoft.graph.user", .collection(.deletedUser)),
        ("directory/deleteditems/microsoft.graph.group", .collection(.deletedGroup)),
        ("directory/deleteditems/{id}", .entity(.deletedUser)), ("directory/deleteditems/{id}/restore", .action(.restore)),
    ]

    private static let mail: [(String, GraphTarget)] =
        [
            ("users/{user}/mailfolders", .collection(.mailFolder)), ("users/{user}/mailfolders/delta", .delta(.mailFolder)),
            ("users/{user}/mailfolders/{id}", .entity(.mailFolder)),
            ("users/{user}/mailfolders/{folder}/childfolders", .collection(.mailFolder)),
            ("users/{user}/mailfolders/{folder}/messages/delta", .delta(.message)),
            ("users/{user}/sendmail", .action(.sendMail)),
        ]
        + ["users/{user}/messages", "users/{user}/mailfolders/{folder}/messages"].flatMap { path in
            [
                (path, .collection(.message)), ("\(path)/{id}", .entity(.message)), ("\(path)/{id}/move", .action(.move)),
                ("\(path)/{id}/copy", .action(.copy)), ("\(path)/{id}/send", .action(.sendDraft)),
                ("\(path)/{id}/permanentdelete", .action(.deleteMessage)),
            ]
        }

    private static let calendar: [(String, GraphTarget)] =
        [
            ("users/{user}/calendars", .collection(.calendar)), ("users/{user}/calendars/{id}", .entity(.calendar)),
            ("users/{user}/calendarview", .calendarView), ("users/{user}/calendarview/delta", .delta(.event)),
            ("users/{user}/calendar/calendarview", .calendarView), ("users/{user}/calendar/calendarview/delta", .delta(.event)),
            ("users/{user}/calendars/{calendar}/calendarview", .calendarView),
            ("users/{user}/calendars/{calendar}/calendarview/delta", .delta(.event)),
        ]
        + ["users/{user}/events", "users/{user}/calendar/events", "users/{user}/calendars/{calendar}/events"].flatMap { path in
            [(path, .collection(.event)), ("\(path)/{id}", .entity(.event))]
        }

    private static let people: [(String, GraphTarget)] =
        [
            ("users/{user}/contactfolders", .collection(.contactFolder)),
            ("users/{user}/contactfolders/{id}", .entity(.contactFolder)),
            ("users/{user}/todo/lists", .collection(.taskList)), ("users/{user}/todo/lists/delta", .delta(.taskList)),
            ("users/{user}/todo/lists/{id}", .entity(.taskList)),
            ("users/{user}/todo/lists/{list}/tasks", .collection(.task)),
            ("users/{user}/todo/lists/{list}/tasks/delta", .delta(.task)),
            ("users/{user}/todo/lists/{list}/tasks/{id}", .entity(.task)),
        ]
        + ["users/{user}/contacts", "users/{user}/contactfolders/{contactFolder}/contacts"].flatMap { path in
            [(path, .collection(.contact)), ("\(path)/delta", .delta(.contact)), ("\(path)/{id}", .entity(.contact))]
        }

    /// A `root:/path:` is one segment `{path}` behind `root:`.
    private static let drive: [(String, GraphTarget)] =
        [
            ("drives", .collection(.drive)), ("drives/{id}", .entity(.drive)), ("users/{user}/drive", .drive),
            ("sites/{site}/drive", .drive), ("sites/{id}", .entity(.site)), ("sites", .collection(.site)),
            ("sites/{site}/lists", .collection(.list)), ("sites/{site}/lists/{id}", .entity(.list)),
            ("sites/{site}/lists/{list}/items", .collection(.listItem)),
            ("sites/{site}/lists/{list}/items/delta", .delta(.listItem)),
            ("sites/{site}/lists/{list}/items/{id}", .entity(.listItem)),
        ]
        + ["drives/{drive}", "users/{user}/drive", "sites/{site}/drive"].flatMap { path in
            [
                ("\(path)/root", .driveRoot), ("\(path)/root/children", .children), ("\(path)/root/delta", .delta(.driveItem)),
                ("\(path)/root:/{path}", .driveItemAtPath), ("\(path)/root:/{path}/children", .childrenAtPath),
                ("\(path)/root:/{path}/content", .contentAtPath), ("\(path)/items/{id}", .entity(.driveItem)),
                ("\(path)/items/{id}/children", .children), ("\(path)/items/{id}/content", .content),
            ]
        }

    private static let teams: [(String, GraphTarget)] =
        [
            ("chats", .collection(.chat)), ("users/{user}/chats", .collection(.chat)), ("chats/{id}", .entity(.chat)),
            ("chats/{chat}/members", .collection(.chatMember)), ("chats/{chat}/members/{id}", .entity(.chatMember)),
            ("teams", .collection(.team)), ("teams/{id}", .entity(.team)),
            ("teams/{team}/members", .collection(.teamMember)), ("teams/{team}/members/{id}", .entity(.teamMember)),
            ("teams/{team}/channels", .collection(.channel)), ("teams/{team}/channels/{id}", .entity(.channel)),
            ("teams/{team}/channels/{channel}/messages/delta", .delta(.channelMessage)),
        ]
        + [
            ("chats/{chat}/messages", EntityKind.chatMessage), ("users/{user}/chats/{chat}/messages", .chatMessage),
            ("teams/{team}/channels/{channel}/messages", .channelMessage),
            ("teams/{team}/channels/{channel}/messages/{message}/replies", .channelMessage),
        ].flatMap { path, kind in
            [
                (path, .collection(kind)), ("\(path)/{id}", .entity(kind)), ("\(path)/{id}/softdelete", .action(.deleteSoftly)),
                ("\(path)/{id}/undosoftdelete", .action(.bringBack)), ("\(path)/{id}/setreaction", .action(.react)),
                ("\(path)/{id}/unsetreaction", .action(.takeReactionBack)),
            ]
        }

    private static let presence: [(String, GraphTarget)] = [
        ("communications/presences", .collection(.presence)), ("communications/presences/{id}", .entity(.presence)),
        ("communications/getpresencesbyuserid", .presencesByID), ("users/{user}/presence", .presence),
        ("users/{user}/presence/setpresence", .action(.setPresence)),
        ("users/{user}/presence/setuserpreferredpresence", .action(.setPresence)),
        ("users/{user}/presence/clearpresence", .action(.clearPresence)),
        ("users/{user}/presence/clearuserpreferredpresence", .action(.clearPresence)),
    ]
}
