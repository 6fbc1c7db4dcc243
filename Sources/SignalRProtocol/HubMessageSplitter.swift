public import NIOCore

/// Cuts what the other side sends into messages: at the record separators of its handshake and of JSON, or by the lengths of
/// MessagePack.
public struct HubMessageSplitter: Sendable {
    private var records: RecordSplitter
    private var messages: LengthPrefixedSplitter?

    /// For the handshake.
    ///
    /// - Parameter maximumSize: The largest message in bytes, separator or length included; `nil` for no limit.
    public init(maximumSize: Int?) {
        self.records = RecordSplitter(maximumRecordSize: maximumSize)
    }

    /// The protocol is agreed: what follows is cut so.
    public mutating func begin(_ kind: HubProtocolKind) {
        self.messages = kind == .messagepack ? LengthPrefixedSplitter(maximumMessageSize: self.records.maximumRecordSize) : nil
    }

    /// Whether a message has begun and not ended.
    public var isMidMessage: Bool { self.messages?.isMidMessage ?? self.records.isMidRecord }

    /// Forgets the beginning of a message.
    public mutating func reset() {
        let maximumSize = self.records.maximumRecordSize
        self.records = RecordSplitter(maximumRecordSize: maximumSize)
        if self.messages != nil { self.messages = LengthPrefixedSplitter(maximumMessageSize: maximumSize) }
    }

    /// Takes the next message from `buffer`.
    ///
    /// - Returns: A message without separator or length; `nil` once `buffer` holds no further end of one, and is empty.
    /// - Throws: ``HubProtocolError``; the connection cannot go on.
    public mutating func next(in buffer: inout ByteBuffer) throws(HubProtocolError) -> ByteBuffer? {
        if self.messages == nil { return try self.records.next(in: &buffer) }
        return try self.messages!.next(in: &buffer)
    }
}
