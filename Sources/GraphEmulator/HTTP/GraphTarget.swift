import HTTPTypes

/// Something that can be read, changed or done over Graph's API.
enum GraphTarget: Equatable, Sendable {
    case subscriptions, subscription, reauthorization
    /// What a browser needs for Web Push.
    case vapidPublicKey
    case batch
    /// Lists entities, and creates them.
    case collection(EntityKind)
    /// Reads, changes and deletes one, whose id is the key `id`.
    case entity(EntityKind)
    case delta(EntityKind)
    case calendarView
    /// The users of a group, as objects and as links.
    case members(GroupMembership.Role), memberLinks(GroupMembership.Role), memberLink(GroupMembership.Role)
    case action(GraphAction)
    case drive, driveRoot, driveItemAtPath
    case children, childrenAtPath
    case content, contentAtPath
    case presence, presencesByID

    /// The methods that mean something here.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .subscriptions: [.get, .post]
        case .subscription: [.get, .patch, .delete]
        case .collection(let kind):
            switch kind {
            case .deletedUser, .deletedGroup, .site, .drive, .presence, .driveItem: [.get]
            default: [.get, .post]
            }
        case .entity(let kind):
            switch kind {
            case .deletedUser, .deletedGroup: [.get, .delete]
            case .site, .drive, .presence: [.get]
            case .chatMessage, .channelMessage: [.get, .patch]
            case .chatMember: [.get, .delete]
            case .chat: [.get, .patch]
            case .team: [.get, .patch]
            case .calendar: [.get, .patch, .delete]
            default: [.get, .patch, .delete]
            }
        case .reauthorization, .batch, .action, .presencesByID: [.post]
        case .vapidPublicKey, .delta, .calendarView, .members, .drive, .presence: [.get]
        case .driveRoot, .driveItemAtPath: [.get, .patch, .delete]
        case .memberLinks: [.get, .post]
        case .memberLink: [.delete]
        case .children, .childrenAtPath: [.get, .post]
        case .content, .contentAtPath: [.put]
        }
    }
}

/// What can be done with something, besides reading and writing it.
enum GraphAction: Equatable, Sendable {
    case sendMail, sendDraft, move, copy, deleteMessage
    case restore
    case deleteSoftly, bringBack, react, takeReactionBack
    case setPresence, clearPresence
    case makeTeam
}
