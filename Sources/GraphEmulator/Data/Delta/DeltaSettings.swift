/// How the emulator answers those who ask what has changed.
public struct DeltaSettings: Sendable {
    /// How many items one page holds, if the request does not say. 200.
    public var pageSize = 200
    /// How long a change stays out of the answers, though it has been notified already. 0.
    public var lag: Duration = .zero
    /// How long the tokens of users, groups and Teams are good for. 7 days.
    public var tokenLifetime: Duration = .seconds(7 * 86_400)
    /// Whether there are pages with nothing on them before the last one, as Graph has them now and then. Off.
    public var hasEmptyPages = false
    /// Whether a round begins with a change that was told before, as Graph may do. Off.
    public var replays = false

    public init() {}
}
