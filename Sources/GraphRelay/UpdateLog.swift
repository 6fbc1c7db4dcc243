public import NIOCore

/// One durable sequence of updates with one cursor, which every node tails.
///
/// Offsets start at 1 and grow by one per update, without holes at the end: whoever has read up to offset *n* and then sees
/// ``UpdateLogBounds/latest`` equal to *n* has missed nothing.
public protocol UpdateLog: Sendable {
    /// The log's epoch; it changes only when a log is lost and begun anew.
    var epoch: String { get }

    /// Applies what the relay decided about a batch: appends updates, records dead letters, settles queue entries.
    ///
    /// Where the queue and the log share a database this is one transaction. Where they do not, the log comes first, and the
    /// deduplication keys keep a repetition after a crash from being appended twice.
    ///
    /// - Returns: The updates that were appended, in order, with their offsets; those that were duplicates are missing.
    func append(_ outcome: RelayOutcome) async throws(RelayError) -> [LoggedUpdate]

    /// Reads up to `limit` updates with an offset above `offset`, oldest first.
    func updates(after offset: Int64, limit: Int) async throws(RelayError) -> [LoggedUpdate]

    /// Where the log begins and ends now.
    func bounds() async throws(RelayError) -> UpdateLogBounds

    /// Suspends until there is an update with an offset above `offset`, or the task is cancelled.
    func waitForUpdate(after offset: Int64) async
}

/// What a log still holds.
public struct UpdateLogBounds: Sendable, Equatable {
    /// The offset of the oldest update still held; `latest + 1` when nothing is held.
    public var oldest: Int64
    /// The offset of the newest update; 0 before the first.
    public var latest: Int64

    public init(oldest: Int64, latest: Int64) {
        self.oldest = oldest
        self.latest = latest
    }
}

/// One update in the log, encoded once for everybody.
public struct LoggedUpdate: Sendable, Equatable {
    /// Its place in the log.
    public var offset: Int64
    /// The topics it belongs to.
    public var topics: [String]
    /// The `GraphUpdate` as JSON, with its cursor.
    public var json: ByteBuffer

    public init(offset: Int64, topics: [String], json: ByteBuffer) {
        self.offset = offset
        self.topics = topics
        self.json = json
    }
}

/// What became of one batch of queue entries.
public struct RelayOutcome: Sendable {
    /// The updates to append, in order.
    public var drafts: [UpdateDraft]
    /// The items that cannot be delivered.
    public var deadLetters: [DeadLetter]
    /// The ids of the queue entries that are dealt with and may go.
    public var settled: [Int64]

    public init(drafts: [UpdateDraft] = [], deadLetters: [DeadLetter] = [], settled: [Int64] = []) {
        self.drafts = drafts
        self.deadLetters = deadLetters
        self.settled = settled
    }
}

/// An update that has no offset yet.
public struct UpdateDraft: Sendable {
    /// Everything about it but its cursor. The log adds the cursor when it knows the offset.
    public var update: GraphUpdate
    /// Two drafts with the same key within the key's window are one change.
    public var deduplicationKey: DeduplicationKey

    public init(update: GraphUpdate, deduplicationKey: DeduplicationKey) {
        self.update = update
        self.deduplicationKey = deduplicationKey
    }

    /// The topics it belongs to. None holds a control character.
    public var topics: [String] { self.update.topics }
}

/// What makes two notifications the same change: 128 bits of a digest, and for how long they count.
///
/// The window is measured between the moments at which the two were *received* (``GraphUpdate/timestamp``), not at which
/// they were handled. So a relay that was behind, or handles an entry again after a crash, decides as it would have then.
public struct DeduplicationKey: Sendable, Hashable {
    /// The first half of the digest: of what changed, and how.
    public var high: UInt64
    /// The second half of the digest: of its version as well.
    public var low: UInt64
    /// How far apart this and an earlier appearance may be to be one change.
    public var window: Duration
    /// How long it is remembered for those that come later; as long as ``window`` unless their window may be longer.
    public var retention: Duration
    /// Whether an earlier appearance with another version is the same change.
    public var matchesAnyVersion: Bool

    public init(
        high: UInt64, low: UInt64, window: Duration, retention: Duration? = nil, matchesAnyVersion: Bool = false
    ) {
        self.high = high
        self.low = low
        self.window = window
        self.retention = retention ?? window
        self.matchesAnyVersion = matchesAnyVersion
    }
}

/// An item that could not be delivered, kept with its reason until somebody retries or discards it.
public struct DeadLetter: Sendable, Equatable {
    /// Why it could not be delivered. New reasons may be added.
    public struct Reason: RawRepresentable, Sendable, Hashable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The item is not a notification.
        public static let malformed = Reason(rawValue: "malformed")
        /// Its client state is not that of its subscription: forged, or the declaration changed.
        public static let clientStateMismatch = Reason(rawValue: "clientStateMismatch")
        /// Nobody knows its subscription, even a minute later.
        public static let unknownSubscription = Reason(rawValue: "unknownSubscription")
        /// Too much waited already when it should have been held for its subscription to become known.
        public static let holdOverflow = Reason(rawValue: "holdOverflow")
        /// It brings encrypted content, and nothing proves that it is from Microsoft Graph and for us.
        public static let notAuthentic = Reason(rawValue: "notAuthentic")
        /// Its encrypted content could not be opened.
        public static let contentNotOpened = Reason(rawValue: "contentNotOpened")
        /// Handling it failed again and again.
        public static let attemptsExhausted = Reason(rawValue: "attemptsExhausted")
    }

    /// The queue entry it came in.
    public var entryID: Int64
    /// Its place within the entry's `value`; 0 for an entry that is malformed as a whole.
    public var index: Int
    /// Why it could not be delivered.
    public var reason: Reason
    /// One sentence more, without any payload; may be empty.
    public var detail: String
    /// The item's bytes.
    public var item: ByteBuffer

    public init(entryID: Int64, index: Int, reason: Reason, detail: String, item: ByteBuffer) {
        self.entryID = entryID
        self.index = index
        self.reason = reason
        self.detail = detail
        self.item = item
    }
}
