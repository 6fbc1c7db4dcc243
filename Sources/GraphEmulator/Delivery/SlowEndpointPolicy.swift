/// From when on an endpoint is treated as slow, and how.
///
/// Graph documents the shares, the window and the delay; the least number of answers and the size of a sample are our guess.
public struct SlowEndpointPolicy: Sendable, Equatable {
    /// Over which time answers are counted. 10 min.
    public var window: Duration = .seconds(600)
    /// How many answers there must be before they say anything. 20.
    public var minimumAnswers = 20
    /// Which share of slow answers is too much. 10 %.
    public var slowShare = 0.10
    /// Which share of answers beyond the limit of retries is too much. 15 %.
    public var dropShare = 0.15
    /// How much later new notifications are sent to a slow endpoint. 10 min.
    public var delay: Duration = .seconds(600)
    /// How often a sample is tried, and how long notifications are dropped before the first. 10 min.
    public var probeInterval: Duration = .seconds(600)
    /// How many notifications are in a sample, which is one `POST`. 10.
    public var probeSize = 10

    public init() {}
}
