import GraphNotifications

/// Somewhere things change, and who is subscribed to it.
struct Place: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case folder = "messages of a folder"
        case mailbox = "messages of a mailbox"
        case events, contacts, users, groups
        case drive = "drives"
        case tasks
        case chat = "messages of a chat"
        case channel = "messages of a channel"

        /// Whether a notification and what a list of changes says can be told to be the same: then nothing comes twice.
        var isExact: Bool { [.folder, .mailbox, .events, .contacts].contains(self) }
        /// Whether Graph lists what changed.
        var isListed: Bool { self != .chat }
        /// Whether notifications say only that something changed.
        var isVague: Bool { self == .drive }
    }

    let kind: Kind
    /// Relative to Graph's version.
    let path: String
    /// The names of those who are subscribed to it.
    var subscriptions: [String] = []
    /// What is there.
    var items: [String] = []

    /// What can happen there.
    var changeTypes: [ChangeTypes] {
        switch self.kind {
        case .folder, .mailbox, .events, .contacts, .tasks, .chat: [.created, .updated, .deleted]
        case .channel, .drive: [.created, .updated]
        case .users, .groups: [.updated]
        }
    }
}
