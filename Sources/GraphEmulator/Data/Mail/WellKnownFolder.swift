/// A folder that every mailbox has.
struct WellKnownFolder: Sendable, Equatable {
    /// By which paths may call it, in small letters.
    let name: String
    let displayName: String
    private let number: Int

    /// The same at each start, so that a subscription can name it.
    func id(of userID: String) -> String { "AAMkAG\(userID.filter { $0 != "-" })AuAAAAAAB\(self.number)AAA=" }

    static func named(_ name: String) -> WellKnownFolder? {
        let name = name.lowercased()
        return Self.all.first { $0.name == name }
    }

    static let all = [
        WellKnownFolder(name: "inbox", displayName: "Inbox", number: 0),
        WellKnownFolder(name: "drafts", displayName: "Drafts", number: 1),
        WellKnownFolder(name: "sentitems", displayName: "Sent Items", number: 2),
        WellKnownFolder(name: "deleteditems", displayName: "Deleted Items", number: 3),
        WellKnownFolder(name: "archive", displayName: "Archive", number: 4),
        WellKnownFolder(name: "junkemail", displayName: "Junk Email", number: 5),
    ]
}
