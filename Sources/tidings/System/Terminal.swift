import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The two streams a user sees, written without a buffer: a line is there as soon as it is known.
enum Terminal {
    /// Nobody reads standard output any more.
    struct Closed: Error {}

    /// Writes a line to standard output.
    static func say(_ line: String) throws(Closed) {
        try self.say(ByteBuffer(string: line))
    }

    /// Writes bytes and a line feed to standard output.
    static func say(_ line: ByteBuffer) throws(Closed) {
        guard self.put(line, to: STDOUT_FILENO) else { throw Closed() }
    }

    /// Writes a line to standard error. If nobody reads it, nobody misses it.
    static func complain(_ line: String) {
        _ = self.put(ByteBuffer(string: line), to: STDERR_FILENO)
    }

    /// Says why the program cannot go on, and ends it.
    static func end(with failure: Failure) -> Never {
        self.complain("Error: \(failure)")
        exit(1)
    }

    /// One call for one line, so that lines of several threads do not mix.
    private static func put(_ line: ByteBuffer, to descriptor: CInt) -> Bool {
        var bytes = line
        bytes.writeInteger(UInt8(ascii: "\n"))
        while bytes.readableBytes > 0 {
            let written = bytes.withUnsafeReadableBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                guard errno == EINTR || errno == EAGAIN else { return false }
                continue
            }
            bytes.moveReaderIndex(forwardBy: written)
        }
        return true
    }
}

extension String {
    /// The text with control characters replaced, so that what comes from elsewhere cannot steer a terminal or fake a line.
    var withoutControlCharacters: String {
        guard self.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        var result = String.UnicodeScalarView()
        for scalar in self.unicodeScalars {
            result.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }
}
