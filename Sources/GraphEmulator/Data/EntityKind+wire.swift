import GraphNotifications
import HTTPTypes

/// What kinds of things have of their own in ids, times and texts.
extension EntityKind {
    /// What every change is said to be, for those that do not tell created from updated.
    var announcement: ChangeTypes? {
        switch self {
        case .user, .group, .driveItem, .listItem, .presence: .updated
        default: nil
        }
    }

    /// An id as it is kept: GUIDs in small letters, all others as they are.
    func canonical(_ id: String) -> String {
        switch self {
        case .user, .deletedUser, .group, .deletedGroup, .team, .presence: id.lowercased()
        default: id
        }
    }

    /// A time as this kind writes it: Outlook without fractions.
    func moment(_ milliseconds: Int64) -> String {
        self.type.family == .outlook || self.type.family == .directory
            ? GraphDateTime.seconds(milliseconds) : GraphDateTime.utc(milliseconds)
    }

    func notFound(_ id: String) -> GraphRefusal {
        switch self.type.family {
        case .directory: .unknownUser(id)
        case .outlook: .itemNotFound
        case .drive: .driveItemNotFound
        case .teams, .presence: .teamsNotFound
        }
    }

    /// How many of them one page of a list holds, if nobody says so.
    var pageSize: Int {
        switch self {
        case .message, .event, .contact, .mailFolder: 10
        case .chatMessage, .channelMessage, .chat: 20
        default: 100
        }
    }
}

extension EmulatedGraph {
    /// A new id, in the form in which this kind has them.
    mutating func newID(_ kind: EntityKind, tenant: String, now: Int64) -> String {
        switch kind {
        case .user, .deletedUser, .group, .deletedGroup, .team, .presence, .list: self.random.guid()
        case .mailFolder, .message, .calendar, .event, .contactFolder, .contact, .taskList, .task:
            "AAMkAG\(self.random.text(58))AAA="
        case .drive: "b!\(self.random.text(64))"
        case .driveItem: "01\(self.random.base32(32))"
        case .site: "\(self.random.guid()),\(self.random.guid())"
        case .chat: "19:\(self.random.hex(32))@thread.v2"
        case .channel: "19:\(self.random.hex(32))@thread.tacv2"
        case .chatMember, .teamMember: "MCMj\(self.random.text(60))"
        case .chatMessage, .channelMessage: "\(self.contents[tenant]?.stamp(now: now) ?? now)"
        case .listItem: "\(self.contents[tenant]?.nextListItem() ?? 1)"
        }
    }
}

extension GraphRefusal {
    static let itemNotFound = GraphRefusal(
        .notFound, "ErrorItemNotFound", "The specified object was not found in the store."
    )

    static func invalidUser(_ key: String) -> GraphRefusal {
        GraphRefusal(.notFound, "ErrorInvalidUser", "The requested user '\(key)' is invalid.")
    }

    static let driveItemNotFound = GraphRefusal(.notFound, "itemNotFound", "The resource could not be found.")

    static let teamsNotFound = GraphRefusal(.notFound, "NotFound", "The chat, team, channel or message was not found.")

    static let noTenant = GraphRefusal(.notFound, "NotFound", "This emulator has no such tenant.")

    static let meNeedsUser = GraphRefusal(
        .badRequest, "BadRequest", "/me request is only valid with delegated authentication flow."
    )

    private static let noSpace = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")

    /// Something is missing or not allowed in what was to be written.
    static func invalidRequest(_ message: String) -> GraphRefusal {
        GraphRefusal(.badRequest, "Request_BadRequest", message)
    }

    static func full(_ family: EntityType.Family, _ message: String) -> GraphRefusal {
        switch family {
        case .directory: GraphRefusal(.forbidden, "Directory_QuotaExceeded", message)
        case .outlook: GraphRefusal(Self.noSpace, "ErrorQuotaExceeded", message)
        case .drive: GraphRefusal(Self.noSpace, "quotaLimitReached", message)
        case .teams, .presence: GraphRefusal(.forbidden, "Forbidden", message)
        }
    }
}
