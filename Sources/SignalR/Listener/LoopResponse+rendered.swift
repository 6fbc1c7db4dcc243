import JSONBytes
import NIOCore
import NIOHTTP1

extension LoopResponse {
    /// The whole answer as HTTP/1.1 bytes.
    func rendered(closes: Bool, allocator: ByteBufferAllocator) -> ByteBuffer {
        let bodySize = self.body?.readableBytes ?? 0
        var buffer = allocator.buffer(capacity: 128 + self.headers.count * 48 + bodySize)
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeJSONNumber(Int64(self.status.code))
        buffer.writeInteger(UInt8(ascii: " "))
        buffer.writeString(self.status.reasonPhrase)
        buffer.writeStaticString("\r\n")
        for (name, value) in self.headers {
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            buffer.writeString(value)
            buffer.writeStaticString("\r\n")
        }
        // RFC 9110 section 8.6: no length with 204.
        if self.status != .noContent {
            buffer.writeStaticString("Content-Length: ")
            buffer.writeJSONNumber(Int64(bodySize))
            buffer.writeStaticString("\r\n")
        }
        if closes { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("\r\n")
        if let body = self.body { buffer.writeImmutableBuffer(body) }
        return buffer
    }
}
