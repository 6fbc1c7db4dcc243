import JSONBytes
public import NIOCore

/// The two messages of stateful reconnect. Clients that have not agreed to it must never see them.
extension JSONHubProtocol {
    /// Appends that everything up to `sequenceID` has arrived.
    public static func encodeAck(sequenceID: Int64, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"type":8,"sequenceId":"#)
        buffer.writeJSONNumber(sequenceID)
        buffer.writeStaticString("}\u{1E}")
    }

    /// Appends that the next message is `sequenceID`.
    public static func encodeSequence(sequenceID: Int64, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"type":9,"sequenceId":"#)
        buffer.writeJSONNumber(sequenceID)
        buffer.writeStaticString("}\u{1E}")
    }
}
