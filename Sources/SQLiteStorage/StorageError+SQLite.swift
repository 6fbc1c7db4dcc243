import GRDB
import GRDBSQLite
import GraphNotifications
import GraphRelay

extension StorageError {
    /// What an error of SQLite means to a person, while `path` was being opened.
    init(opening path: String, _ error: any Error) {
        if let error = error as? StorageError {
            self = error
            return
        }
        let result = (error as? DatabaseError)?.resultCode.primaryResultCode
        switch result {
        case .some(.SQLITE_NOTADB), .some(.SQLITE_CORRUPT):
            self.init(
                .notADatabase,
                "\(path) is not a database of Tidings, or it is damaged; move it away or choose another path.",
                cause: error
            )
        case .some(.SQLITE_CANTOPEN), .some(.SQLITE_PERM), .some(.SQLITE_READONLY), .some(.SQLITE_AUTH):
            self.init(
                .inaccessible,
                "\(path) cannot be opened for writing; check the permissions of the file and its directory.",
                cause: error
            )
        case .some(.SQLITE_FULL):
            self.init(.full, "There is no space left on the disk that holds \(path); free some and start again.", cause: error)
        case .some(.SQLITE_BUSY), .some(.SQLITE_LOCKED):
            self.init(.inUse, "\(path) is in use by another program; stop it or choose another path.", cause: error)
        default:
            self.init(.failed, "\(path) cannot be opened: \(Self.reason(error)).", cause: error)
        }
    }

    /// What an error of SQLite means, during `action` ("write to", "read from") on an open storage.
    init(during action: String, _ error: any Error) {
        if let error = error as? StorageError {
            self = error
            return
        }
        if let error = error as? DatabaseError, error.resultCode.primaryResultCode == .SQLITE_FULL {
            self.init(.full, "There is no space left on the disk for the storage.", cause: error)
        } else {
            self.init(.failed, "Could not \(action) the storage: \(Self.reason(error)).", cause: error)
        }
    }

    /// What an error of SQLite means that lies in what was to be written, and not in the store.
    init(refusing error: any Error) {
        if let error = error as? StorageError {
            self.init(.refused, error.message, cause: error)
        } else {
            self.init(.refused, "The storage did not take what was to be written: \(Self.reason(error)).", cause: error)
        }
    }

    /// SQLite's own words for a result code. Never its message or SQL, which may quote values.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "unexpected error" }
        return String(cString: sqlite3_errstr(error.extendedResultCode.rawValue))
    }

    var forGraph: GraphError { GraphError(.storageFailed, self.message, cause: self) }
    var forRelay: RelayError {
        RelayError(self.code == .refused ? .refused : .storageFailed, self.message, cause: self)
    }
}
