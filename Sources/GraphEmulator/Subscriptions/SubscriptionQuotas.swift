/// How many live subscriptions there may be at once; more are refused as Graph refuses them.
public struct SubscriptionQuotas: Sendable, Equatable {
    /// To one mailbox, of all applications together. 1,000.
    public var perMailbox = 1000
    /// To users and to groups, each, of one application in one tenant. 100.
    public var directoryPerApplicationAndTenant = 100
    /// To users and to groups, each, in one tenant. 1,000.
    public var directoryPerTenant = 1000
    /// To users and to groups, each, of one application in all tenants. 50,000.
    public var directoryPerApplication = 50_000
    /// To one chat, channel, team or meeting, or one user's, of one application. 1.
    public var teamsPerApplicationAndResource = 1
    /// To one user's chats or meetings, of all applications. 10.
    public var teamsPerUser = 10
    /// To Teams and Copilot, in one tenant, of all applications. 10,000.
    public var teamsPerTenant = 10_000
    /// To call records, in one tenant. 100.
    public var callRecordsPerTenant = 100
    /// To approvals, of one application in one tenant. 1.
    public var approvalsPerApplicationAndTenant = 1
    /// To approvals, in one tenant. 1,000.
    public var approvalsPerTenant = 1000

    public init() {}
}
