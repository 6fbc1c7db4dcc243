/// How often an application may ask for subscriptions within a while, as Graph documents it.
public struct ThrottleLimits: Sendable, Equatable {
    /// How many requests one application may make.
    public struct Limit: Sendable, Equatable {
        /// In all tenants together.
        public var perApplication: Int
        /// In one tenant.
        public var perTenant: Int

        public init(perApplication: Int, perTenant: Int) {
            self.perApplication = perApplication
            self.perTenant = perTenant
        }
    }

    /// How a refusal says when to come again.
    public enum Hint: String, Sendable, CaseIterable {
        /// Not at all.
        case none
        case seconds
        /// Seconds, with three digits behind the point.
        case decimal
        case date
    }

    /// The while. 20 s.
    public var window: Duration = .seconds(20)
    /// Creating, renewing and deleting. 2,000 and 500.
    public var writes = Limit(perApplication: 2000, perTenant: 500)
    /// Reauthorizing. 4,000 and 1,000.
    public var reauthorizations = Limit(perApplication: 4000, perTenant: 1000)
    /// Reading one. 2,000 and 500.
    public var reads = Limit(perApplication: 2000, perTenant: 500)
    /// Listing all. 40 and 25.
    public var lists = Limit(perApplication: 40, perTenant: 25)
    public var hint = Hint.seconds

    public init() {}
}
