import GRDB
import GRDBSQLite
import GraphNotifications
import GraphRelay
import NIOCore

/// Turns a batch of operations into one transaction.
struct TransactionWriter: Sendable {
    /// What became of one operation.
    enum Result {
        case enqueued(QueuedNotification)
        case appended([LoggedUpdate])
        case done
        case purged(more: Bool)
        case failed(StorageError)
    }

    /// What a transaction changed, for those who follow in memory.
    struct Committed {
        /// One for each operation, in order.
        var results: [Result]
        /// The ids that left the queue.
        var settled: [Int64] = []
        var counters: StorageCounters
        var isCommitted: Bool
    }

    private let epoch: String
    private let seal: ContentSeal
    private let statements: Statements
    private let now: @Sendable () -> Int64
    private var counters: StorageCounters
    private var deduplication: DeduplicationIndex
    /// How many appearances this transaction added, to be taken back if it fails.
    private var added = 0
    private var settled: [Int64] = []

    init(
        epoch: String, seal: ContentSeal, counters: StorageCounters, deduplication: DeduplicationIndex,
        now: @escaping @Sendable () -> Int64,
        in db: Database
    ) throws {
        self.epoch = epoch
        self.seal = seal
        self.counters = counters
        self.deduplication = deduplication
        self.now = now
        self.statements = try Statements(db)
    }

    func finalize() {
        self.statements.finalize()
    }

    /// Applies the operations in order, and commits.
    ///
    /// One that is wrong in itself fails alone. When the store fails, all of them do.
    mutating func commit(_ operations: [WriteOperation], in db: Database) -> Committed {
        let before = self.counters
        self.added = 0
        self.settled.removeAll(keepingCapacity: true)
        do {
            try self.statements.begin.run()
            var results: [Result] = []
            results.reserveCapacity(operations.count)
            for operation in operations { results.append(try self.apply(operation, in: db)) }
            try self.statements.commit.run()
            self.deduplication.expire()
            return Committed(results: results, settled: self.settled, counters: self.counters, isCommitted: true)
        } catch {
            // SQLite may have rolled back by itself already, for example when the disk was full.
            if sqlite3_get_autocommit(db.sqliteConnection) == 0 { try? self.statements.rollback.run() }
            self.counters = before
            self.deduplication.removeLast(self.added)
            let failure = Result.failed(StorageError(during: "write to", error))
            return Committed(
                results: operations.map { _ in failure }, counters: before, isCommitted: false
            )
        }
    }

    private mutating func apply(_ operation: WriteOperation, in db: Database) throws -> Result {
        switch operation {
        case .enqueue(let body, let receivedAt, _):
            return .enqueued(try self.enqueue(body, receivedAt: receivedAt))
        case .outcome(let outcome, _):
            return try self.alone(in: db) { writer in .appended(try writer.append(outcome, in: db)) }
        case .work(let work, _):
            return try self.alone(in: db) { _ in
                try work(db)
                return .done
            }
        case .purge(let policy, _):
            return try self.alone(in: db) { writer in .purged(more: try writer.purge(policy, in: db)) }
        }
    }

    /// Runs `body` so that its own mistakes are taken back without touching the rest of the transaction.
    private mutating func alone(
        in db: Database, _ body: (inout TransactionWriter) throws -> Result
    ) throws -> Result {
        let before = (counters: self.counters, added: self.added, settled: self.settled.count)
        try self.statements.savepoint.run()
        do {
            let result = try body(&self)
            try self.statements.release.run()
            return result
        } catch {
            guard sqlite3_get_autocommit(db.sqliteConnection) == 0, !Self.isOfTheStore(error) else { throw error }
            try self.statements.rollbackToSavepoint.run()
            try self.statements.release.run()
            self.deduplication.removeLast(self.added - before.added)
            self.settled.removeLast(self.settled.count - before.settled)
            self.counters = before.counters
            self.added = before.added
            return .failed(StorageError(refusing: error))
        }
    }

