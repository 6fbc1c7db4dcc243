/// A subscription at Graph that sends here, and that nobody declared.
public struct OrphanedSubscription: Sendable, Equatable {
    /// The account in whose list it is.
    public var account: String
    /// What Graph says of it.
    public var subscription: GraphSubscription

    public init(account: String, subscription: GraphSubscription) {
        self.account = account
        self.subscription = subscription
    }
}
