import GRDB

/// The tables, as a list of steps that only ever grows.
enum Schema {
    /// "TIDE": marks the file as ours, so that another program's database is not taken for an empty one.
    static let applicationID: Int32 = 0x5449_4445

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("2026-11 first tables") { db in
            try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
            // Ids are given by the writer: AUTOINCREMENT would write a second table for each row.
            try db.execute(
                sql: """
                    CREATE TABLE notification (
                      id INTEGER PRIMARY KEY,
                      received_at INTEGER NOT NULL,
                      body BLOB NOT NULL
                    ) STRICT
                    """
            )
            try db.execute(
                sql: """
                    CREATE TABLE update_log (
                      "offset" INTEGER PRIMARY KEY,
                      created_at INTEGER NOT NULL,
                      topics TEXT NOT NULL,
                      json BLOB NOT NULL
                    ) STRICT
                    """
            )
            // In the order of the log and not of the digest: an insert goes to the end, instead of to one of many
            // thousand pages, each of which would have to be written whole. Who is looked for is kept in memory.
            try db.execute(
                sql: """
                    CREATE TABLE dedupe (
                      "offset" INTEGER PRIMARY KEY,
                      high INTEGER NOT NULL,
                      low INTEGER NOT NULL,
                      seen_at INTEGER NOT NULL,
                      expires_at INTEGER NOT NULL
                    ) STRICT
                    """
            )
            // A batch that is handled again after a crash must not leave its dead letters twice.
            try db.execute(
                sql: """
                    CREATE TABLE dead_letter (
                      id INTEGER PRIMARY KEY AUTOINCREMENT,
                      entry_id INTEGER NOT NULL,
                      idx INTEGER NOT NULL,
                      reason TEXT NOT NULL,
                      detail TEXT NOT NULL,
                      item BLOB NOT NULL,
                      created_at INTEGER NOT NULL,
                      UNIQUE (entry_id, idx)
                    ) STRICT
                    """
            )
            try db.execute(
                sql: """
                    CREATE TABLE subscription (
                      name TEXT PRIMARY KEY,
                      id TEXT,
                      resource TEXT NOT NULL,
                      change_types TEXT NOT NULL,
                      notification_url TEXT NOT NULL,
                      client_state TEXT NOT NULL,
                      expires_at INTEGER,
                      confirmed_at INTEGER,
                      tenant_id TEXT
                    ) STRICT, WITHOUT ROWID
                    """
            )
            // What must outlive the rows it was counted from.
            try db.execute(
                sql: """
                    CREATE TABLE meta (
                      id INTEGER PRIMARY KEY CHECK (id = 1),
                      epoch TEXT NOT NULL,
                      log_latest INTEGER NOT NULL,
                      log_bytes INTEGER NOT NULL,
                      queue_latest INTEGER NOT NULL
                    ) STRICT
                    """
            )
        }
        migrator.registerMigration("2026-11 certificates of subscriptions") { db in
            try db.execute(sql: "ALTER TABLE subscription ADD COLUMN certificate_id TEXT")
        }
        migrator.registerMigration("2026-11 accounts and lives of subscriptions") { db in
            for column in [
                "account TEXT NOT NULL DEFAULT 'default'", "lifecycle_notification_url TEXT", "created_at INTEGER",
                "authorization_wanted_at INTEGER", "application_id TEXT", "replaced_id TEXT",
            ] {
                try db.execute(sql: "ALTER TABLE subscription ADD COLUMN \(column)")
            }
            // Apart from the row of counters, which each commit writes.
            try db.execute(
                sql: """
                    CREATE TABLE sign_of_life (
                      id INTEGER PRIMARY KEY CHECK (id = 1),
                      seen_at INTEGER NOT NULL
                    ) STRICT
                    """
            )
        }
        migrator.registerMigration("2026-11 catching up") { db in
            try db.execute(
                sql: """
                    CREATE TABLE delta_position (
                      subscription TEXT NOT NULL,
                      scope TEXT NOT NULL,
                      resource TEXT NOT NULL,
                      link TEXT NOT NULL,
                      since INTEGER NOT NULL,
                      began_at INTEGER NOT NULL,
                      started_at INTEGER,
                      floor INTEGER,
                      PRIMARY KEY (subscription, scope)
                    ) STRICT, WITHOUT ROWID
                    """
            )
            try db.execute(
                sql: """
                    CREATE TABLE pending_loss (
                      subscription TEXT PRIMARY KEY,
                      resource TEXT NOT NULL,
                      reason TEXT NOT NULL,
                      mark INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID
                    """
            )
        }
        return migrator
    }()

    /// Refuses what is not ours, and brings what is ours up to date.
    static func prepare(_ pool: DatabasePool, path: String) throws {
        let migrator = Self.migrator
        try pool.writeWithoutTransaction { db in
            let id = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            // GRDB's pool leaves nothing in an empty file, so any table in an unmarked file is somebody else's.
            guard id == Self.applicationID || (id == 0 && tables == 0) else {
                throw StorageError(
                    .notADatabase, "\(path) belongs to another program; choose another path for the storage."
                )
            }
            guard try !migrator.hasBeenSuperseded(db) else {
                throw StorageError(
                    .newerSchema,
                    "\(path) was written by a newer version of Tidings; use that version or another path."
                )
            }
        }
        try migrator.migrate(pool)
    }
}
