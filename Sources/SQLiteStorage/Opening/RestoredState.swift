import GRDB
import GraphRelay

/// What the last process left in the file.
struct RestoredState {
    var epoch: String
    var counters: StorageCounters
    var deduplication: DeduplicationIndex

    init(from db: Database, maximumKeys: Int) throws {
        if try Row.fetchOne(db, sql: "SELECT 1 FROM meta") == nil {
            try db.execute(
                sql: "INSERT INTO meta (id, epoch, log_latest, log_bytes, queue_latest) VALUES (1, ?, 0, 0, 0)",
                arguments: [Self.makeEpoch()]
            )
        }
        guard
            let meta = try Row.fetchOne(db, sql: "SELECT epoch, log_latest, log_bytes, queue_latest FROM meta"),
            let queue = try Row.fetchOne(
                db, sql: "SELECT count(*), coalesce(sum(length(body)), 0), coalesce(max(id), 0) FROM notification"
            )
        else { throw StorageError(.failed, "The storage has lost its own description; restore it from a copy.") }
        self.epoch = meta[0]
        var counters = StorageCounters()
        counters.logLatest = meta[1]
        counters.logBytes = meta[2]
        counters.queueCount = queue[0]
        counters.queueBytes = queue[1]
        counters.queueLatest = max(meta[3], queue[2])
        let oldest = try Int64.fetchOne(db, sql: #"SELECT min("offset") FROM update_log"#)
        counters.logOldest = oldest ?? counters.logLatest + 1
        self.counters = counters

        self.deduplication = DeduplicationIndex(maximumCount: maximumKeys)
        let rows = try Row.fetchCursor(
            db, sql: #"SELECT "offset", high, low, seen_at, expires_at FROM dedupe ORDER BY "offset""#
        )
        while let row = try rows.next() {
            self.deduplication.add(
                DeduplicationIndex.Appearance(
                    digest: .init(high: UInt64(bitPattern: row[1]), low: UInt64(bitPattern: row[2])),
                    offset: row[0], seenAt: row[3], expiresAt: row[4]
                )
            )
            self.deduplication.expire()
        }
    }

    /// Ten letters and digits: enough that a log begun anew is never taken for the old one.
    private static func makeEpoch() -> String {
        let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz")
        var generator = SystemRandomNumberGenerator()
        return String((0..<10).map { _ in alphabet[Int.random(in: 0..<36, using: &generator)] })
    }
}
