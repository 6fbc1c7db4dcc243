/// Which messages a subscription watches.
struct MailWatch: Sendable, Equatable {
    var userID: String
    /// One folder; `nil` for the whole mailbox.
    var folderID: String?
}
