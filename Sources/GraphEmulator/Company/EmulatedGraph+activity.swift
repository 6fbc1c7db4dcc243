/// What happens at the company without anybody asking: mail comes, is read, is thrown away.
extension EmulatedGraph {
    /// Puts a few messages into each inbox, so that there is something to see at the start.
    mutating func settleIn(now: Int64) {
        for user in self.users {
            guard let inbox = self.mailboxes[user.id]?.folder("inbox") else { continue }
            for hours in stride(from: Int64(27), through: 3, by: -8) {
                var draft = self.letter(to: user)
                draft.receivedAt = now - hours * 3_600_000
                draft.isRead = hours > 12
                _ = try? self.create(
                    draft, in: MailScope(user: user, folder: inbox), isDraft: false, now: now - hours * 3_600_000)
            }
        }
    }

    /// Lets one thing happen: of ten times, six times a new message, three times one is read or marked, once one is deleted.
    mutating func act(now: Int64) {
        guard let user = self.users.randomElement(using: &self.random),
            let inbox = self.mailboxes[user.id]?.folder("inbox")
        else { return }
        let scope = MailScope(user: user, folder: inbox)
        let messages = self.messages(in: scope)
        let roll = Int.random(in: 0..<10, using: &self.random)
        do throws(GraphRefusal) {
            if roll == 9, messages.count > 3 {
                let old = messages[Int.random(in: messages.count / 2..<messages.count, using: &self.random)]
                try self.delete(old.id, in: scope, now: now)
            } else if roll >= 6,
                let message = messages.first(where: { !$0.isRead }) ?? messages.randomElement(using: &self.random)
            {
                var draft = MessageDraft()
                draft.isRead = true
                if message.isRead { draft.categories = message.categories.isEmpty ? ["Blue category"] : [] }
                _ = try self.update(message.id, in: scope, with: draft, now: now)
            } else {
                try self.create(self.letter(to: user), in: scope, isDraft: false, now: now)
            }
        } catch {
            assertionFailure("What was just read is gone: \(error.message)")
        }
    }

    private mutating func letter(to user: EmulatedUser) -> MessageDraft {
        let letter = MailTexts.letter(using: &self.random)
        let colleagues = (self.tenants.first { $0.users.contains(user) }?.users ?? [])
            .filter { $0.id != user.id }
            .map { MailAddress(name: $0.displayName, address: $0.userPrincipalName) }
        var draft = MessageDraft()
        draft.subject = letter.subject
        draft.body = MessageBody(isHTML: false, content: letter.text)
        draft.from = (MailTexts.outsiders + colleagues).randomElement(using: &self.random)
        draft.to = [MailAddress(name: user.displayName, address: user.userPrincipalName)]
        draft.isRead = false
        return draft
    }
}
