import GRDB
import Synchronization

/// The durable half of Tidings, in one SQLite file: the queue, the update log, the subscriptions, the dead letters.
///
/// Every write is on disk (`synchronous=FULL`) when it is reported as done, and all that arrive during one `fsync` share
/// the next. One process has the file at a time.
///
/// ```swift
/// let storage = try SQLiteStorage.open(at: "/var/lib/tidings/tidings.db")
/// let webhook = WebhookReceiver(…, into: storage.queue)
/// let relay = NotificationRelay(from: storage.queue, to: storage.log, …)
/// ```
///
/// Add it to the services of the program, before those that use it, so that ``run()`` can take away what is too old; and
/// ``close()`` it when they have ended.
public final class SQLiteStorage: Sendable {
    /// The durable queue between the webhook and the relay.
    public let queue: SQLiteNotificationQueue
    /// The durable log of updates.
    public let log: SQLiteUpdateLog
    /// What is known of each declared subscription.
    public let subscriptions: SQLiteSubscriptionStore
    /// How far changes have been read, and what has to be looked for.
    public let deltas: SQLiteDeltaStore
    /// The items that could not be delivered.
    public let deadLetters: SQLiteDeadLetters

    let committer: GroupCommitter
    let pool: DatabasePool
    let retention: RetentionPolicy
    private let state: StorageState
    private let lock: Mutex<ProcessLock?>

    /// Opens the storage, and creates it if it is not there.
    ///
    /// - Parameters:
    ///   - path: The database file. A missing directory is created with mode 0700, the file with mode 0600.
    ///   - configuration: How much to keep.
    /// - Throws: ``StorageError``, whose description is one sentence for whoever started the program.
    public static func open(
        at path: String, configuration: SQLiteStorageConfiguration = .init()
    ) throws(StorageError) -> SQLiteStorage {
        do {
            try StorageFile.prepare(path)
            let lock = try ProcessLock(of: path)
            return try SQLiteStorage(path: path, lock: lock, configuration: configuration)
        } catch {
            throw StorageError(opening: path, error)
        }
    }

    private init(path: String, lock: consuming ProcessLock, configuration: SQLiteStorageConfiguration) throws {
        let pool = try DatabasePool(path: path, configuration: Self.connectionConfiguration)
        try Schema.prepare(pool, path: path)
        let (restored, seal, writer) = try pool.writeWithoutTransaction { db in
            try Self.prepareWriter(db, configuration: configuration)
            let restored = try RestoredState(from: db, maximumKeys: configuration.maximumDeduplicationKeys)
            let seal = ContentSeal(key: try ContentKeyFile.key(of: path, in: db))
            let writer = try TransactionWriter(
                epoch: restored.epoch, seal: seal, counters: restored.counters, deduplication: restored.deduplication,
                now: configuration.now, in: db
            )
            return (restored, seal, writer)
        }
        let state = StorageState(counters: restored.counters, recentBytes: configuration.recentBytes)
        let committer = GroupCommitter(pool: pool, writer: writer, state: state, configuration: configuration)
        self.pool = pool
        self.state = state
        self.committer = committer
        self.retention = configuration.retention
        self.lock = Mutex(lock)
        self.queue = SQLiteNotificationQueue(pool: pool, committer: committer, state: state, now: configuration.now)
        self.log = SQLiteUpdateLog(epoch: restored.epoch, seal: seal, pool: pool, committer: committer, state: state)
        let tables = GraphTables(pool: pool, committer: committer)
        self.subscriptions = SQLiteSubscriptionStore(tables)
        self.deltas = SQLiteDeltaStore(tables)
        self.deadLetters = SQLiteDeadLetters(pool: pool, committer: committer)
    }

    /// What the storage has done since it was opened.
    public var statistics: SQLiteStorageStatistics { self.state.statistics }

    /// Writes what still waits, and lets go of the file. Everything asked for afterwards fails.
    public func close() throws(StorageError) {
        do {
            try self.committer.close()
        } catch {
            throw StorageError(during: "close", error)
        }
        self.lock.withLock { $0 = nil }
    }
}
