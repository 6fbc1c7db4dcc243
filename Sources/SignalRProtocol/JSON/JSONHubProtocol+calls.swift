import JSONBytes
public import NIOCore

/// What clients write and servers only read.
extension JSONHubProtocol {
    /// Appends a call of a hub's method.
    ///
    /// - Parameters:
    ///   - target: The method's name, not empty.
    ///   - arguments: The arguments that are values.
    ///   - invocationID: The id under which an answer is wanted; `nil` for none.
    ///   - streamIDs: The ids of the streams that follow the call; left out if there are none.
    ///   - isStreaming: Whether the answer is to be a stream.
    ///   - buffer: Where to append it.
    /// - Throws: What an argument's own `encode(to:)` throws; nothing has been appended then.
    public static func encodeCall(
        target: String, arguments: [any Encodable], invocationID: String?, streamIDs: [String] = [], isStreaming: Bool = false,
        into buffer: inout ByteBuffer
    ) throws {
        let start = buffer.writerIndex
        buffer.writeCallHead(isStreaming: isStreaming, target, id: invocationID)
        do {
            for (index, argument) in arguments.enumerated() {
                if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                try JSONPayload.encode(argument, into: &buffer)
            }
        } catch {
            buffer.moveWriterIndex(to: start)
            throw error
        }
        buffer.writeInteger(UInt8(ascii: "]"))
        if !streamIDs.isEmpty {
            buffer.writeStaticString(#","streamIds":["#)
            for (index, id) in streamIDs.enumerated() {
                if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                buffer.writeJSONString(id)
            }
            buffer.writeInteger(UInt8(ascii: "]"))
        }
        buffer.writeStaticString("}\u{1E}")
    }

    /// Appends that the answer of a streaming call is no longer wanted.
    public static func encodeCancelInvocation(invocationID: String, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"type":5,"invocationId":"#)
        buffer.writeJSONString(invocationID)
        buffer.writeStaticString("}\u{1E}")
    }
}

extension ByteBuffer {
    /// A call up to its arguments.
    mutating func writeCallHead(isStreaming: Bool, _ target: String, id: String?) {
        self.writeStaticString(isStreaming ? #"{"type":4,"# : #"{"type":1,"#)
        if let id {
            self.writeStaticString(#""invocationId":"#)
            self.writeJSONString(id)
            self.writeInteger(UInt8(ascii: ","))
        }
        self.writeStaticString(#""target":"#)
        self.writeJSONString(target)
        self.writeStaticString(#","arguments":["#)
    }
}
