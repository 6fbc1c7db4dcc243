import JSONBytes
public import NIOCore
import Synchronization

/// A call of a client's method, encoded once for everybody, in each protocol that somebody speaks.
///
/// Broadcasts share its bytes: the record, and the WebSocket frame around it. JSON is written at once, MessagePack at most once,
/// when the first client needs it.
public final class SerializedHubMessage: Sendable {
    private enum Other: Sendable {
        /// Writes the record without its frame.
        case pending(@Sendable (inout ByteBuffer) throws -> Void)
        /// `nil` if it cannot be written in this protocol.
        case written(Frame?)
    }

    private struct Frame: Sendable {
        let record: ByteBuffer
        let frame: ByteBuffer

        init(record: ByteBuffer, opcode: UInt8) {
            var frame = ByteBufferAllocator().buffer(capacity: record.readableBytes + 10)
            frame.writeWebSocketHeader(opcode: opcode, length: record.readableBytes)
            let headerSize = frame.readableBytes
            frame.writeImmutableBuffer(record)
            // One storage serves both: the record is the frame without its header.
            self.frame = frame
            self.record = frame.getSlice(at: frame.readerIndex + headerSize, length: record.readableBytes) ?? record
        }
    }

    /// The record, separator included.
    public let json: ByteBuffer
    /// The record as one unmasked, final WebSocket text message (RFC 6455 section 5.2).
    public let jsonFrame: ByteBuffer
    private let messagePack: Mutex<Other>

    /// Encodes a call.
    ///
    /// - Parameters:
    ///   - target: The client's method.
    ///   - arguments: Its arguments.
    ///   - invocationID: The id under which an answer is wanted; `nil` for none.
    /// - Throws: What an argument's own `encode(to:)` throws.
    public convenience init<each Argument: Encodable & Sendable>(
        _ target: String, _ arguments: repeat each Argument, invocationID: String? = nil
    ) throws {
        var buffer = ByteBufferAllocator().buffer(capacity: 256)
        try JSONHubProtocol.encodeInvocation(
            target: target, arguments: repeat each arguments, invocationID: invocationID, into: &buffer
        )
        self.init(record: buffer) { buffer in
            try MessagePackHubProtocol.encodeInvocation(
                target: target, arguments: repeat each arguments, invocationID: invocationID, into: &buffer
            )
        }
    }

    /// A call whose only argument is JSON already.
    public convenience init(_ target: String, fragment: JSONFragment) {
        var buffer = ByteBufferAllocator().buffer(capacity: fragment.bytes.readableBytes + target.utf8.count + 48)
        buffer.writeStaticString(#"{"type":1,"target":"#)
        buffer.writeJSONString(target)
        buffer.writeStaticString(#","arguments":["#)
        buffer.writeImmutableBuffer(fragment.bytes)
        buffer.writeStaticString("]}\u{1E}")
        self.init(record: buffer) { buffer in
            try MessagePackHubProtocol.encodeInvocation(target: target, arguments: fragment, into: &buffer)
        }
    }

    /// A record that is encoded already, separator included.
    ///
    /// - Parameters:
    ///   - record: The record in JSON.
    ///   - messagePack: The same in MessagePack, its length in front; without it, it is made of the JSON when somebody needs it.
    ///     What is no call in JSON has no place in MessagePack then.
    public convenience init(record: ByteBuffer, messagePack: ByteBuffer? = nil) {
        if let messagePack {
            self.init(record: record, other: .written(Frame(record: messagePack, opcode: 0x2)))
        } else {
            self.init(record: record) { try MessagePackHubProtocol.encodeInvocation(ofJSON: record, into: &$0) }
        }
    }

    private convenience init(record: ByteBuffer, writingMessagePack write: @escaping @Sendable (inout ByteBuffer) throws -> Void)
    {
        self.init(record: record, other: .pending(write))
    }

    private init(record: ByteBuffer, other: Other) {
        let frame = Frame(record: record, opcode: 0x1)
        self.jsonFrame = frame.frame
        self.json = frame.record
        self.messagePack = Mutex(other)
    }

    /// The call that it is, its arguments as JSON; `nil` if its record is none. It is read anew each time.
    public var invocation: InvocationMessage? { try? JSONHubProtocol.invocation(in: self.json) }

    /// The message in a protocol, with what separates it from others; `nil` where an argument has no place in it.
    public func record(in kind: HubProtocolKind) -> ByteBuffer? {
        switch kind {
        case .json: self.json
        case .messagepack: self.messagePackFrame?.record
        }
    }

    /// The message in a protocol, as one unmasked, final WebSocket message; `nil` where an argument has no place in it.
    public func frame(in kind: HubProtocolKind) -> ByteBuffer? {
        switch kind {
        case .json: self.jsonFrame
        case .messagepack: self.messagePackFrame?.frame
        }
    }

    private var messagePackFrame: Frame? {
        self.messagePack.withLock { other in
            switch other {
            case .written(let frame): return frame
            case .pending(let write):
                var record = ByteBufferAllocator().buffer(capacity: self.json.readableBytes)
                let frame = (try? write(&record)).map { Frame(record: record, opcode: 0x2) }
                other = .written(frame)
                return frame
            }
        }
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
