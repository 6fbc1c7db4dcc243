#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How much the storage keeps, in memory and on disk.
public struct SQLiteStorageConfiguration: Sendable {
    /// What is kept, and for how long.
    public var retention: RetentionPolicy
    /// How many bytes may wait for the writer; bodies beyond that are refused, which Graph hears as `503`. 64 MiB.
    public var maximumPendingBytes: Int
    /// How many bytes of notifications may wait on disk for the relay; bodies beyond that are refused. 4 GiB.
    public var maximumQueueBytes: Int64
    /// How many operations share a transaction at most. 4,096.
    public var maximumTransactionOperations: Int
    /// How many bytes share a transaction at most. 16 MiB.
    public var maximumTransactionBytes: Int
    /// How many bytes of recent updates, and again of recent notifications, are kept in memory for those who follow
    /// closely. 8 MiB.
    public var recentBytes: Int
    /// How many deduplication keys count at a time. Beyond that the oldest are forgotten before their window ends, so
    /// that a duplicate may be delivered as a change of its own. 500,000; each takes about 100 bytes of memory.
    public var maximumDeduplicationKeys: Int
    /// After how many pages of 4 KiB the write-ahead log is copied into the database. 2,000.
    ///
    /// The copy happens behind a commit and delays the next one: few pages mean short but frequent delays. Pages
    /// that were written many times since the last copy (the end of the queue and of the log) are copied once.
    public var checkpointPages: Int
    /// Milliseconds since 1970, asked once for each body and each transaction.
    public var now: @Sendable () -> Int64

    public init(
        retention: RetentionPolicy = .init(),
        maximumPendingBytes: Int = 64 << 20,
        maximumQueueBytes: Int64 = 4 << 30,
        maximumTransactionOperations: Int = 4096,
        maximumTransactionBytes: Int = 16 << 20,
        recentBytes: Int = 8 << 20,
        maximumDeduplicationKeys: Int = 500_000,
        checkpointPages: Int = 2000,
        now: @escaping @Sendable () -> Int64 = Self.systemTime
    ) {
        self.retention = retention
        self.maximumPendingBytes = maximumPendingBytes
        self.maximumQueueBytes = maximumQueueBytes
        self.maximumTransactionOperations = maximumTransactionOperations
        self.maximumTransactionBytes = maximumTransactionBytes
        self.recentBytes = recentBytes
        self.maximumDeduplicationKeys = maximumDeduplicationKeys
        self.checkpointPages = checkpointPages
        self.now = now
    }

    /// The wall clock of the system, in milliseconds since 1970.
    @Sendable
    public static func systemTime() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1000)
    }
}
