/// What happens at the company without anybody asking.
extension EmulatedGraph {
    /// Lets one thing happen. Of twenty times, twelve times it is mail: it comes, is read or marked, is deleted. Else somebody
    /// meets somebody, saves a file, says something in the chat or the channel, comes or goes.
    mutating func act(now: Int64) {
        guard let tenant = self.tenants.randomElement(using: &self.random)?.id,
            let user = self.data(of: tenant).randomEntity(in: CollectionKey(.user), using: &self.random)
        else { return }
        do throws(GraphRefusal) {
            switch Int.random(in: 0..<20, using: &self.random) {
            case 0..<7:
                let letter = self.letter(to: user, tenant: tenant)
                try self.createMessage(letter, in: self.inbox(of: user, tenant: tenant), isDraft: false, now: now)
            case 7..<11: try self.read(by: user, tenant: tenant, now: now)
            case 11: try self.tidy(for: user, tenant: tenant, now: now)
            case 12, 13: try self.meet(user, tenant: tenant, now: now)
            case 14, 15: try self.save(by: user, tenant: tenant, now: now)
            case 16: try self.speak(user, in: .chatMessage, tenant: tenant, now: now)
            case 17: try self.speak(user, in: .channelMessage, tenant: tenant, now: now)
            default: try self.comeOrGo(user, tenant: tenant, now: now)
            }
        } catch {
            assertionFailure("What was just read is gone: \(error.message)")
        }
    }

    /// Reads or marks a message.
    private mutating func read(by user: Entity, tenant: String, now: Int64) throws(GraphRefusal) {
        let inbox = self.inbox(of: user, tenant: tenant)
        let messages = self.entities(in: inbox)
        guard
            let message = messages.last(where: { $0.members["isRead"] == false }) ?? messages.randomElement(using: &self.random)
        else { return }
        let isMarked = message.members["categories"] != []
        let change: JSONMembers =
            message.members["isRead"] == false ? ["isRead": true] : ["categories": isMarked ? [] : ["Blue category"]]
        try self.update(message.id, in: inbox, with: change, now: now)
    }

    /// Throws an old message away.
    private mutating func tidy(for user: Entity, tenant: String, now: Int64) throws(GraphRefusal) {
        let inbox = self.inbox(of: user, tenant: tenant)
        let messages = self.entities(in: inbox)
        guard messages.count > 3, let old = messages.prefix(messages.count / 2).randomElement(using: &self.random) else { return }
        self.remove(old, in: inbox, now: now)
    }

    /// Makes a meeting, or calls the oldest off if there are many.
    private mutating func meet(_ user: Entity, tenant: String, now: Int64) throws(GraphRefusal) {
        let events = try self.scope(.event, ["user": user.id], tenant: tenant)
        let all = self.entities(in: events)
        if all.count > 5 {
            self.remove(all[0], in: events, now: now)
        } else {
            _ = try self.createEvent(self.meeting(now: now), in: events, now: now)
        }
    }

    private mutating func save(by user: Entity, tenant: String, now: Int64) throws(GraphRefusal) {
        let files = try self.scope(.driveItem, ["user": user.id], tenant: tenant)
        let root = try self.entity(TenantData.rootID(of: files.key.owner), in: files)
        let name = ["Notes.txt", "Prices.csv", "Rota.txt"].randomElement(using: &self.random) ?? "Notes.txt"
        let size = Int64.random(in: 100...100_000, using: &self.random)
        _ = try self.upload(name, size: size, type: "text/plain", to: root, of: files, now: now)
    }

    /// Says something in the first chat or channel there is.
    private mutating func speak(_ user: Entity, in kind: EntityKind, tenant: String, now: Int64) throws(GraphRefusal) {
        let scope: EntityScope
        if kind == .chatMessage {
            guard let chat = self.entities(in: self.chatsScope(tenant)).first else { return }
            scope = self.chatScope(.chatMessage, of: chat.id, tenant: tenant)
        } else {
            guard let team = self.entities(in: self.teamsScope(tenant)).first,
                let channel = self.entities(in: self.teamScope(.channel, of: team.id, tenant: tenant)).first
            else { return }
            scope = self.channelMessagesScope(team: team.id, channel: channel.id, tenant: tenant)
        }
        let text = MailTexts.letter(using: &self.random).text
        try self.say(["body": MessageBody(isHTML: false, content: text).json], from: user.id, in: scope, now: now)
    }

    private mutating func comeOrGo(_ user: Entity, tenant: String, now: Int64) throws(GraphRefusal) {
        let words = [("Available", "Available"), ("Busy", "InAMeeting"), ("Away", "Away"), ("DoNotDisturb", "Presenting")]
        guard let (availability, activity) = words.randomElement(using: &self.random) else { return }
        try self.setPresence(availability, activity, of: user, tenant: tenant, now: now)
    }
}
