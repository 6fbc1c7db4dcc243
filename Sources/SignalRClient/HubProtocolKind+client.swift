import JSONBytes
import NIOCore
import SignalRProtocol

/// What a client reads, in whichever protocol it speaks.
extension HubProtocolKind {
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

    /// Reads a result, or an item of a stream.
    ///
    /// - Parameter payload: `nil` if nothing came, which is read as null.
    /// - Throws: ``SignalRClientError/Code/unexpectedResult``.
    func decode<Value: Decodable>(_ type: Value.Type, from payload: ByteBuffer?) throws(SignalRClientError) -> Value {
        do throws(HubProtocolError) {
            return try self.decodePayload(type, from: payload ?? self.null)
        } catch {
            throw SignalRClientError(.unexpectedResult, "What the hub answered is not a \(type).", cause: error)
        }
    }

    private var null: ByteBuffer {
        switch self {
        case .json: ByteBuffer(staticString: "null")
        case .messagepack: ByteBuffer(bytes: [0xC0])
        }
    }
}
