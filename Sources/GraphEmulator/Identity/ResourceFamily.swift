/// A kind of resource with permissions of its own.
enum ResourceFamily: CaseIterable, Sendable {
    case message, event, contact, conversation
    case user, group
    case drive, list
    case securityAlert, healthAlert
    case channelMessage, allChannelMessages, chatMessage, allChatMessages, installedChatMessages
    case chat, allChats, installedChats, channel, team, teamMember, channelMember, chatMember, teamsAppInstallation
    case callRecord, callRecording, allCallRecordings, callTranscript, allCallTranscripts, onlineMeeting
    case presence, interaction, insight, approval, shift, printer, printTask, task, virtualEvent

    /// What is done with it. To subscribe to it is to read it.
    enum Access: Sendable {
        case read, write
    }

    /// Whether it lies in the directory, which refuses in its own words.
    var isDirectory: Bool { self == .user || self == .group }

    /// Whether only its owner's own is open to an application that acts for a user.
    var isMailbox: Bool { self == .message || self == .event || self == .contact }

    /// Whether its subscriptions share what a tenant may have for Teams and Copilot.
    var isTeams: Bool {
        switch self {
        case .channelMessage, .allChannelMessages, .chatMessage, .allChatMessages, .installedChatMessages, .chat, .allChats,
            .installedChats, .channel, .team, .teamMember, .channelMember, .chatMember, .teamsAppInstallation, .callRecording,
            .allCallRecordings, .callTranscript, .allCallTranscripts, .onlineMeeting, .interaction, .insight, .shift:
            true
        default: false
        }
    }

    /// Any one of these opens it; none opens what applications of this kind may never have.
    func permissions(for access: Access, isAppOnly: Bool) -> [String] {
        let known = isAppOnly ? self.application : self.delegated
        switch access {
        case .read: return known.reading + known.writing
        case .write: return known.writing
        }
    }

    /// Every permission that an application may have for itself.
    static var allApplicationPermissions: [String] {
        Set(Self.allCases.flatMap { $0.permissions(for: .read, isAppOnly: true) }).sorted()
    }

    /// Every permission that a user may give to an application.
    static var allDelegatedPermissions: [String] {
        Set(Self.allCases.flatMap { $0.permissions(for: .read, isAppOnly: false) } + ["User.Read"]).sorted()
    }
}
