import GraphNotifications
import HTTPTypes

/// Mail: drafts, folders, moving, sending.
extension EmulatedGraph {
    func mailScope(user: Entity, folder: Entity? = nil, tenant: String) -> EntityScope {
        let path = folder.map { "/mailFolders('\(PercentCoding.encodeForm($0.id))')" } ?? ""
        return EntityScope(
            tenantID: tenant, key: CollectionKey(.message, of: user.id), container: folder?.id,
            context: "users('\(user.id)')\(path)/messages"
        )
    }

    /// Adds a message to the folder; without a folder to the drafts, as Graph does.
    @discardableResult
    mutating func createMessage(
        _ accepted: JSONMembers, in scope: EntityScope, isDraft: Bool = true, now: Int64
    ) throws(GraphRefusal) -> Entity {
        var scope = scope
        guard let owner = self.data(of: scope.tenantID).user(scope.key.owner) else { throw .invalidUser(scope.key.owner) }
        if scope.container == nil { scope.container = WellKnownFolder.named("drafts")?.id(of: owner.id) }
        var members = accepted
        let me = MailAddress(owner).json
        let sender = members["from"] ?? members["sender"] ?? me
        members["from"] = sender
        members["sender"] = sender
        let received = members["receivedDateTime"]?.string.flatMap(GraphDateTime.parse) ?? now
        members["receivedDateTime"] = .string(GraphDateTime.seconds(received))
        members["sentDateTime"] = .string(GraphDateTime.seconds(received))
        let conversation = self.random.text(40)
        members["conversationId"] = .string("AAQkAG\(conversation)AA=")
        members["internetMessageId"] = .string("<\(conversation.prefix(24))@example.com>")
        members["isDraft"] = .bool(isDraft)
        if members["isRead"] == nil { members["isRead"] = .bool(isDraft) }
        let id = self.newID(.message, tenant: scope.tenantID, now: now)
        members["webLink"] = .string(Self.webLink(id))
        return try self.insert(members, id: id, in: scope, now: now)
    }

    /// Puts a message into another folder, where it has another id.
    mutating func move(
        _ message: Entity, to folder: Entity, in scope: EntityScope, now: Int64
    ) -> Entity {
        guard message.container != folder.id else { return message }
        var moved = message
        moved.container = folder.id
        moved.id = self.newID(.message, tenant: scope.tenantID, now: now)
        moved.members["webLink"] = .string(Self.webLink(moved.id))
        return self.replace(message, with: moved, in: scope, now: now)
    }

    mutating func copy(
        _ message: Entity, to folder: Entity, in scope: EntityScope, now: Int64
    ) throws(GraphRefusal) -> Entity {
        var there = scope
        there.container = folder.id
        let id = self.newID(.message, tenant: scope.tenantID, now: now)
        var members = message.members
        members["webLink"] = .string(Self.webLink(id))
        return try self.insert(members, id: id, in: there, now: now)
    }

    /// Puts a message of the user's into the inboxes of the receivers that this tenant has.
    ///
    /// - Parameter keepsCopy: Whether it lies in the sent items afterwards.
    mutating func send(_ message: JSONMembers, from scope: EntityScope, keepsCopy: Bool, now: Int64) throws(GraphRefusal) {
        let receivers = ["toRecipients", "ccRecipients", "bccRecipients"].flatMap { message[$0]?.array ?? [] }
            .compactMap { $0.object.map { MailAddress($0).address } }
        guard !receivers.isEmpty else {
            throw GraphRefusal(.badRequest, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        }
        guard let owner = self.data(of: scope.tenantID).user(scope.key.owner) else { throw .invalidUser(scope.key.owner) }
        var message = message
        if message["from"] == nil { message["from"] = MailAddress(owner).json }
        if keepsCopy { try self.deliver(message, isRead: true, to: "sentitems", of: owner, tenant: scope.tenantID, now: now) }
        message["bccRecipients"] = nil
        for address in receivers {
            guard let receiver = self.data(of: scope.tenantID).user(address) else { continue }
            try self.deliver(message, isRead: false, to: "inbox", of: receiver, tenant: scope.tenantID, now: now)
        }
    }

    private mutating func deliver(
        _ message: JSONMembers, isRead: Bool, to folder: String, of user: Entity, tenant: String, now: Int64
    ) throws(GraphRefusal) {
        var message = message
        message["isRead"] = .bool(isRead)
        message["receivedDateTime"] = nil
        let folder = self.data(of: tenant).container(folder, .mailFolder, of: user.id)
        try self.createMessage(message, in: self.mailScope(user: user, folder: folder, tenant: tenant), isDraft: false, now: now)
    }

    /// A folder as Graph shows it, with what lies in it counted.
    func counted(_ folder: Entity, of userID: String, tenant: String) -> JSONMembers {
        let data = self.data(of: tenant)
        var members = folder.members
        var (total, unread, bytes): (Int64, Int64, Int64) = (0, 0, 0)
        for message in data.entities(in: CollectionKey(.message, of: userID), container: folder.id) {
            total += 1
            unread += message.members["isRead"] == true ? 0 : 1
            bytes += Int64(message.cost)
        }
        members["totalItemCount"] = .integer(total)
        members["unreadItemCount"] = .integer(unread)
        members["sizeInBytes"] = .integer(bytes)
        members["childFolderCount"] = .integer(
            Int64(data.entities(in: CollectionKey(.mailFolder, of: userID), container: folder.id).count)
        )
        return members
    }

    mutating func createFolder(
        _ members: JSONMembers, in scope: EntityScope, now: Int64
    ) throws(GraphRefusal) -> Entity {
        guard let name = members["displayName"]?.string, !name.isEmpty else {
            throw GraphRefusal(.badRequest, "ErrorInvalidRequest", "The 'displayName' of a folder is required.")
        }
        guard !self.entities(in: scope).contains(where: { $0.text("displayName") == name }) else {
            throw GraphRefusal(.conflict, "ErrorFolderExists", "A folder with the specified name already exists.")
        }
        return try self.insert(members, in: scope, now: now)
    }

    /// Deletes a folder with all that lies in it.
    mutating func deleteFolder(_ folder: Entity, in scope: EntityScope, now: Int64) throws(GraphRefusal) {
        guard !WellKnownFolder.all.contains(where: { $0.id(of: scope.key.owner) == folder.id }) else {
            throw GraphRefusal(.forbidden, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
        }
        var whole = scope
        whole.container = nil
        for child in self.data(of: scope.tenantID).entities(in: scope.key, container: folder.id) {
            try self.deleteFolder(child, in: whole, now: now)
        }
        let messages = EntityScope(
            tenantID: scope.tenantID, key: CollectionKey(.message, of: scope.key.owner), container: folder.id, context: ""
        )
        for message in self.entities(in: messages) { self.remove(message, in: messages, now: now) }
        self.remove(folder, in: whole, now: now)
    }

    private static func webLink(_ id: String) -> String {
        "https://outlook.office365.com/owa/?ItemID=\(PercentCoding.encodeForm(id))&exvsurl=1&viewmodel=ReadMessageItem"
    }
}

extension MailAddress {
    /// A user as sender or receiver.
    init(_ user: Entity) {
        let address = user.text("mail") ?? user.text("userPrincipalName") ?? ""
        self.init(name: user.text("displayName") ?? address, address: address)
    }
}
