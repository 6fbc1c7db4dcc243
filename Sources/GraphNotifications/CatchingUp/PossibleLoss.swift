/// A subscription of which notifications may not have come.
public struct PossibleLoss: Sendable, Equatable {
    /// How it came to light.
    public enum Reason: String, Sendable, Equatable, CaseIterable {
        /// The subscription was created: what was there before is the baseline to compare with later.
        case created
        /// Graph said that it lost notifications (lifecycle event `missed`).
        case missed
        /// Graph removed the subscription, or did not know it any more, or it expired.
        case removed
        /// Nobody took notifications in for longer than Graph tries again.
        case downtime
        /// Somebody asked for it.
        case requested
    }

    /// The name under which the subscription is declared.
    public var subscription: String
    /// The account it belongs to, see ``SubscriptionAccount``.
    public var account: String
    /// What it watches.
    public var resource: String
    /// Which changes it asks for.
    public var changeTypes: ChangeTypes
    /// How it came to light.
    public var reason: Reason

    public init(
        subscription: String, account: String = SubscriptionAccount.defaultName, resource: String,
        changeTypes: ChangeTypes = [.created, .updated, .deleted], reason: Reason
    ) {
        self.subscription = subscription
        self.account = account
        self.resource = resource
        self.changeTypes = changeTypes
        self.reason = reason
    }
}

/// Is told when notifications may have been lost, and finds out what changed meanwhile.
public protocol LossObserver: Sendable {
    /// Takes note of it, durably before it returns; what was missed is looked for afterwards.
    ///
    /// It may be told the same twice, and must then look once or twice, never not at all.
    func mayHaveLost(_ loss: PossibleLoss) async throws(GraphError)
}
