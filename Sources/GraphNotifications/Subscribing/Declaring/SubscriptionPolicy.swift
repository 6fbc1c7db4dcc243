/// How subscriptions are looked after.
public struct SubscriptionPolicy: Sendable {
    /// How often Graph is asked for its list of subscriptions, to find what differs and what was left behind; the first time
    /// at the start. `nil`: never.
    public var listInterval: Duration?
    /// Whether what was left behind (ours by application and notification URL, and declared by nobody) is deleted. It is
    /// reported in any case. Leave it off where several programs share an application and a URL.
    public var deletesOrphans: Bool
    /// What makes sure that the notification URLs can be reached before the first subscription is created; `nil`: Graph's own
    /// validation has to do.
    public var probe: EndpointProbe?
    /// After how long without a sign of life notifications may have been lost: Graph tries again for 4 hours.
    public var longestDowntime: Duration

    /// - Parameters:
    ///   - listInterval: How often Graph is asked for its list of subscriptions; `nil`: never.
    ///   - deletesOrphans: Whether what was left behind is deleted.
    ///   - probe: What makes sure that the notification URLs can be reached.
    ///   - longestDowntime: After how long without a sign of life notifications may have been lost.
    public init(
        listInterval: Duration? = .seconds(4 * 3600), deletesOrphans: Bool = false, probe: EndpointProbe? = nil,
        longestDowntime: Duration = .seconds(4 * 3600)
    ) {
        self.listInterval = listInterval
        self.deletesOrphans = deletesOrphans
        self.probe = probe
        self.longestDowntime = longestDowntime
    }
}
