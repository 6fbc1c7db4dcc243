import HTTPTypes

/// Who may do what with data, as the token says.
extension DataEndpoint {
    func checkPermission(
        to target: GraphTarget, _ keys: [String: String], in graph: EmulatedGraph
    ) throws(GraphRefusal) {
        guard let caller, let family = target.family(keys) else { return }
        let isReading = self.request.method == .get || target == .presencesByID
        // Of what nobody may write in Graph, things must be made to happen somehow: who may read it may.
        let access: ResourceFamily.Access =
            isReading || family.permissions(for: .write, isAppOnly: caller.isAppOnly).isEmpty ? .read : .write
        try caller.require(access, to: family)
        guard let userID = caller.userID, family.isMailbox, let owner = keys["user"] else { return }
        // Nobody has to know whether there is such a user.
        guard let user = graph.data(of: self.tenant).user(owner) else { throw .invalidUser(owner) }
        guard user.id == userID else { throw .accessDenied }
    }
}

extension GraphTarget {
    /// Whose permissions it needs; `nil` if it needs none.
    fileprivate func family(_ keys: [String: String]) -> ResourceFamily? {
        switch self {
        case .subscriptions, .subscription, .reauthorization, .vapidPublicKey, .batch: nil
        case .collection(let kind), .entity(let kind), .delta(let kind): kind.family
        case .calendarView: .event
        case .members, .memberLinks, .memberLink: .group
        case .action(let action):
            switch action {
            case .sendMail, .sendDraft, .move, .copy, .deleteMessage: .message
            case .restore: .user
            case .deleteSoftly, .bringBack, .react, .takeReactionBack: keys["chat"] == nil ? .channelMessage : .chatMessage
            case .setPresence, .clearPresence: .presence
            case .makeTeam: .team
            }
        case .drive, .driveRoot, .driveItemAtPath, .children, .childrenAtPath, .content, .contentAtPath: .drive
        case .presence, .presencesByID: .presence
        }
    }
}

extension EntityKind {
    fileprivate var family: ResourceFamily {
        switch self {
        case .user, .deletedUser: .user
        case .group, .deletedGroup: .group
        case .mailFolder, .message: .message
        case .calendar, .event: .event
        case .contactFolder, .contact: .contact
        case .taskList, .task: .task
        case .drive, .driveItem: .drive
        case .site, .list, .listItem: .list
        case .chat: .chat
        case .chatMember: .chatMember
        case .chatMessage: .chatMessage
        case .team: .team
        case .teamMember: .teamMember
        case .channel: .channel
        case .channelMessage: .channelMessage
        case .presence: .presence
        }
    }
}
