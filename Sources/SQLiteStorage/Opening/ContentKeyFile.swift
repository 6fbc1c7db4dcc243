import Crypto
import GRDB

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The key that content is sealed with, in a file with mode 0600 beside the database.
enum ContentKeyFile {
    private static let size = 32

    /// The key of the database at `path`. It is made if there is none, and nothing is sealed yet.
    static func key(of path: String, in db: Database) throws -> SymmetricKey {
        let file = path + ".key"
        if let key = try Self.load(file) { return key }
        guard try Row.fetchOne(db, sql: "SELECT 1 FROM update_log WHERE substr(json, 1, 1) = x'01' LIMIT 1") == nil else {
            throw StorageError(
                .inaccessible, "\(file) is missing, and \(path) holds content that only its key opens; bring the file back."
            )
        }
        let key = SymmetricKey(size: .bits256)
        try Self.save(key, to: file)
        return key
    }

    private static func load(_ file: String) throws(StorageError) -> SymmetricKey? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.inaccessible(file)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.size + 1)
        guard read(descriptor, &bytes, bytes.count) == Self.size else {
            throw StorageError(.inaccessible, "\(file) is not a key of \(Self.size) bytes; bring back the one that was there.")
        }
        return SymmetricKey(data: bytes.prefix(Self.size))
    }

    private static func save(_ key: SymmetricKey, to file: String) throws(StorageError) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.inaccessible(file) }
        defer { close(descriptor) }
        let count = key.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count == Self.size, fsync(descriptor) == 0 else { throw Self.inaccessible(file) }
    }

    private static func inaccessible(_ file: String) -> StorageError {
        StorageError(
            .inaccessible,
            "\(file) cannot be read or made (\(String(cString: strerror(errno)))); check its permissions and the space on the disk."
        )
    }
}
