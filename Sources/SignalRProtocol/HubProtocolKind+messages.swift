public import NIOCore

/// Reading and writing messages in whichever protocol a connection speaks.
extension HubProtocolKind {
    /// Reads one record.
    ///
    /// - Parameter record: A message without what separates it from others: record separator or length.
    /// - Returns: The message; `nil` if its type is unknown and it is to be skipped.
    /// - Throws: ``HubProtocolError``; the connection cannot go on.
    public func decode(_ record: ByteBuffer) throws(HubProtocolError) -> HubMessage? {
        switch self {
        case .json: try JSONHubProtocol.decode(record)
        case .messagepack: try MessagePackHubProtocol.decode(record)
        }
    }

    /// Reads an item of a stream, or a result.
    ///
    /// - Throws: ``HubProtocolError`` if it does not have this type.
    public func decodePayload<Value: Decodable>(_ type: Value.Type, from payload: ByteBuffer) throws(HubProtocolError) -> Value {
        switch self {
        case .json: try JSONPayload.decode(type, from: payload)
        case .messagepack: try MessagePackPayload.decode(type, from: payload)
        }
    }

    /// Appends a call of a client's method.
    ///
    /// - Parameters:
    ///   - target: The method's name.
    ///   - arguments: The arguments.
    ///   - invocationID: The id under which an answer is wanted; `nil` for none.
    ///   - buffer: Where to append it.
    /// - Throws: What an argument's own `encode(to:)` throws; nothing has been appended then.
    public func encodeInvocation<each Argument: Encodable>(
        target: String, arguments: repeat each Argument, invocationID: String? = nil, into buffer: inout ByteBuffer
    ) throws {
        switch self {
        case .json:
            try JSONHubProtocol.encodeInvocation(
                target: target, arguments: repeat each arguments, invocationID: invocationID, into: &buffer
            )
        case .messagepack:
            try MessagePackHubProtocol.encodeInvocation(
                target: target, arguments: repeat each arguments, invocationID: invocationID, into: &buffer
            )
        }
    }

    /// Appends one item of a stream.
    ///
    /// - Throws: What the item's own `encode(to:)` throws; nothing has been appended then.
    public func encodeStreamItem(invocationID: String, item: some Encodable, into buffer: inout ByteBuffer) throws {
        switch self {
        case .json: try JSONHubProtocol.encodeStreamItem(invocationID: invocationID, item: item, into: &buffer)
        case .messagepack: try MessagePackHubProtocol.encodeStreamItem(invocationID: invocationID, item: item, into: &buffer)
        }
    }

    /// Appends the end of a stream.
    public func encodeStreamCompletion(invocationID: String, into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodeStreamCompletion(invocationID: invocationID, into: &buffer)
        case .messagepack: MessagePackHubProtocol.encodeStreamCompletion(invocationID: invocationID, into: &buffer)
        }
    }

    /// Appends the answer to a call: its result.
    ///
    /// - Throws: What the result's own `encode(to:)` throws; nothing has been appended then.
    public func encodeCompletion(invocationID: String, result: some Encodable, into buffer: inout ByteBuffer) throws {
        switch self {
        case .json: try JSONHubProtocol.encodeCompletion(invocationID: invocationID, result: result, into: &buffer)
        case .messagepack:
            try MessagePackHubProtocol.encodeCompletion(invocationID: invocationID, result: result, into: &buffer)
        }
    }

    /// Appends the answer to a call of a method that returns nothing.
    public func encodeVoidCompletion(invocationID: String, into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodeVoidCompletion(invocationID: invocationID, into: &buffer)
        case .messagepack: MessagePackHubProtocol.encodeVoidCompletion(invocationID: invocationID, into: &buffer)
        }
    }

    /// Appends the answer to a call that failed, or the end of a stream that did.
    public func encodeCompletion(invocationID: String, error: String, into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodeCompletion(invocationID: invocationID, error: error, into: &buffer)
        case .messagepack: MessagePackHubProtocol.encodeCompletion(invocationID: invocationID, error: error, into: &buffer)
        }
    }

    /// Appends a ping.
    public func encodePing(into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodePing(into: &buffer)
        case .messagepack: MessagePackHubProtocol.encodePing(into: &buffer)
        }
    }

    /// Appends the end of the connection.
    public func encodeClose(_ message: CloseMessage, into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodeClose(message, into: &buffer)
        case .messagepack: MessagePackHubProtocol.encodeClose(message, into: &buffer)
        }
    }

    /// Appends that everything up to `sequenceID` has arrived. Only for clients that agreed to stateful reconnect.
    public func encodeAck(sequenceID: Int64, into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodeAck(sequenceID: sequenceID, into: &buffer)
        case .messagepack: MessagePackHubProtocol.encodeAck(sequenceID: sequenceID, into: &buffer)
        }
    }

    /// Appends that the next message is `sequenceID`. Only for clients that agreed to stateful reconnect.
    public func encodeSequence(sequenceID: Int64, into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodeSequence(sequenceID: sequenceID, into: &buffer)
        case .messagepack: MessagePackHubProtocol.encodeSequence(sequenceID: sequenceID, into: &buffer)
        }
    }
}
