/// Which permissions open what, the least first. Whoever may write may read as well.
extension ResourceFamily {
    typealias Permissions = (reading: [String], writing: [String])

    var application: Permissions {
        switch self {
        case .message: (["Mail.ReadBasic", "Mail.ReadBasic.All", "Mail.Read"], ["Mail.ReadWrite"])
        case .event: (["Calendars.ReadBasic.All", "Calendars.Read"], ["Calendars.ReadWrite"])
        case .contact: (["Contacts.Read"], ["Contacts.ReadWrite"])
        case .conversation: ([], [])
        case .user: (["User.Read.All", "Directory.Read.All"], ["User.ReadWrite.All", "Directory.ReadWrite.All"])
        case .group:
            (
                ["GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"],
                ["Group.ReadWrite.All", "Directory.ReadWrite.All"]
            )
        case .drive: (["Files.Read.All", "Sites.Read.All"], ["Files.ReadWrite.All", "Sites.ReadWrite.All"])
        case .list: (["Sites.Read.All"], ["Sites.ReadWrite.All"])
        case .securityAlert: ([], ["SecurityEvents.ReadWrite.All"])
        case .healthAlert: (["HealthMonitoringAlert.Read.All"], ["HealthMonitoringAlert.ReadWrite.All"])
        case .channelMessage: (["ChannelMessage.Read.Group", "ChannelMessage.Read.All"], [])
        case .allChannelMessages: (["ChannelMessage.Read.All"], [])
        case .chatMessage: (["ChatMessage.Read.Chat", "Chat.Read.All"], ["Chat.ReadWrite.All"])
        case .allChatMessages: (["Chat.Read.All"], ["Chat.ReadWrite.All"])
        case .installedChatMessages: (["Chat.Read.WhereInstalled"], ["Chat.ReadWrite.WhereInstalled"])
        case .chat, .allChats: (["Chat.ReadBasic.All", "Chat.Read.All"], ["Chat.ReadWrite.All"])
        case .installedChats:
            (["Chat.ReadBasic.WhereInstalled", "Chat.Read.WhereInstalled"], ["Chat.ReadWrite.WhereInstalled"])
        case .channel: (["Channel.ReadBasic.All", "ChannelSettings.Read.All"], ["ChannelSettings.ReadWrite.All"])
        case .team: (["Team.ReadBasic.All", "TeamSettings.Read.All"], ["TeamSettings.ReadWrite.All"])
        case .teamMember: (["TeamMember.Read.All"], ["TeamMember.ReadWrite.All"])
        case .channelMember: (["ChannelMember.Read.All"], ["ChannelMember.ReadWrite.All"])
        case .chatMember:
            (["ChatMember.Read.All", "Chat.ReadBasic.All", "Chat.Read.All"], ["ChatMember.ReadWrite.All", "Chat.ReadWrite.All"])
        case .teamsAppInstallation: (["TeamsAppInstallation.Read.All"], ["TeamsAppInstallation.ReadWrite.All"])
        case .callRecord: (["CallRecords.Read.All"], [])
        case .callRecording, .allCallRecordings: (["OnlineMeetingRecording.Read.All"], [])
        case .callTranscript, .allCallTranscripts: (["OnlineMeetingTranscript.Read.All"], [])
        case .onlineMeeting: (["OnlineMeetings.Read.All"], ["OnlineMeetings.ReadWrite.All"])
        case .presence: ([], [])
        case .interaction: (["AiEnterpriseInteraction.Read.User", "AiEnterpriseInteraction.Read.All"], [])
        case .insight: (["OnlineMeetingAiInsight.Read.All"], [])
        case .approval: ([], ["ApprovalSolution.ReadWrite.All"])
        case .shift: (["Schedule.Read.All"], ["Schedule.ReadWrite.All"])
        case .printer: (["Printer.Read.All"], ["Printer.ReadWrite.All"])
        case .printTask: ([], ["PrintTaskDefinition.ReadWrite.All"])
        case .task: (["Tasks.Read.All"], ["Tasks.ReadWrite.All"])
        case .virtualEvent: (["VirtualEvent.Read.All"], [])
        }
    }

    var delegated: Permissions {
        switch self {
        case .message: (["Mail.ReadBasic", "Mail.Read"], ["Mail.ReadWrite"])
        case .event: (["Calendars.ReadBasic", "Calendars.Read"], ["Calendars.ReadWrite"])
        case .contact: (["Contacts.Read"], ["Contacts.ReadWrite"])
        case .conversation: (["Group.Read.All"], ["Group.ReadWrite.All"])
        case .user, .group, .list, .securityAlert, .healthAlert: self.application
        case .drive:
            (
                ["Files.Read", "Files.Read.All", "Sites.Read.All"],
                ["Files.ReadWrite", "Files.ReadWrite.All", "Sites.ReadWrite.All"]
            )
        case .channelMessage: (["ChannelMessage.Read.All"], [])
        case .chatMessage: (["Chat.Read"], ["Chat.ReadWrite"])
        case .chat: (["Chat.ReadBasic", "Chat.Read"], ["Chat.ReadWrite"])
        case .channel, .team: self.application
        case .teamMember, .channelMember: self.application
        case .chatMember: (["ChatMember.Read", "Chat.ReadBasic", "Chat.Read"], ["ChatMember.ReadWrite", "Chat.ReadWrite"])
        case .callRecording: (["OnlineMeetingRecording.Read.All"], [])
        case .callTranscript: (["OnlineMeetingTranscript.Read.All"], [])
        case .onlineMeeting: (["OnlineMeetings.Read"], ["OnlineMeetings.ReadWrite"])
        case .presence: (["Presence.Read.All"], [])
        case .interaction: (["AiEnterpriseInteraction.Read"], [])
        case .insight: (["OnlineMeetingAiInsight.Read.All"], [])
        case .shift: self.application
        case .task: (["Tasks.Read"], ["Tasks.ReadWrite"])
        case .virtualEvent: (["VirtualEvent.Read"], [])
        case .allChannelMessages, .allChatMessages, .installedChatMessages, .allChats, .installedChats, .teamsAppInstallation,
            .callRecord, .allCallRecordings, .allCallTranscripts, .approval, .printer, .printTask:
            ([], [])
        }
    }
}
