public import NIOCore

/// Reading and writing messages in whichever protocol a connection speaks.
extension HubProtocolKind {
    /// Reads one record.
    ///
    /// - Returns: The message; `nil` if its type is unknown and it is to be skipped.
    /// - Throws: ``HubProtocolError``; the connection cannot go on.
    public func decode(_ record: ByteBuffer) throws(HubProtocolError) -> HubMessage? {
        switch self {
        case .json: try JSONHubProtocol.decode(record)
        }
    }

    /// Appends a call of a client's method.
    ///
    /// - Throws: What an argument's own `encode(to:)` throws.
    public func encodeInvocation<each Argument: Encodable>(
        target: String, arguments: repeat each Argument, into buffer: inout ByteBuffer
    ) throws {
        switch self {
        case .json:
            try JSONHubProtocol.encodeInvocation(target: target, arguments: repeat each arguments, into: &buffer)
        }
    }

    /// Appends the answer to a call: its result.
    ///
    /// - Throws: What the result's own `encode(to:)` throws; nothing has been appended then.
    public func encodeCompletion(invocationID: String, result: some Encodable, into buffer: inout ByteBuffer) throws {
        switch self {
        case .json: try JSONHubProtocol.encodeCompletion(invocationID: invocationID, result: result, into: &buffer)
        }
    }

    /// Appends the answer to a call of a method that returns nothing.
    public func encodeVoidCompletion(invocationID: String, into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodeVoidCompletion(invocationID: invocationID, into: &buffer)
        }
    }

    /// Appends the answer to a call that failed.
    public func encodeCompletion(invocationID: String, error: String, into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodeCompletion(invocationID: invocationID, error: error, into: &buffer)
        }
    }

    /// Appends a ping.
    public func encodePing(into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodePing(into: &buffer)
        }
    }

    /// Appends the end of the connection.
    public func encodeClose(_ message: CloseMessage, into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodeClose(message, into: &buffer)
        }
    }
}
