/// How Graph is asked what has changed of a resource that is subscribed to.
///
/// | Subscribed | Asked | From now on |
/// |---|---|---|
/// | `users`, `users/{id}` | `users/delta`, filtered by id | `$deltatoken=latest` |
/// | `groups`, `groups/{id}`, its `members` and `owners` | `groups/delta`, filtered by id | `$deltatoken=latest` |
/// | messages of a folder | `…/messages/delta` | walked through |
/// | messages of a mailbox | the same of each folder | walked through |
/// | events | `…/calendarView/delta`, of a fixed time | walked through |
/// | contacts | `…/contacts/delta` | walked through |
/// | the root of a drive | `…/root/delta` | `token=latest` |
/// | a list of a site | `…/items/delta` | `token=latest` |
/// | messages of a channel | `…/messages/delta` | those modified from now on |
/// | tasks of a list | `…/tasks/delta` | walked through |
struct DeltaQuery: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case user, group, message, event, contact, driveItem, listItem, channelMessage, task
    }

    /// How one learns where to begin without everything that is there already.
    enum Start: Sendable, Equatable {
        /// All of it has to be walked through.
        case walk
        /// An option of the first request says so.
        case option(String, String)
        /// A filter leaves out what was modified before.
        case modifiedFromNowOn
    }

    var kind: Kind
    /// Relative to Graph's version. `{folder}` stands for each of the folders of ``folders``.
    var path: String
    /// Options of the first request; links carry them on.
    var options: [Option] = []
    var start: Start
    /// How many items a page should have, where one may say so (`Prefer`).
    var pageSize: Int?
    /// Where the folders are that are asked one by one.
    var folders: String?
    /// What comes before the id in the name of something that changed; `{owner}` stands for the user.
    var prefix: String
    /// What comes behind the id.
    var suffix = ""
    /// The user under whom it lies, as declared.
    var owner: String?

    struct Option: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// Why there is no such query: the end of a sentence that begins with the resource "cannot be caught up, because".
    struct Unavailable: Error, Equatable {
        var reason: String
    }

    /// How long before and after the moment at which one begins events are looked at, in milliseconds.
    static let window: (before: Int64, after: Int64) = (30 * 86_400_000, 365 * 86_400_000)

    /// Whether notifications do not say what has changed, only that something has.
    var isTriggeredByNotifications: Bool { self.kind == .driveItem || self.kind == .listItem }

    /// Whether it can be told of something that was notified that it is the same change: notifications of Outlook have the
    /// version.
    var isRecognizable: Bool { [.message, .event, .contact].contains(self.kind) }

    /// Whether what is listed says when it was modified.
    var hasTimes: Bool { self.kind != .user && self.kind != .group }

    /// How notifications call something with this id.
    ///
    /// - Parameter owner: The id of the user under whom it lies; what was declared if it is not known.
    func resource(of id: String, owner: String?) -> String {
        self.prefix.replacing("{owner}", with: owner ?? self.owner ?? "") + id + self.suffix
    }

    /// The first request.
    ///
    /// - Parameters:
    ///   - folder: Of which folder, where they are asked one by one.
    ///   - isFromNowOn: Whether what is there already is of no interest.
    ///   - now: The time in milliseconds since 1970.
    func first(folder: String, isFromNowOn: Bool, now: Int64) -> (path: String, options: [Option]) {
        var options = self.options
        if self.kind == .event {
            options.append(Option(name: "startDateTime", value: GraphTime.iso8601(now - Self.window.before)))
            options.append(Option(name: "endDateTime", value: GraphTime.iso8601(now + Self.window.after)))
        }
        if isFromNowOn {
            switch self.start {
            case .walk: break
            case .option(let name, let value): options.append(Option(name: name, value: value))
            case .modifiedFromNowOn:
                options.append(Option(name: "$filter", value: "lastModifiedDateTime gt \(GraphTime.iso8601(now))"))
            }
        }
        return (self.path.replacing("{folder}", with: folder.percentEncoded), options)
    }
}

extension DeltaQuery {
    /// Finds the query for a resource as it is declared.
    static func query(for resource: String) throws(Unavailable) -> DeltaQuery {
        let path = SubscribedPath(resource)
        let names = path.names
        switch names.first {
        case "users" where names.count <= 1 && path.keys.count <= 1:
            return try self.directory(.user, "users", id: path.keys["users"])
        case "groups" where names == ["groups"] || names == ["groups", "members"] || names == ["groups", "owners"]:
            return try self.directory(.group, "groups", id: path.keys["groups"])
        case "users", "me":
            guard names[0] == "me" || path.keys["users"] != nil else { break }
            if let query = self.ofUser(path) { return query }
        case "teams" where names == ["teams", "channels", "messages"] && path.hasKeys("teams", "channels"):
            return self.ofChannel(team: path.keys["teams"] ?? "", channel: path.keys["channels"] ?? "")
        case "sites" where names == ["sites", "lists"] && path.hasKeys("sites", "lists"):
            return DeltaQuery(
                kind: .listItem, path: "\(path.text)/items/delta", start: .option("token", "latest"),
                prefix: "\(path.text)/items/"
            )
        case "drives", "sites", "groups":
            if let query = self.ofDrive(path) { return query }
        default: break
        }
        throw Unavailable(reason: self.reason(names))
    }

