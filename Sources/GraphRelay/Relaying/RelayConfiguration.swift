public import GraphNotifications

/// How the relay holds, compares, gathers and tries again.
public struct RelayConfiguration: Sendable {
    /// How long an item of an unknown subscription is held, from when it was received. One minute.
    public var holdTime: Duration
    /// How often the relay looks whether the subscriptions of held items are known now. 100 ms; it does not while nothing
    /// is held.
    public var holdCheckInterval: Duration
    /// How many items are held at most; beyond that they become dead letters at once. 10,000.
    public var maximumHeld: Int
    /// How many bytes of memory held items may take. 16 MiB.
    public var maximumHeldBytes: Int
    /// Within which time two notifications of anything else with the same etag, or else the same id, are one change. Ten
    /// minutes.
    public var deduplicationWindow: Duration
    /// Within which time two notifications with neither, but the same content, are one change. Two seconds.
    public var contentDeduplicationWindow: Duration
    /// Within which time what is found by catching up and notifications, or two notifications, are one change where both say
    /// which version of what they tell of: mail, events and contacts. One day; as long as it is remembered, see the log's limits.
    public var recoveryWindow: Duration
    /// How long the relay rests at the most between two batches while notifications come faster than it relays them: as long as
    /// the batch took, so that at least half of what the machine can do is there for answering Graph, which must not wait.
    /// What gathers meanwhile is in the queue, on disk. 100 ms; a relay that keeps up does not rest.
    public var maximumRest: Duration
    /// How many entries are taken from the queue at a time. 512.
    public var maximumBatchEntries: Int
    /// How many decisions share a transaction. 2,000.
    public var maximumBatchItems: Int
    /// How many bytes of notifications share a transaction. 4 MiB; a single item may be larger.
    public var maximumBatchBytes: Int
    /// How long to wait before the log or the queue is asked again after it failed. From 100 ms to ten seconds, without
    /// chance: nobody else failed at the same moment.
    public var backoff: Backoff
    /// After how many failures of one batch the relay finds out whether it is the batch that fails, and not the store. 10.
    public var maximumAttempts: Int

    public init(
        holdTime: Duration = .seconds(60),
        holdCheckInterval: Duration = .milliseconds(100),
        maximumHeld: Int = 10_000,
        maximumHeldBytes: Int = 16 << 20,
        deduplicationWindow: Duration = .seconds(600),
        contentDeduplicationWindow: Duration = .seconds(2),
        recoveryWindow: Duration = .seconds(86_400),
        maximumRest: Duration = .milliseconds(100),
        maximumBatchEntries: Int = 512,
        maximumBatchItems: Int = 2000,
        maximumBatchBytes: Int = 4 << 20,
        backoff: Backoff = Backoff(base: .milliseconds(100), maximum: .seconds(10)),
        maximumAttempts: Int = 10
    ) {
        self.holdTime = holdTime
        self.holdCheckInterval = holdCheckInterval
        self.maximumHeld = maximumHeld
        self.maximumHeldBytes = maximumHeldBytes
        self.deduplicationWindow = deduplicationWindow
        self.contentDeduplicationWindow = contentDeduplicationWindow
        self.recoveryWindow = recoveryWindow
        self.maximumRest = maximumRest
        self.maximumBatchEntries = maximumBatchEntries
        self.maximumBatchItems = maximumBatchItems
        self.maximumBatchBytes = maximumBatchBytes
        self.backoff = backoff
        self.maximumAttempts = maximumAttempts
    }
}
