import GRDB

extension SQLiteStorage {
    static var connectionConfiguration: Configuration {
        var configuration = Configuration()
        configuration.label = "tidings.storage"
        // One for the relay, one for whoever catches up, and some for commands.
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            // 16 MiB each: what was written lately is read again, and the pages that inserts go to stay in memory.
            try db.execute(sql: "PRAGMA cache_size = -16384")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    /// Sets up the one connection that writes, when the pool has made a write-ahead log of it.
    static func prepareWriter(_ db: Database, configuration: SQLiteStorageConfiguration) throws {
        // The pool chooses NORMAL, which loses the last commits with the power. We promise that they are there.
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try db.execute(sql: "PRAGMA wal_autocheckpoint = \(configuration.checkpointPages)")
        // A reader that stays long lets the write-ahead log grow; it shrinks again afterwards.
        try db.execute(sql: "PRAGMA journal_size_limit = \(64 << 20)")
    }
}
