public import NIOCore

/// Cuts a stream of bytes into messages that each have their length in front.
///
/// Frames and reads carry no meaning: a message may span several, and one may hold several. At most one message's beginning
/// is kept between two calls, never more than the limit.
public struct LengthPrefixedSplitter: Sendable {
    /// The largest message in bytes, its prefix included; `nil` for no limit but that of the prefix, 2 GiB.
    public let maximumMessageSize: Int?
    private var length = 0
    private var prefixSize = 0
    private var isLengthKnown = false
    private var partial: ByteBuffer?

    /// - Parameter maximumMessageSize: The largest message in bytes, prefix included. A message of exactly this size passes.
    public init(maximumMessageSize: Int? = 32_768) {
        self.maximumMessageSize = maximumMessageSize
    }

    /// Whether a message has begun and not ended.
    public var isMidMessage: Bool { self.prefixSize > 0 }

    /// Takes the next message from `buffer`, joined with what was kept of it before.
    ///
    /// - Returns: A message without its prefix; `nil` once `buffer` holds no further end of a message, and is empty.
    /// - Throws: ``HubProtocolError/Code/messageTooLarge`` as soon as a prefix announces too much, and
    ///   ``HubProtocolError/Code/invalidMessage`` for a prefix that is none.
    public mutating func next(in buffer: inout ByteBuffer) throws(HubProtocolError) -> ByteBuffer? {
        while !self.isLengthKnown {
            guard let byte = buffer.readInteger(as: UInt8.self) else { return nil }
            try self.readPrefix(byte)
        }
        let missing = self.length - (self.partial?.readableBytes ?? 0)
        guard var message = buffer.readSlice(length: missing) else {
            self.keep(&buffer)
            return nil
        }
        if var whole = self.partial {
            self.partial = nil
            whole.writeBuffer(&message)
            message = whole
        }
        self.length = 0
        self.prefixSize = 0
        self.isLengthKnown = false
        return message
    }

    private mutating func readPrefix(_ byte: UInt8) throws(HubProtocolError) {
        guard self.prefixSize < LengthPrefix.maximumSize - 1 || byte <= 0x07 else {
            throw HubProtocolError(.invalidMessage, "Messages over 2GB in size are not supported.")
        }
        self.length |= Int(byte & 0x7F) << (7 * self.prefixSize)
        self.prefixSize += 1
        self.isLengthKnown = byte < 0x80
        if let limit = self.maximumMessageSize, self.length > limit - self.prefixSize { throw .tooLarge(limit: limit) }
    }

    private mutating func keep(_ buffer: inout ByteBuffer) {
        guard buffer.readableBytes > 0 else { return }
        if self.partial == nil {
            var copy = ByteBufferAllocator().buffer(capacity: buffer.readableBytes)
            copy.writeBuffer(&buffer)
            self.partial = copy
        } else {
            self.partial!.writeBuffer(&buffer)
        }
    }
}
