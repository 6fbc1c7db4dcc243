import GRDB
public import GraphRelay

/// The items that could not be delivered, for whoever looks after them.
public struct SQLiteDeadLetters: Sendable {
    /// A dead letter as it is kept.
    public struct Stored: Sendable, Equatable {
        /// Its own id, in the order of time.
        public var id: Int64
        /// The item and why it could not be delivered.
        public var letter: DeadLetter
        /// When it was put here, in milliseconds since 1970.
        public var createdAt: Int64
    }

    private let pool: DatabasePool
    private let committer: GroupCommitter

    init(pool: DatabasePool, committer: GroupCommitter) {
        self.pool = pool
        self.committer = committer
    }

    /// The newest first, up to `limit`; those with an id below `before`, if that is given.
    public func list(limit: Int, before: Int64? = nil) async throws(RelayError) -> [Stored] {
        try await self.read { db in
            try Row.fetchAll(
                db, sql: "SELECT \(Self.columns) FROM dead_letter WHERE id < ? ORDER BY id DESC LIMIT ?",
                arguments: [before ?? Int64.max, limit]
            ).map(Self.stored)
        }
    }

    /// The one with this id; `nil` if there is none.
    public func letter(id: Int64) async throws(RelayError) -> Stored? {
        try await self.read { db in
            try Row.fetchOne(db, sql: "SELECT \(Self.columns) FROM dead_letter WHERE id = ?", arguments: [id])
                .map(Self.stored)
        }
    }

    /// How many there are.
    public func count() async throws(RelayError) -> Int {
        try await self.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM dead_letter") ?? 0 }
    }

    /// Removes the one with this id; does nothing if there is none.
    public func remove(id: Int64) async throws(RelayError) {
        do {
            try await self.committer.perform { db in
                try db.execute(sql: "DELETE FROM dead_letter WHERE id = ?", arguments: [id])
            }
        } catch {
            throw error.forRelay
        }
    }

    private static let columns = "id, entry_id, idx, reason, detail, item, created_at"

    private static func stored(_ row: Row) throws -> Stored {
        let letter = DeadLetter(
            entryID: row[1], index: row[2], reason: .init(rawValue: row[3]), detail: row[4], item: try row.byteBuffer(at: 5)
        )
        return Stored(id: row[0], letter: letter, createdAt: row[6])
    }

    private func read<Value: Sendable>(
        _ query: @escaping @Sendable (Database) throws -> Value
    ) async throws(RelayError) -> Value {
        do {
            return try await self.pool.readStored(query)
        } catch {
            throw error.forRelay
        }
    }
}
