#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Where everything that must survive a restart is kept: the database and the admin token.
struct DataDirectory {
    let path: String

    /// Creates the directory with mode 0700 if it is not there; one that exists keeps its mode.
    init(_ path: String) throws(Failure) {
        // What is created from now on, by whatever module, is nobody else's business.
        umask(0o077)
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard !path.isEmpty else { throw Failure("The data directory needs a name; set storage.directory.") }
        try Self.create(self.path)
    }

    /// The path of a file in it.
    func file(_ name: String) -> String { self.path == "/" ? "/\(name)" : "\(self.path)/\(name)" }

    private static func create(_ path: String) throws(Failure) {
        if access(path + "/.", F_OK) == 0 { return }
        let isFile = errno == ENOTDIR
        // If it is a directory above that is a file, this says so.
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try self.create(String(path[..<slash])) }
        guard !isFile else {
            throw Failure("The data directory \(path) is not a directory; move that file away or choose another path.")
        }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw Failure(
                "The data directory \(path) cannot be created (\(String(cString: strerror(errno)))); "
                    + "create it or choose another path."
            )
        }
    }
}