    /// Whether what failed is the store, and not what it was asked to do.
    private static func isOfTheStore(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        switch error.resultCode.primaryResultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE, .SQLITE_ERROR: return false
        default: return true
        }
    }

    // MARK: - The queue

    private mutating func enqueue(_ body: ByteBuffer, receivedAt: Int64) throws -> QueuedNotification {
        let id = self.counters.queueLatest + 1
        let insert = self.statements.insertNotification
        insert.bind(id, at: 1)
        insert.bind(receivedAt, at: 2)
        try body.withUnsafeReadableBytes { bytes in
            insert.bind(blob: bytes, at: 3)
            try insert.run()
        }
        self.counters.queueLatest = id
        self.counters.queueCount += 1
        self.counters.queueBytes += Int64(body.readableBytes)
        return QueuedNotification(id: id, body: body, receivedAt: receivedAt)
    }

    /// Removes entries, as runs of consecutive ids: mostly it is one run.
    private mutating func settle(_ ids: [Int64], in db: Database) throws {
        var ids = ids
        ids.sort()
        var start = 0
        while start < ids.count {
            var end = start
            while end + 1 < ids.count, ids[end + 1] <= ids[end] + 1 { end += 1 }
            self.statements.sizeOfNotifications.bind(ids[start], at: 1)
            self.statements.sizeOfNotifications.bind(ids[end], at: 2)
            let size = try self.statements.sizeOfNotifications.fetchInt64()
            self.statements.deleteNotifications.bind(ids[start], at: 1)
            self.statements.deleteNotifications.bind(ids[end], at: 2)
            try self.statements.deleteNotifications.run()
            self.counters.queueBytes -= size
            self.counters.queueCount -= db.changesCount
            start = end + 1
        }
        self.settled.append(contentsOf: ids)
    }

    // MARK: - The log

    private mutating func append(_ outcome: RelayOutcome, in db: Database) throws -> [LoggedUpdate] {
        let now = self.now()
        var logged: [LoggedUpdate] = []
        logged.reserveCapacity(outcome.drafts.count)
        // The updates of an outcome share one buffer: they live and die together in memory.
        var json = ByteBufferAllocator().buffer(capacity: outcome.drafts.count * 448)
        var places: [(offset: Int64, topics: [String], range: Range<Int>)] = []
        places.reserveCapacity(outcome.drafts.count)
        for draft in outcome.drafts {
            if let place = try self.append(draft, now: now, into: &json) { places.append(place) }
        }
        for place in places {
            guard let slice = json.getSlice(at: place.range.lowerBound, length: place.range.count) else { continue }
            logged.append(LoggedUpdate(offset: place.offset, topics: place.topics, json: slice))
        }
        for letter in outcome.deadLetters { try self.insert(letter, now: now) }
        try self.settle(outcome.settled, in: db)
        if !logged.isEmpty || !outcome.settled.isEmpty { try self.writeMeta() }
        return logged
    }

    private mutating func append(
        _ draft: UpdateDraft, now: Int64, into json: inout ByteBuffer
    ) throws -> (offset: Int64, topics: [String], range: Range<Int>)? {
        let key = draft.deduplicationKey
        let moment = draft.update.timestamp
        if self.deduplication.isDuplicate(key, at: moment) { return nil }

        let offset = self.counters.logLatest + 1
        let start = json.writerIndex
        draft.update.writeJSON(cursor: Cursor(epoch: self.epoch, offset: offset), into: &json)
        let range = start..<json.writerIndex

        let insert = self.statements.insertUpdate
        insert.bind(offset, at: 1)
        insert.bind(now, at: 2)
        var topics = try TopicList.text(of: draft.topics)
        let size = try topics.withUTF8 { topics in
            insert.bind(text: topics, at: 3)
            return try json.withUnsafeReadableBytes { bytes in
                let plain = UnsafeRawBufferPointer(rebasing: bytes[range])
                guard draft.update.data != nil else {
                    insert.bind(blob: plain, at: 4)
                    try insert.run()
                    return plain.count
                }
                return try self.seal.seal(plain, at: offset).withUnsafeBytes { sealed in
                    insert.bind(blob: sealed, at: 4)
                    try insert.run()
                    return sealed.count
                }
            }
        }

        if key.window > .zero {
            let appearance = DeduplicationIndex.Appearance(of: key, offset: offset, seenAt: moment)
            try self.statements.insert(appearance)
            self.deduplication.add(appearance)
            self.added += 1
        }
        self.counters.logLatest = offset
        self.counters.logBytes += Int64(size)
        return (offset, draft.topics, range)
    }

    private func insert(_ letter: DeadLetter, now: Int64) throws {
        let insert = self.statements.insertDeadLetter
        insert.bind(letter.entryID, at: 1)
        insert.bind(Int64(letter.index), at: 2)
        insert.bind(now, at: 6)
        var reason = letter.reason.rawValue
        var detail = letter.detail
        try reason.withUTF8 { reason in
            try detail.withUTF8 { detail in
                insert.bind(text: reason, at: 3)
                insert.bind(text: detail, at: 4)
                try letter.item.withUnsafeReadableBytes { item in
                    insert.bind(blob: item, at: 5)
                    try insert.run()
                }
            }
        }
    }

    /// Writes down what the rows alone do not tell once they are gone.
    private func writeMeta() throws {
        let update = self.statements.updateMeta
        update.bind(self.counters.logLatest, at: 1)
        update.bind(self.counters.logBytes, at: 2)
        update.bind(self.counters.queueLatest, at: 3)
        try update.run()
    }

    // MARK: - Growing old

    /// Takes away one step's worth of what is too old or too much.
    ///
    /// - Returns: Whether there is more to take away.
    private mutating func purge(_ policy: RetentionPolicy, in db: Database) throws -> Bool {
        let now = self.now()
        let log = try self.purgeLog(policy, now: now, in: db)
        let keys = try self.purgeDeduplication(policy, in: db)
        let letters = try self.purgeDeadLetters(policy, now: now, in: db)
        return log || keys || letters
    }

    private mutating func purgeLog(_ policy: RetentionPolicy, now: Int64, in db: Database) throws -> Bool {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT "offset", created_at, length(json) FROM update_log
                    WHERE "offset" >= ? ORDER BY "offset" LIMIT ?
                    """
            ),
            arguments: [self.counters.logOldest, policy.rowsPerStep]
        )
        let cutoff = now - policy.logAge.milliseconds
        var count = 0
        var last: Int64?
        var bytes = self.counters.logBytes
        while let row = try rows.next() {
            let createdAt: Int64 = row[1]
            guard createdAt < cutoff || bytes > policy.logBytes else { break }
            let size: Int64 = row[2]
            last = row[0]
            bytes -= size
            count += 1
        }
        guard let last else { return false }
        try db.cachedStatement(sql: #"DELETE FROM update_log WHERE "offset" <= ?"#).execute(arguments: [last])
        self.counters.logOldest = last + 1
        self.counters.logBytes = bytes
        try self.writeMeta()
        return count == policy.rowsPerStep
    }

    private func purgeDeduplication(_ policy: RetentionPolicy, in db: Database) throws -> Bool {
        let end = self.deduplication.oldestOffset ?? self.counters.logLatest + 1
        let oldest = try Int64.fetchOne(db.cachedStatement(sql: #"SELECT min("offset") FROM dedupe"#))
        guard let oldest, oldest < end else { return false }
        let bound = min(end, oldest + Int64(policy.rowsPerStep))
        try db.cachedStatement(sql: #"DELETE FROM dedupe WHERE "offset" < ?"#).execute(arguments: [bound])
        return bound < end
    }

    private func purgeDeadLetters(_ policy: RetentionPolicy, now: Int64, in db: Database) throws -> Bool {
        let cutoff = now - policy.deadLetterAge.milliseconds
        // Ids are in the order of time.
        try db.cachedStatement(
            sql: """
                DELETE FROM dead_letter WHERE id IN (
                  SELECT id FROM (SELECT id, created_at FROM dead_letter ORDER BY id LIMIT ?1)
                  WHERE created_at < ?2 OR id <= (SELECT id FROM dead_letter ORDER BY id DESC LIMIT 1 OFFSET ?3)
                )
                """
        ).execute(arguments: [policy.rowsPerStep, cutoff, policy.maximumDeadLetters])
        return db.changesCount == policy.rowsPerStep
    }
}
