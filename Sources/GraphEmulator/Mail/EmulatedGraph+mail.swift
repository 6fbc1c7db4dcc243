import GraphNotifications
import HTTPTypes

/// Reading and changing mail. Each change notifies the subscriptions that watch it.
extension EmulatedGraph {
    /// A user's mailbox, or a folder of it.
    struct MailScope {
        var user: EmulatedUser
        var folder: MailFolder?
    }

    func mailScope(user key: String, folder: String?, in tenantID: String? = nil) throws(GraphRefusal) -> MailScope {
        guard let user = self.user(key, in: tenantID), let mailbox = self.mailboxes[user.id] else { throw .invalidUser(key) }
        guard let folder else { return MailScope(user: user) }
        guard let found = mailbox.folder(folder) else { throw .itemNotFound }
        return MailScope(user: user, folder: found)
    }

    func message(_ id: String, in scope: MailScope) throws(GraphRefusal) -> EmulatedMessage {
        guard let message = self.mailboxes[scope.user.id]?.message(id: id, in: scope.folder) else { throw .itemNotFound }
        return message
    }

    func messages(in scope: MailScope) -> [EmulatedMessage] {
        self.mailboxes[scope.user.id]?.messages(in: scope.folder) ?? []
    }

    /// Adds a message to the folder; without a folder to the drafts, as Graph does.
    @discardableResult
    mutating func create(
        _ draft: MessageDraft, in scope: MailScope, isDraft: Bool = true, now: Int64
    ) throws(GraphRefusal) -> EmulatedMessage {
        guard let mailbox = self.mailboxes[scope.user.id], let folder = scope.folder ?? mailbox.folder("drafts") else {
            throw .itemNotFound
        }
        let owner = MailAddress(name: scope.user.displayName, address: scope.user.userPrincipalName)
        let message = EmulatedMessage(
            id: "AAMkAG\(self.random.text(58))AAA=", folderID: folder.id, conversationID: "AAQkAG\(self.random.text(40))AA=",
            changeKey: self.changeKey(), subject: draft.subject ?? "",
            body: draft.body ?? MessageBody(isHTML: false, content: ""), from: draft.from ?? owner, to: draft.to ?? [],
            cc: draft.cc ?? [], importance: draft.importance ?? "normal", categories: draft.categories ?? [],
            isRead: draft.isRead ?? isDraft, isDraft: isDraft, createdAt: now, receivedAt: draft.receivedAt ?? now,
            modifiedAt: now
        )
        let evicted = self.mailboxes[scope.user.id]?.add(message, limits: self.settings.limits) ?? []
        self.notify(.created, message, of: scope.user, now: now)
        for message in evicted { self.notify(.deleted, message, of: scope.user, now: now) }
        return message
    }

    /// Changes what `draft` says; nothing is notified if that changes nothing.
    mutating func update(
        _ id: String, in scope: MailScope, with draft: MessageDraft, now: Int64
    ) throws(GraphRefusal) -> EmulatedMessage {
        let before = try self.message(id, in: scope)
        var message = before
        message.apply(draft)
        guard message != before else { return before }
        message.changeKey = self.changeKey()
        message.modifiedAt = now
        let evicted = self.mailboxes[scope.user.id]?.replace(message, limits: self.settings.limits) ?? []
        self.notify(.updated, message, of: scope.user, now: now)
        for message in evicted { self.notify(.deleted, message, of: scope.user, now: now) }
        return message
    }

    /// Deletes a message for good. Graph keeps it among the deleted items for a while.
    mutating func delete(_ id: String, in scope: MailScope, now: Int64) throws(GraphRefusal) {
        let message = try self.message(id, in: scope)
        _ = self.mailboxes[scope.user.id]?.remove(id: message.id)
        self.notify(.deleted, message, of: scope.user, now: now)
    }

    private mutating func notify(_ change: ChangeTypes, _ message: EmulatedMessage, of user: EmulatedUser, now: Int64) {
        for subscription in self.subscriptions.watching(change, user: user.id, folder: message.folderID, now: now) {
            let isRich = subscription.includeResourceData == true
            let item = OutboundNotification(
                of: subscription, change: change, message: message, user: user, id: self.random.text(10) + "AAA",
                // There is nothing left to tell of what was deleted.
                content: change == .deleted ? nil : self.content(message.json.bytes, for: subscription),
                audience: isRich ? self.audience(of: subscription) : nil
            )
            self.notify(item, for: subscription, now: now)
        }
    }

    private mutating func changeKey() -> String { "CQAAABYAAAD\(self.random.text(21))" }
}

extension EmulatedMessage {
    fileprivate mutating func apply(_ draft: MessageDraft) {
        self.subject = draft.subject ?? self.subject
        self.body = draft.body ?? self.body
        self.from = draft.from ?? self.from
        self.to = draft.to ?? self.to
        self.cc = draft.cc ?? self.cc
        self.importance = draft.importance ?? self.importance
        self.categories = draft.categories ?? self.categories
        self.isRead = draft.isRead ?? self.isRead
        self.receivedAt = draft.receivedAt ?? self.receivedAt
    }
}

extension GraphRefusal {
    static let itemNotFound = GraphRefusal(
        .notFound, "ErrorItemNotFound", "The specified object was not found in the store."
    )

    static func invalidUser(_ key: String) -> GraphRefusal {
        GraphRefusal(.notFound, "ErrorInvalidUser", "The requested user '\(key)' is invalid.")
    }
}
