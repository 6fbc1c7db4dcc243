/// When changes are looked for, and how often.
public struct CatchUpConfiguration: Sendable {
    /// How long after a notification that does not say what has changed Graph is asked; those that come meanwhile are of the
    /// same question. Two seconds.
    public var debounce: Duration
    /// How long such a question is put off at the most while there are always new notifications. 15 seconds.
    public var longestDebounce: Duration
    /// How many subscriptions are read at once. 4.
    public var maximumReads: Int
    /// How often Graph is asked again that knew of no change though there should be one: its lists lag behind its
    /// notifications. Twice.
    public var questionsAfterNothing: Int
    /// How long after the answer that knew of nothing; four times as long the next time. 15 seconds.
    public var pauseAfterNothing: Duration
    /// How long to wait after failures that may pass.
    public var backoff: Backoff
    /// How long to wait after failures that do not pass by themselves.
    public var permanentBackoff: Backoff
    /// How often changes are looked for without a reason, where they can be compared with what was notified: links do not
    /// live for ever, and nobody tells of every loss. 12 hours.
    public var interval: Duration
    /// How old a link may become where they cannot be compared. Then another one takes its place, and nothing is looked for:
    /// Graph takes them for seven days. Five days.
    public var longestLinkAge: Duration
    /// How far Graph's clock and ours may be apart. Two minutes.
    public var clockTolerance: Duration
    /// How many pages one round has at the most. 10,000.
    public var maximumPages: Int

    public init(
        debounce: Duration = .seconds(2), longestDebounce: Duration = .seconds(15), maximumReads: Int = 4,
        questionsAfterNothing: Int = 2, pauseAfterNothing: Duration = .seconds(15), backoff: Backoff = .init(),
        permanentBackoff: Backoff = .init(base: .seconds(300), maximum: .seconds(3600)),
        interval: Duration = .seconds(12 * 3600), longestLinkAge: Duration = .seconds(5 * 86_400),
        clockTolerance: Duration = .seconds(120), maximumPages: Int = 10_000
    ) {
        self.debounce = debounce
        self.longestDebounce = longestDebounce
        self.maximumReads = maximumReads
        self.questionsAfterNothing = questionsAfterNothing
        self.pauseAfterNothing = pauseAfterNothing
        self.backoff = backoff
        self.permanentBackoff = permanentBackoff
        self.interval = interval
        self.longestLinkAge = longestLinkAge
        self.clockTolerance = clockTolerance
        self.maximumPages = maximumPages
    }
}
