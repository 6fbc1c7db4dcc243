import JSONBytes
import NIOCore
import SignalRProtocol

/// What a client writes and reads, in whichever protocol it speaks.
extension HubProtocolKind {
    /// The first record, which is JSON for every protocol.
    var handshakeRequest: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeStaticString(#"{"protocol":"#)
        buffer.writeJSONString(self.rawValue)
        buffer.writeStaticString(",\"version\":1}\u{1E}")
        return buffer
    }

    /// Reads the answer to the handshake.
    ///
    /// - Returns: Why it was refused; `nil` if it was not.
    /// - Throws: ``SignalRClientError/Code/invalidMessage`` if it is no such answer.
    static func refusal(in record: ByteBuffer) throws(SignalRClientError) -> String? {
        let answer = record.withUnsafeReadableBytes { bytes -> (error: String?, isMessage: Bool)? in
            var answer: (error: String?, isMessage: Bool) = (nil, false)
            var reader = JSONReader(bytes)
            do throws(JSONError) {
                try reader.readObject { reader, name throws(JSONError) in
                    switch name {
                    case "error": answer.error = try reader.readStringOrNull()
                    case "type":
                        answer.isMessage = true
                        try reader.skip()
                    default: try reader.skip()
                    }
                }
                try reader.finish()
                return answer
            } catch {
                return nil
            }
        }
        guard let answer, !answer.isMessage else {
            throw SignalRClientError(.invalidMessage, "The server sent something else than an answer to the handshake.")
        }
        return answer.error
    }

    /// Appends a call of a hub's method that is to be answered.
    ///
    /// - Throws: What an argument's own `encode(to:)` throws; nothing has been appended then.
    func encodeCall<each Argument: Encodable>(
        _ target: String, _ arguments: repeat each Argument, id: String, isStreaming: Bool, into buffer: inout ByteBuffer
    ) throws {
        var call = ByteBuffer()
        try self.encodeInvocation(target: target, arguments: repeat each arguments, into: &call)
        // A call that is not answered is the same without an id.
        call.moveReaderIndex(forwardBy: #"{"type":1,"#.utf8.count)
        buffer.writeString(isStreaming ? #"{"type":4,"invocationId":"# : #"{"type":1,"invocationId":"#)
        buffer.writeJSONString(id)
        buffer.writeInteger(UInt8(ascii: ","))
        buffer.writeBuffer(&call)
    }

    /// Appends that a stream is no longer wanted.
    func encodeCancel(id: String, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"type":5,"invocationId":"#)
        buffer.writeJSONString(id)
        buffer.writeStaticString("}\u{1E}")
    }

    /// Reads a result, or an item of a stream.
    ///
    /// - Throws: ``SignalRClientError/Code/unexpectedResult``.
    func decode<Value: Decodable>(_ type: Value.Type, from payload: ByteBuffer) throws(SignalRClientError) -> Value {
        var values = HubArguments(json: [payload])
        do throws(HubProtocolError) {
            return try values.next(type)
        } catch {
            throw SignalRClientError(.unexpectedResult, "What the hub answered is not a \(type).", cause: error)
        }
    }
}
