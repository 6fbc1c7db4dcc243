#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Keeps a second process away from the storage for as long as it lives.
///
/// It locks a file of its own beside the database: closing any other descriptor of the database itself would drop the
/// locks that SQLite holds on it. The kernel releases the lock when the process ends, however it ends.
struct ProcessLock: ~Copyable {
    private let descriptor: CInt

    /// Takes the lock, or says who has it.
    init(of path: String) throws(StorageError) {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(
                .inaccessible,
                "\(lockPath) cannot be created (\(String(cString: strerror(errno)))); check the permissions of its directory."
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StorageError(
                .inUse, "\(path) is in use by another Tidings process; stop that one or choose another path."
            )
        }
        self.descriptor = descriptor
    }

    deinit {
        close(self.descriptor)
    }
}
