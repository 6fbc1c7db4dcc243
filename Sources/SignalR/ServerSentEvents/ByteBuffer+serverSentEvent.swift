import NIOCore

extension ByteBuffer {
    /// Appends one event (WHATWG HTML section 9.2) with these records, a `data` line for each of their lines.
    mutating func writeServerSentEvent(_ records: UnsafeRawBufferPointer) {
        self.reserveCapacity(minimumWritableBytes: records.count + 10)
        var rest = records[...]
        while let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            self.writeDataLine(rest[..<end])
            // A browser takes CR LF for one end of a line, and either alone for one, too.
            let next = rest.index(after: end)
            let isPair = rest[end] == UInt8(ascii: "\r") && next < rest.endIndex && rest[next] == UInt8(ascii: "\n")
            rest = rest[(isPair ? next + 1 : next)...]
        }
        self.writeDataLine(rest)
        self.writeStaticString("\r\n")
    }

    private mutating func writeDataLine(_ line: Slice<UnsafeRawBufferPointer>) {
        self.writeStaticString("data: ")
        self.writeBytes(UnsafeRawBufferPointer(rebasing: line))
        self.writeStaticString("\r\n")
    }
}
