#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The database file and its directory, made so that nobody else on the machine can read them.
enum StorageFile {
    /// Creates what is missing: directories with mode 0700, the file with mode 0600. What exists stays as it is.
    ///
    /// SQLite gives its write-ahead log the mode of the database.
    static func prepare(_ path: String) throws(StorageError) {
        try self.createDirectory(of: path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(
                .inaccessible,
                "\(path) cannot be opened for writing (\(String(cString: strerror(errno)))); "
                    + "check the path and its permissions."
            )
        }
        close(descriptor)
    }

    private static func createDirectory(of path: String) throws(StorageError) {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        let directory = String(path[..<slash])
        if access(directory, F_OK) == 0 { return }
        try self.createDirectory(of: directory)
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw StorageError(
                .inaccessible,
                "The directory \(directory) cannot be created (\(String(cString: strerror(errno)))); "
                    + "create it or choose another path."
            )
        }
    }
}
