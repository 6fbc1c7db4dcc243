import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Small files, read and written whole.
enum TextFile {
    /// The file's text.
    ///
    /// - Parameter maximumSize: In bytes. A larger file is refused.
    /// - Returns: `nil` if there is no such file.
    static func load(_ path: String, maximumSize: Int = 1 << 20) throws(Failure) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Failure("\(path) cannot be read (\(String(cString: strerror(errno)))); check the path and its permissions.")
        }
        defer { close(descriptor) }
        var bytes = ByteBuffer()
        while bytes.readableBytes <= maximumSize {
            var status = 0
            bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: 4096) { pointer in
                status = read(descriptor, pointer.baseAddress, pointer.count)
                return max(0, status)
            }
            if status < 0, errno == EINTR { continue }
            guard status >= 0 else {
                throw Failure("\(path) cannot be read (\(String(cString: strerror(errno)))); name a file.")
            }
            if status == 0 { return String(buffer: bytes) }
        }
        throw Failure("\(path) has more than \(maximumSize) bytes; name the right file.")
    }

    /// Writes a file that only its owner may read: whole, or not at all.
    static func store(_ text: String, to path: String) throws(Failure) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(temporary) }
        let count = text.utf8.count
        guard write(descriptor, text, count) == count, fsync(descriptor) == 0 else {
            let failure = Self.failure(temporary)
            close(descriptor)
            unlink(temporary)
            throw failure
        }
        close(descriptor)
        guard rename(temporary, path) == 0 else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(
            "\(path) cannot be written (\(String(cString: strerror(errno)))); check the directory's permissions and the disk."
        )
    }
}
