/// The kinds of things that a tenant keeps.
enum EntityKind: String, Sendable, CaseIterable, Codable {
    case user, deletedUser, group, deletedGroup
    case mailFolder, message
    case calendar, event
    case contactFolder, contact
    case taskList, task
    case drive, driveItem
    case site, list, listItem
    case chat, chatMember, chatMessage
    case team, teamMember, channel, channelMessage
    case presence

    var type: EntityType {
        switch self {
        case .user, .deletedUser: .user
        case .group, .deletedGroup: .group
        case .mailFolder: .mailFolder
        case .message: .message
        case .calendar: .calendar
        case .event: .event
        case .contactFolder: .contactFolder
        case .contact: .contact
        case .taskList: .taskList
        case .task: .task
        case .drive: .drive
        case .driveItem: .driveItem
        case .site: .site
        case .list: .list
        case .listItem: .listItem
        case .chat: .chat
        case .chatMember, .teamMember: .conversationMember
        case .chatMessage, .channelMessage: .chatMessage
        case .team: .team
        case .channel: .channel
        case .presence: .presence
        }
    }

    /// Those of which the oldest go when there are too many, instead of new ones being refused.
    var losesItsOldest: Bool { self == .message || self == .chatMessage || self == .channelMessage }
}
