/// One thing that Graph keeps: a user, a message, a chat.
struct Entity: Sendable, Equatable, Codable {
    /// Outlook gives an item another one when it moves.
    var id: String
    /// The id for those who asked for one that stays; only Outlook has two.
    var immutableID: String?
    /// What it lies in inside its collection: a folder, a calendar, the message it replies to.
    var container: String?
    /// Another one after each change.
    var changeKey: String
    /// All of its properties, as Graph would show them.
    var members: JSONMembers
    /// What is kept beside and not shown: the text of a message that can be brought back.
    var hidden: JSONMembers = [:]
    /// Milliseconds since 1970.
    let createdAt: Int64
    /// The number of the change that brought it, and of its last change, counted in its collection.
    var createdIn = 0
    var changedIn = 0
    /// When it was changed last, in milliseconds since 1970.
    var changedAt: Int64

    init(
        id: String, immutableID: String? = nil, container: String? = nil, changeKey: String, members: JSONMembers, now: Int64
    ) {
        self.id = id
        self.immutableID = immutableID
        self.container = container
        self.changeKey = changeKey
        self.members = members
        self.createdAt = now
        self.changedAt = now
    }

    var etag: String { "W/\"\(self.changeKey)\"" }

    /// About how many bytes of memory it takes.
    var cost: Int { 256 + self.members.cost + self.hidden.cost }

    /// A property's text.
    func text(_ name: String) -> String? { self.members[name]?.string }
}
