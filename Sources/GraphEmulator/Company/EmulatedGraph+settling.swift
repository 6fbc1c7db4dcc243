/// What is there at the start.
extension EmulatedGraph {
    /// Makes the users of all tenants.
    mutating func moveIn(now: Int64) {
        do throws(GraphRefusal) {
            for tenant in self.tenants {
                self.contents[tenant.id] = TenantData(tombstoneLimit: self.settings.limits.removals)
                for user in tenant.users {
                    try self.createUser(
                        ["displayName": .string(user.displayName), "userPrincipalName": .string(user.userPrincipalName)],
                        id: user.id.lowercased(), tenant: tenant.id, now: now
                    )
                }
            }
        } catch {
            assertionFailure("A user could not be made: \(error.message)")
        }
    }

    /// Lets everybody have worked there for a while, so that there is something to see at the start: mail, a meeting, a file,
    /// and for all together a group that is a team, a chat and a site.
    mutating func settleIn(now: Int64) {
        do throws(GraphRefusal) {
            for tenant in self.tenants {
                for user in self.people(of: tenant.id) { try self.settle(user, tenant: tenant.id, now: now) }
                try self.settleTogether(in: tenant.id, now: now)
            }
        } catch {
            assertionFailure("Nobody can settle in: \(error.message)")
        }
    }

    /// Those who have a mailbox, in the order in which they came.
    func people(of tenant: String) -> [Entity] { self.data(of: tenant).entities(in: CollectionKey(.user)) }

    private mutating func settle(_ user: Entity, tenant: String, now: Int64) throws(GraphRefusal) {
        for hours in stride(from: Int64(27), through: 3, by: -8) {
            let sent = now - hours * 3_600_000
            var letter = self.letter(to: user, tenant: tenant)
            letter["receivedDateTime"] = .string(GraphDateTime.utc(sent))
            letter["isRead"] = .bool(hours > 12)
            try self.createMessage(letter, in: self.inbox(of: user, tenant: tenant), isDraft: false, now: sent)
        }
        let events = try self.scope(.event, ["user": user.id], tenant: tenant)
        _ = try self.createEvent(self.meeting(now: now), in: events, now: now)
        let files = try self.scope(.driveItem, ["user": user.id], tenant: tenant)
        let root = try self.entity(TenantData.rootID(of: files.key.owner), in: files)
        _ = try self.upload("Notes.txt", size: 1200, type: "text/plain", to: root, of: files, now: now)
    }

    private mutating func settleTogether(in tenant: String, now: Int64) throws(GraphRefusal) {
        // The same at each start, so that a subscription can name them.
        let owner = Array(tenant.filter { $0 != "-" }.reversed().prefix(12))
        let group = "60000000-0000-4000-8000-\(String(owner))"
        try self.createGroup(
            [
                "displayName": "Everybody", "mailEnabled": true, "mailNickname": "everybody", "securityEnabled": false,
                "groupTypes": ["Unified"], "visibility": "Private",
            ],
            id: group, tenant: tenant, now: now
        )
        let people = self.people(of: tenant)
        for user in people { try self.addMember(user.id, to: group, as: .members, tenant: tenant, now: now) }
        let members = people.map { ConversationMember(user: $0.id, roles: []) }
        try self.createTeam([:], with: members, id: group, tenant: tenant, now: now)
        _ = try self.createChat(["chatType": "group", "topic": "Everybody"], with: members, tenant: tenant, now: now)
        let site = "example.sharepoint.com,70000000-0000-4000-8000-\(String(owner)),1"
        let sites = try self.scope(.site, [:], tenant: tenant)
        try self.insert(["displayName": "Everybody", "name": "everybody"], id: site, in: sites, now: now)
        try self.createDrive(of: site, name: "Everybody", tenant: tenant, now: now)
        let lists = try self.scope(.list, ["site": site], tenant: tenant)
        try self.insert(["displayName": "Stock"], in: lists, now: now)
    }

    func inbox(of user: Entity, tenant: String) -> EntityScope {
        let folder = self.data(of: tenant).container("inbox", .mailFolder, of: user.id)
        return self.mailScope(user: user, folder: folder, tenant: tenant)
    }

    mutating func letter(to user: Entity, tenant: String) -> JSONMembers {
        let letter = MailTexts.letter(using: &self.random)
        var members: JSONMembers = [
            "subject": .string(letter.subject), "body": MessageBody(isHTML: false, content: letter.text).json,
            "toRecipients": [MailAddress(user).json], "isRead": false,
        ]
        members["from"] = self.sender(of: tenant, to: user)?.json
        return members
    }

    /// Somebody from outside, or a colleague; each as likely as the next.
    private mutating func sender(of tenant: String, to user: Entity) -> MailAddress? {
        let people = CollectionKey(.user)
        let colleagues = self.data(of: tenant).count(in: people) - 1
        let isColleague = Int.random(in: 0..<MailTexts.outsiders.count + max(0, colleagues), using: &self.random) < colleagues
        if isColleague, let other = self.data(of: tenant).randomEntity(in: people, using: &self.random), other.id != user.id {
            return MailAddress(other)
        }
        return MailTexts.outsiders.randomElement(using: &self.random)
    }

    /// A meeting on one of the next days.
    mutating func meeting(now: Int64) -> JSONMembers {
        let hours = Int64.random(in: 1...72, using: &self.random)
        let start = (now / 3_600_000 + hours) * 3_600_000
        func time(_ moment: Int64) -> JSONValue {
            ["dateTime": .string("\(GraphDateTime.withoutZone(moment)).0000000"), "timeZone": "UTC"]
        }
        let letter = MailTexts.letter(using: &self.random)
        return ["subject": .string(letter.subject), "start": time(start), "end": time(start + 1_800_000)]
    }
}
