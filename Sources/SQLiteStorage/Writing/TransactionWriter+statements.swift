import GRDB
import GRDBSQLite
import GraphRelay

extension TransactionWriter {
    /// What runs for each transaction or each notification, prepared once.
    struct Statements: Sendable {
        let begin: SQLiteStatement
        let commit: SQLiteStatement
        let rollback: SQLiteStatement
        let savepoint: SQLiteStatement
        let release: SQLiteStatement
        let rollbackToSavepoint: SQLiteStatement
        let insertNotification: SQLiteStatement
        let sizeOfNotifications: SQLiteStatement
        let deleteNotifications: SQLiteStatement
        let insertUpdate: SQLiteStatement
        let insertAppearance: SQLiteStatement
        let insertDeadLetter: SQLiteStatement
        let updateMeta: SQLiteStatement

        init(_ db: Database) throws {
            self.begin = try SQLiteStatement("BEGIN IMMEDIATE", in: db)
            self.commit = try SQLiteStatement("COMMIT", in: db)
            self.rollback = try SQLiteStatement("ROLLBACK", in: db)
            self.savepoint = try SQLiteStatement("SAVEPOINT operation", in: db)
            self.release = try SQLiteStatement("RELEASE operation", in: db)
            self.rollbackToSavepoint = try SQLiteStatement("ROLLBACK TO operation", in: db)
            self.insertNotification = try SQLiteStatement(
                "INSERT INTO notification (id, received_at, body) VALUES (?1, ?2, ?3)", in: db
            )
            self.sizeOfNotifications = try SQLiteStatement(
                "SELECT coalesce(sum(length(body)), 0) FROM notification WHERE id BETWEEN ?1 AND ?2", in: db
            )
            self.deleteNotifications = try SQLiteStatement(
                "DELETE FROM notification WHERE id BETWEEN ?1 AND ?2", in: db
            )
            self.insertUpdate = try SQLiteStatement(
                #"INSERT INTO update_log ("offset", created_at, topics, json) VALUES (?1, ?2, ?3, ?4)"#, in: db
            )
            self.insertAppearance = try SQLiteStatement(
                #"INSERT INTO dedupe ("offset", high, low, seen_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)"#, in: db
            )
            self.insertDeadLetter = try SQLiteStatement(
                """
                INSERT OR IGNORE INTO dead_letter (entry_id, idx, reason, detail, item, created_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                """,
                in: db
            )
            self.updateMeta = try SQLiteStatement(
                "UPDATE meta SET log_latest = ?1, log_bytes = ?2, queue_latest = ?3 WHERE id = 1", in: db
            )
        }

        func insert(_ appearance: DeduplicationIndex.Appearance) throws {
            self.insertAppearance.bind(appearance.offset, at: 1)
            self.insertAppearance.bind(Int64(bitPattern: appearance.digest.high), at: 2)
            self.insertAppearance.bind(Int64(bitPattern: appearance.digest.low), at: 3)
            self.insertAppearance.bind(appearance.seenAt, at: 4)
            self.insertAppearance.bind(appearance.expiresAt, at: 5)
            try self.insertAppearance.run()
        }

        func finalize() {
            for statement in [
                self.begin, self.commit, self.rollback, self.savepoint, self.release, self.rollbackToSavepoint,
                self.insertNotification, self.sizeOfNotifications, self.deleteNotifications, self.insertUpdate,
                self.insertAppearance, self.insertDeadLetter, self.updateMeta,
            ] {
                statement.finalize()
            }
        }
    }
}
