import NIOCore
import SignalRProtocol

/// What a client writes.
extension HubProtocolKind {
    /// The first record, which is JSON for every protocol.
    var handshakeRequest: ByteBuffer {
        ByteBuffer(string: #"{"protocol":"\#(self.rawValue)","version":1}"# + "\u{1E}")
    }

    /// Appends a call of a method of the hub.
    ///
    /// - Parameters:
    ///   - target: The method.
    ///   - arguments: Its arguments.
    ///   - id: The id under which an answer is wanted; digits.
    ///   - isStreaming: Whether the answer is to be a stream.
    ///   - streamIDs: The ids of the streams that come with it; digits.
    ///   - buffer: Where to append it.
    /// - Throws: What an argument's own `encode(to:)` throws.
    func encodeCall<each Argument: Encodable>(
        _ target: String, _ arguments: repeat each Argument, id: String, isStreaming: Bool, streamIDs: [String] = [],
        into buffer: inout ByteBuffer
    ) throws {
        let start = buffer.writerIndex
        switch self {
        case .json:
            try self.encodeInvocation(target: target, arguments: repeat each arguments, invocationID: id, into: &buffer)
            // `{"type":1`: the only digit that differs.
            if isStreaming { buffer.setInteger(UInt8(ascii: "4"), at: start + 8) }
            guard !streamIDs.isEmpty else { return }
            buffer.moveWriterIndex(to: buffer.writerIndex - 2)
            let ids = streamIDs.map { "\"\($0)\"" }.joined(separator: ",")
            buffer.writeString(#","streamIds":[\#(ids)]}"# + "\u{1E}")
        case .messagepack:
            guard isStreaming else {
                return try MessagePackHubProtocol.encodeInvocation(
                    target: target, arguments: repeat each arguments, invocationID: id, streamIDs: streamIDs, into: &buffer
                )
            }
            try MessagePackHubProtocol.encodeStreamInvocation(
                target: target, arguments: repeat each arguments, invocationID: id, streamIDs: streamIDs, into: &buffer
            )
        }
    }

    /// Appends that a stream is no longer wanted.
    func encodeCancel(id: String, into buffer: inout ByteBuffer) {
        switch self {
        case .json: buffer.writeString(#"{"type":5,"invocationId":"\#(id)"}"# + "\u{1E}")
        case .messagepack: MessagePackHubProtocol.encodeCancelInvocation(invocationID: id, into: &buffer)
        }
    }
}
