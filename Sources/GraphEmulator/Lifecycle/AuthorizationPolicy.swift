/// What becomes of notifications while their subscription's authorization has expired.
///
/// Graph withholds them for up to four hours, and applications have been seen to get them all the same: it depends on who
/// keeps the resource, and nobody documents how.
public struct AuthorizationPolicy: Sendable, Equatable {
    /// What becomes of them.
    public enum Expired: String, Sendable, CaseIterable {
        /// They are sent as always.
        case deliver
        /// They wait for a new authorization for as long as a notification is tried, and are lost then.
        case withhold
        /// They are lost.
        case lose
    }

    /// For mail, events and contacts.
    public var outlook: Expired
    /// For chats, channels, teams and meetings.
    public var teams: Expired
    /// For everything else.
    public var other: Expired

    public init(outlook: Expired, teams: Expired, other: Expired) {
        self.outlook = outlook
        self.teams = teams
        self.other = other
    }

    /// The same for all resources.
    public init(_ all: Expired) { self.init(outlook: all, teams: all, other: all) }

    func expired(_ workload: ResourceRule.Workload) -> Expired {
        switch workload {
        case .outlook: self.outlook
        case .teams: self.teams
        case .presence, .directory, .other: self.other
        }
    }
}
