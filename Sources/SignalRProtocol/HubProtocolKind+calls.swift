import JSONBytes
public import NIOCore

/// What clients write and servers only read.
extension HubProtocolKind {
    /// The first record of a connection, which is JSON for every protocol.
    ///
    /// - Parameter version: 2 where stateful reconnect was agreed; 1 otherwise.
    public func handshakeRequest(version: Int) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeStaticString(#"{"protocol":"#)
        buffer.writeJSONString(self.rawValue)
        buffer.writeString(",\"version\":\(version)}\u{1E}")
        return buffer
    }

    /// Appends a call of a hub's method.
    ///
    /// - Parameters:
    ///   - target: The method's name, not empty.
    ///   - arguments: The arguments that are values.
    ///   - invocationID: The id under which an answer is wanted; `nil` for none.
    ///   - streamIDs: The ids of the streams that follow the call, in the order of the method's parameters.
    ///   - isStreaming: Whether the answer is to be a stream, which needs an id.
    ///   - buffer: Where to append it.
    /// - Throws: What an argument's own `encode(to:)` throws; nothing has been appended then.
    public func encodeCall(
        target: String, arguments: [any Encodable], invocationID: String?, streamIDs: [String] = [], isStreaming: Bool = false,
        into buffer: inout ByteBuffer
    ) throws {
        switch self {
        case .json:
            try JSONHubProtocol.encodeCall(
                target: target, arguments: arguments, invocationID: invocationID, streamIDs: streamIDs,
                isStreaming: isStreaming, into: &buffer
            )
        case .messagepack:
            try MessagePackHubProtocol.encodeCall(
                target: target, arguments: arguments, invocationID: invocationID, streamIDs: streamIDs,
                isStreaming: isStreaming, into: &buffer
            )
        }
    }

    /// Appends that the answer of a streaming call is no longer wanted.
    public func encodeCancelInvocation(invocationID: String, into buffer: inout ByteBuffer) {
        switch self {
        case .json: JSONHubProtocol.encodeCancelInvocation(invocationID: invocationID, into: &buffer)
        case .messagepack: MessagePackHubProtocol.encodeCancelInvocation(invocationID: invocationID, into: &buffer)
        }
    }
}
