/// How long, and how much of, what was delivered stays available.
///
/// Whoever comes back after more than this is told that there is a gap.
public struct RetentionPolicy: Sendable, Equatable {
    /// Updates older than this go. Seven days.
    public var logAge: Duration
    /// The oldest updates go while the log's JSON takes more than this. 1 GiB.
    public var logBytes: Int64
    /// Dead letters older than this go. Thirty days.
    public var deadLetterAge: Duration
    /// The oldest dead letters go while there are more than this. 100,000.
    public var maximumDeadLetters: Int
    /// How often old things are looked for. One minute.
    public var interval: Duration
    /// How many rows go in one transaction, so that nobody waits long behind it. 500.
    public var rowsPerStep: Int

    public init(
        logAge: Duration = .seconds(7 * 86_400),
        logBytes: Int64 = 1 << 30,
        deadLetterAge: Duration = .seconds(30 * 86_400),
        maximumDeadLetters: Int = 100_000,
        interval: Duration = .seconds(60),
        rowsPerStep: Int = 500
    ) {
        self.logAge = logAge
        self.logBytes = logBytes
        self.deadLetterAge = deadLetterAge
        self.maximumDeadLetters = maximumDeadLetters
        self.interval = interval
        self.rowsPerStep = rowsPerStep
    }
}
