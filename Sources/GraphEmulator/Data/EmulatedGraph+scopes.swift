/// From the keys in a path to the place that they mean.
extension EmulatedGraph {
    func scope(_ kind: EntityKind, _ keys: [String: String], tenant: String) throws(GraphRefusal) -> EntityScope {
        switch kind {
        case .user: return self.usersScope(tenant)
        case .group: return self.groupsScope(tenant)
        case .deletedUser, .deletedGroup: return self.deletedScope(kind, tenant)
        case .mailFolder, .message, .calendar, .event, .contactFolder, .contact, .taskList, .task:
            return try self.mailboxScope(kind, keys, tenant: tenant)
        case .drive: return EntityScope(tenantID: tenant, key: CollectionKey(.drive), context: "drives")
        case .driveItem:
            guard let drive = self.data(of: tenant).driveID(of: keys) else { throw .driveItemNotFound }
            return self.driveScope(drive, tenant: tenant)
        case .site: return EntityScope(tenantID: tenant, key: CollectionKey(.site), context: "sites")
        case .list, .listItem:
            let sites = CollectionKey(.site)
            guard let site = self.data(of: tenant).entity(keys["site"] ?? "", in: sites) else { throw .driveItemNotFound }
            let lists = EntityScope(
                tenantID: tenant, key: CollectionKey(.list, of: site.id), context: "sites('\(site.id)')/lists"
            )
            guard kind == .listItem else { return lists }
            let list = try self.entity(keys["list"] ?? "", in: lists)
            return EntityScope(
                tenantID: tenant, key: CollectionKey(.listItem, of: site.id), container: list.id,
                context: "sites('\(site.id)')/lists('\(list.id)')/items"
            )
        case .chat: return self.chatsScope(tenant)
        case .chatMember, .chatMessage:
            let chat = try self.entity(keys["chat"] ?? "", in: self.chatsScope(tenant))
            return self.chatScope(kind, of: chat.id, tenant: tenant)
        case .team: return self.teamsScope(tenant)
        case .teamMember, .channel:
            let team = try self.entity(keys["team"] ?? "", in: self.teamsScope(tenant))
            return self.teamScope(kind, of: team.id, tenant: tenant)
        case .channelMessage:
            let channels = try self.scope(.channel, keys, tenant: tenant)
            let channel = try self.entity(keys["channel"] ?? "", in: channels)
            var scope = self.channelMessagesScope(team: channels.key.owner, channel: channel.id, tenant: tenant)
            if let message = keys["message"] { scope.container = try self.entity(message, in: scope).id }
            return scope
        case .presence: return self.presenceScope(tenant)
        }
    }

    private func mailboxScope(
        _ kind: EntityKind, _ keys: [String: String], tenant: String
    ) throws(GraphRefusal) -> EntityScope {
        let data = self.data(of: tenant)
        guard let user = data.user(keys["user"] ?? "") else { throw .invalidUser(keys["user"] ?? "") }
        /// A container that the path names by this key; `nil` if it names none.
        func container(_ name: String, _ kind: EntityKind) throws(GraphRefusal) -> Entity? {
            guard let key = keys[name] else { return nil }
            guard let found = data.container(key, kind, of: user.id) else { throw .itemNotFound }
            return found
        }
        func scope(_ container: Entity? = nil, _ path: String = "") -> EntityScope {
            let path = container.map { "\(path)('\(PercentCoding.encodeForm($0.id))')/" } ?? ""
            return EntityScope(
                tenantID: tenant, key: CollectionKey(kind, of: user.id), container: container?.id,
                context: "users('\(user.id)')/\(path)\(kind.type.plural)"
            )
        }
        switch kind {
        case .message: return scope(try container("folder", .mailFolder), "mailFolders")
        case .mailFolder: return scope(try container("folder", .mailFolder), "mailFolders")
        case .event:
            if keys["calendar"] == "" { return scope(data.defaultCalendar(of: user.id), "calendars") }
            return scope(try container("calendar", .calendar), "calendars")
        case .contact: return scope(try container("contactFolder", .contactFolder), "contactFolders")
        case .task: return scope(try container("list", .taskList), "todo/lists")
        default: return scope()
        }
    }
}
