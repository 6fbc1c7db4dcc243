public import NIOCore

/// Cuts a stream of bytes into records at each U+001E.
///
/// Frames and reads carry no meaning: a record may span several, and one may hold several. At most one record's beginning is
/// kept between two calls, never more than the limit.
public struct RecordSplitter: Sendable {
    /// The largest record in bytes, its separator included; `nil` for no limit.
    public let maximumRecordSize: Int?
    private var partial: ByteBuffer?

    /// - Parameter maximumRecordSize: The largest record in bytes, separator included. A record of exactly this size passes.
    public init(maximumRecordSize: Int? = 32_768) {
        self.maximumRecordSize = maximumRecordSize
    }

    /// Whether a record has begun and not ended.
    public var isMidRecord: Bool { self.partial != nil }

    /// Takes the next record from `buffer`, joined with what was kept of it before.
    ///
    /// - Returns: A record without its separator; `nil` once `buffer` holds no further end of a record, and is empty. Empty
    ///   records are passed over.
    /// - Throws: ``HubProtocolError/Code/messageTooLarge``.
    public mutating func next(in buffer: inout ByteBuffer) throws(HubProtocolError) -> ByteBuffer? {
        while buffer.readableBytes > 0 {
            let kept = self.partial?.readableBytes ?? 0
            guard let end = buffer.readableBytesView.firstIndex(of: JSONHubProtocol.recordSeparator) else {
                try self.checkSize(kept + buffer.readableBytes + 1)
                self.keep(&buffer)
                return nil
            }
            let length = end - buffer.readerIndex
            try self.checkSize(kept + length + 1)
            var record = buffer.readSlice(length: length)!
            buffer.moveReaderIndex(forwardBy: 1)
            if var whole = self.partial {
                self.partial = nil
                whole.writeBuffer(&record)
                record = whole
            }
            if record.readableBytes > 0 { return record }
        }
        return nil
    }

    private func checkSize(_ size: Int) throws(HubProtocolError) {
        if let limit = self.maximumRecordSize, size > limit { throw .tooLarge(limit: limit) }
    }

    private mutating func keep(_ buffer: inout ByteBuffer) {
        if self.partial == nil {
            var copy = ByteBufferAllocator().buffer(capacity: buffer.readableBytes)
            copy.writeBuffer(&buffer)
            self.partial = copy
        } else {
            self.partial!.writeBuffer(&buffer)
        }
    }
}
