import JSONBytes
public import NIOCore

/// A call of a client's method, encoded once for everybody.
///
/// Broadcasts share its bytes: the record, and the WebSocket frame around it.
public final class SerializedHubMessage: Sendable {
    /// The record, separator included.
    public let json: ByteBuffer
    /// The record as one unmasked, final WebSocket text message (RFC 6455 section 5.2).
    public let jsonFrame: ByteBuffer

    /// Encodes a call.
    ///
    /// - Throws: What an argument's own `encode(to:)` throws.
    public convenience init<each Argument: Encodable & Sendable>(
        _ target: String, _ arguments: repeat each Argument
    ) throws {
        var buffer = ByteBufferAllocator().buffer(capacity: 256)
        try JSONHubProtocol.encodeInvocation(target: target, arguments: repeat each arguments, into: &buffer)
        self.init(record: buffer)
    }

    /// A call whose only argument is JSON already.
    public convenience init(_ target: String, fragment: JSONFragment) {
        var buffer = ByteBufferAllocator().buffer(capacity: fragment.bytes.readableBytes + target.utf8.count + 48)
        buffer.writeStaticString(#"{"type":1,"target":"#)
        buffer.writeJSONString(target)
        buffer.writeStaticString(#","arguments":["#)
        buffer.writeImmutableBuffer(fragment.bytes)
        buffer.writeStaticString("]}\u{1E}")
        self.init(record: buffer)
    }

    /// A record that is encoded already, separator included.
    public init(record: ByteBuffer) {
        var frame = ByteBufferAllocator().buffer(capacity: record.readableBytes + 10)
        frame.writeWebSocketText(record)
        let headerSize = frame.readableBytes - record.readableBytes
        // One storage serves both: the record is the frame without its header.
        self.jsonFrame = frame
        self.json = frame.getSlice(at: frame.readerIndex + headerSize, length: record.readableBytes) ?? record
    }
}

extension ByteBuffer {
    /// Appends `payload` as one unmasked, final WebSocket text message.
    public mutating func writeWebSocketText(_ payload: ByteBuffer) {
        self.writeWebSocketHeader(opcode: 0x1, length: payload.readableBytes)
        self.writeImmutableBuffer(payload)
    }

    /// Appends the header of an unmasked, final frame (RFC 6455 section 5.2).
    public mutating func writeWebSocketHeader(opcode: UInt8, length: Int) {
        self.writeInteger(0x80 | opcode)
        switch length {
        case ..<126: self.writeInteger(UInt8(length))
        case ..<65_536:
            self.writeInteger(UInt8(126))
            self.writeInteger(UInt16(length))
        default:
            self.writeInteger(UInt8(127))
            self.writeInteger(UInt64(length))
        }
    }
}