    private static func directory(_ kind: Kind, _ name: String, id: String?) throws(Unavailable) -> DeltaQuery {
        var query = DeltaQuery(
            kind: kind, path: "\(name)/delta", start: .option("$deltatoken", "latest"),
            prefix: name == "users" ? "Users/" : "Groups/"
        )
        guard let id else { return query }
        guard id.utf8.allSatisfy({ $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: "'") }) else {
            throw Unavailable(reason: "Graph finds changes of one \(name.dropLast()) by its id only; declare it with its id")
        }
        query.options = [Option(name: "$filter", value: "id eq '\(id)'")]
        return query
    }

    private static func ofUser(_ path: SubscribedPath) -> DeltaQuery? {
        let names = path.names.dropFirst()
        let owner = path.keys["users"]
        let base = path.prefix(1)
        let (notified, place) = owner == nil ? ("me/", "me") : ("Users/{owner}/", base)
        let times = Option(name: "$select", value: "createdDateTime,lastModifiedDateTime")
        switch names {
        case ["messages"]:
            return DeltaQuery(
                kind: .message, path: "\(place)/mailFolders/{folder}/messages/delta", options: [times], start: .walk,
                pageSize: 500, folders: "\(place)/mailFolders/delta", prefix: "\(notified)Messages/", owner: owner
            )
        case ["mailfolders", "messages"] where path.hasKeys("mailfolders"):
            return DeltaQuery(
                kind: .message, path: "\(path.text)/delta", options: [times], start: .walk, pageSize: 500,
                prefix: "\(notified)Messages/", owner: owner
            )
        case ["events"], ["calendar", "events"], ["calendars", "events"]:
            guard names.first != "calendars" || path.hasKeys("calendars") else { return nil }
            return DeltaQuery(
                kind: .event, path: "\(path.parent)/calendarView/delta", start: .walk, pageSize: 50,
                prefix: "\(notified)Events/", owner: owner
            )
        case ["contacts"], ["contactfolders", "contacts"]:
            guard names.count == 1 || path.hasKeys("contactfolders") else { return nil }
            return DeltaQuery(
                kind: .contact, path: "\(path.text)/delta", options: [times], start: .walk, pageSize: 500,
                prefix: "\(notified)Contacts/", owner: owner
            )
        case ["todo", "lists", "tasks"] where path.hasKeys("lists"):
            return DeltaQuery(kind: .task, path: "\(path.text)/delta", start: .walk, prefix: "\(path.text)/", owner: owner)
        default: return self.ofDrive(path)
        }
    }

    /// The root of a drive, whoever's it is.
    private static func ofDrive(_ path: SubscribedPath) -> DeltaQuery? {
        guard path.names.last == "root", path.names.count >= 2, ["drive", "drives"].contains(path.names[path.names.count - 2])
        else { return nil }
        return DeltaQuery(
            kind: .driveItem, path: "\(path.text)/delta", start: .option("token", "latest"),
            prefix: "\(path.parent)/items/", owner: path.keys["users"]
        )
    }

    private static func ofChannel(team: String, channel: String) -> DeltaQuery {
        DeltaQuery(
            kind: .channelMessage, path: "teams/\(team)/channels/\(channel.percentEncoded)/messages/delta",
            options: [Option(name: "$top", value: "50")], start: .modifiedFromNowOn,
            prefix: "teams('\(team)')/channels('\(channel)')/messages('", suffix: "')"
        )
    }

    private static func reason(_ names: [String]) -> String {
        switch (names.first, names.last) {
        case ("chats", _), (_, "getallmessages"), ("users", "chats"), ("me", "chats"):
            "Graph lists changes of messages in Teams channel by channel only, and not those of chats"
        case ("communications", "presences"), ("communications", "presence"): "Graph keeps no history of presence"
        case ("communications", _): "Graph has no delta query for calls and meetings"
        case ("security", _): "Graph has no delta query for alerts"
        case ("groups", "conversations"): "Graph has no delta query for conversations"
        case ("print", _): "Graph has no delta query for printing"
        default: "Graph has no delta query for it"
        }
    }
}
