/// Under which paths things can be watched, and what notifications call them.
extension TenantData {
    /// The state of an entity for whoever watches it.
    ///
    /// - Parameter part: The part of it that is concerned, which can be watched by itself.
    func state(of entity: Entity, in key: CollectionKey, part: String? = nil) -> ResourceChange.State {
        ResourceChange.State(
            id: entity.id, immutableID: entity.immutableID,
            watched: self.watched(entity, in: key) + (part.map { ["\(key.kind.type.plural)/\(entity.id)/\($0)"] } ?? []),
            etag: key.kind.type.family == .outlook ? entity.etag : nil, members: entity.members
        )
    }

    private func watched(_ entity: Entity, in key: CollectionKey) -> [String] {
        let owner = key.owner
        let container = entity.container ?? ""
        return switch key.kind {
        case .user, .deletedUser: ["users", "users/\(entity.id)"]
        case .group, .deletedGroup: ["groups", "groups/\(entity.id)"]
        case .message: ["users/\(owner)/messages", "users/\(owner)/mailfolders/\(container)/messages"]
        case .event: ["users/\(owner)/events", "users/\(owner)/calendars/\(container)/events"]
        case .contact: ["users/\(owner)/contacts", "users/\(owner)/contactfolders/\(container)/contacts"]
        case .task: ["users/\(owner)/todo/lists/\(container)/tasks"]
        case .driveItem: ["drives/\(owner)/root"]
        case .listItem: ["sites/\(owner)/lists/\(container)"]
        case .chat: ["chats", "chats/\(entity.id)"] + self.users(ofChat: entity.id).map { "users/\($0)/chats" }
        case .chatMember: ["chats/\(owner)/members", "chats/getallmembers"]
        case .chatMessage:
            ["chats/\(owner)/messages", "chats/getallmessages"]
                + self.users(ofChat: owner).map { "users/\($0)/chats/getallmessages" }
        case .team: ["teams", "teams/\(entity.id)"]
        case .teamMember:
            ["teams/\(owner)/members", "teams/getallmembers"]
        case .channel: ["teams/getallchannels", "teams/\(owner)/channels"]
        case .channelMessage:
            ["teams/getallmessages", "teams/\(Self.team(ofChannel: owner))/channels/\(Self.channel(owner))/messages"]
        case .presence: ["communications/presences", "communications/presences/\(entity.id)"]
        case .mailFolder, .calendar, .contactFolder, .taskList, .drive, .site, .list: []
        }
    }

    /// What notifications call an entity of this collection; `nil` if they repeat the subscribed path.
    static func name(of entity: Entity, in key: CollectionKey) -> ResourceName? {
        let owner = key.owner
        return switch key.kind {
        case .user, .deletedUser: ResourceName(("Users", entity.id))
        case .group, .deletedGroup: ResourceName(("Groups", entity.id))
        case .message: ResourceName(("Users", owner), ("Messages", entity.id))
        case .event: ResourceName(("Users", owner), ("Events", entity.id))
        case .contact: ResourceName(("Users", owner), ("Contacts", entity.id))
        case .task: ResourceName(("Users", owner), ("todo/lists", entity.container ?? ""), ("tasks", entity.id))
        case .chat: ResourceName(("chats", entity.id))
        case .chatMember: ResourceName(("chats", owner), ("members", entity.id))
        case .chatMessage: ResourceName(("chats", owner), ("messages", entity.id))
        case .team: ResourceName(("teams", entity.id))
        case .teamMember: ResourceName(("teams", owner), ("members", entity.id))
        case .channel: ResourceName(("teams", owner), ("channels", entity.id))
        case .channelMessage:
            if let parent = entity.container {
                ResourceName(
                    ("teams", Self.team(ofChannel: owner)), ("channels", Self.channel(owner)), ("messages", parent),
                    ("replies", entity.id)
                )
            } else {
                ResourceName(
                    ("teams", Self.team(ofChannel: owner)), ("channels", Self.channel(owner)), ("messages", entity.id)
                )
            }
        case .presence: ResourceName(("communications/presences", entity.id))
        case .driveItem, .listItem, .mailFolder, .calendar, .contactFolder, .taskList, .drive, .site, .list: nil
        }
    }

    /// Names the messages of a channel.
    static func owner(team: String, channel: String) -> String { "\(team)/\(channel)" }

    static func team(ofChannel owner: String) -> String { String(owner.prefix { $0 != "/" }) }

    static func channel(_ owner: String) -> String { String(owner.drop { $0 != "/" }.dropFirst()) }

    func users(ofChat chat: String) -> [String] {
        self.entities(in: CollectionKey(.chatMember, of: chat)).compactMap { $0.text("userId") }
    }
}
