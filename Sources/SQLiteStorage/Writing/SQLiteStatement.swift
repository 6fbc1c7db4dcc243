import GRDB
import GRDBSQLite
import NIOCore

/// A prepared statement for the few inserts that run once for each notification.
///
/// It binds bytes where they are. GRDB's own statements copy each into a `Data` and box it in a `DatabaseValue`, which
/// costs as much as the insert. It must be finalized before its connection closes.
///
/// Unchecked: the pointer may pass between threads, as long as one uses it at a time. `TransactionWriter` is used under
/// the lock of `GroupCommitter`, on the queue of the connection that the statement belongs to.
struct SQLiteStatement: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ sql: String, in db: Database) throws {
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(db.sqliteConnection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard code == SQLITE_OK, let pointer else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        self.pointer = pointer
    }

    func finalize() {
        sqlite3_finalize(self.pointer)
    }

    func bind(_ value: Int64, at index: CInt) {
        sqlite3_bind_int64(self.pointer, index, value)
    }

    /// Binds bytes that stay where they are until the statement has run.
    func bind(blob bytes: UnsafeRawBufferPointer, at index: CInt) {
        guard let address = bytes.baseAddress, !bytes.isEmpty else {
            sqlite3_bind_zeroblob(self.pointer, index, 0)
            return
        }
        sqlite3_bind_blob64(self.pointer, index, address, UInt64(bytes.count), nil)
    }

    /// Binds UTF-8 text that stays where it is until the statement has run.
    func bind(text bytes: UnsafeBufferPointer<UInt8>, at index: CInt) {
        guard let address = bytes.baseAddress else {
            sqlite3_bind_text(self.pointer, index, "", 0, nil)
            return
        }
        address.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
            _ = sqlite3_bind_text64(self.pointer, index, $0, UInt64(bytes.count), nil, UInt8(SQLITE_UTF8))
        }
    }

    /// Runs to the end and makes ready for the next time.
    func run() throws {
        let code = sqlite3_step(self.pointer)
        sqlite3_reset(self.pointer)
        guard code == SQLITE_DONE || code == SQLITE_ROW else {
            throw DatabaseError(resultCode: ResultCode(rawValue: code))
        }
    }

    /// Runs a query of one integer.
    func fetchInt64() throws -> Int64 {
        let code = sqlite3_step(self.pointer)
        let value = code == SQLITE_ROW ? sqlite3_column_int64(self.pointer, 0) : 0
        sqlite3_reset(self.pointer)
        guard code == SQLITE_ROW else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        return value
    }
}
