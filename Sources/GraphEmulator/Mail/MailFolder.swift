/// A folder of a mailbox. The emulator has the well-known ones, and no others.
struct MailFolder: Sendable, Equatable {
    /// The name by which paths may call it, in small letters.
    var wellKnownName: String
    var displayName: String
    var id: String

    static func all(of user: EmulatedUser) -> [MailFolder] {
        let names = [
            ("inbox", "Inbox"), ("drafts", "Drafts"), ("sentitems", "Sent Items"), ("deleteditems", "Deleted Items"),
            ("archive", "Archive"), ("junkemail", "Junk Email"),
        ]
        let owner = user.id.filter { $0 != "-" }
        return names.enumerated().map { index, name in
            // The same at each start, so that a subscription can name it.
            MailFolder(
                wellKnownName: name.0, displayName: name.1, id: "AAMkAG\(owner)AuAAAAAAB\(index)AAA="
            )
        }
    }

    func json(messages: some Sequence<EmulatedMessage>) -> JSONObject {
        var total = 0
        var unread = 0
        var bytes = 0
        for message in messages {
            total += 1
            unread += message.isRead ? 0 : 1
            bytes += message.cost
        }
        var object = JSONObject()
        object.set("id", self.id)
        object.set("displayName", self.displayName)
        object.set("childFolderCount", 0)
        object.set("unreadItemCount", unread)
        object.set("totalItemCount", total)
        object.set("sizeInBytes", bytes)
        object.set("isHidden", false)
        return object
    }
}
