import JSONBytes
public import NIOCore

/// The `json` hub protocol.
///
/// Reading is lenient where real clients need it: any order of properties, unknown properties, unknown types (skipped),
/// `null` for what may be absent. Source: HubProtocol.md of ASP.NET Core, "JSON Encoding".
public enum JSONHubProtocol {
    /// What ends every record.
    public static let recordSeparator: UInt8 = 0x1E

    /// Reads one record.
    ///
    /// - Parameter record: The bytes without the record separator.
    /// - Returns: The message; `nil` if its type is unknown and it is to be skipped.
    /// - Throws: ``HubProtocolError``; the connection cannot go on.
    public static func decode(_ record: ByteBuffer) throws(HubProtocolError) -> HubMessage? {
        var fields = JSONMessageFields()
        try fields.read(record)
        return try fields.message()
    }

    /// Reads a record that is to be a call, and no stream.
    ///
    /// - Parameter record: The bytes with or without the record separator.
    /// - Throws: ``HubProtocolError`` if it is anything else.
    static func invocation(in record: ByteBuffer) throws(HubProtocolError) -> InvocationMessage {
        var record = record
        if record.readableBytesView.last == Self.recordSeparator { record.moveWriterIndex(to: record.writerIndex - 1) }
        guard case .invocation(let call) = try Self.decode(record), !call.isStreaming else { throw .unreadable }
        return call
    }

    /// Appends a call of a method.
    ///
    /// - Parameters:
    ///   - target: The method's name, not empty.
    ///   - arguments: The arguments.
    ///   - invocationID: The id under which an answer is wanted; `nil` for none.
    ///   - buffer: Where to append it.
    /// - Throws: What an argument's own `encode(to:)` throws; nothing has been appended then.
    public static func encodeInvocation<each Argument: Encodable>(
        target: String, arguments: repeat each Argument, invocationID: String? = nil, into buffer: inout ByteBuffer
    ) throws {
        let start = buffer.writerIndex
        buffer.writeCallHead(isStreaming: false, target, id: invocationID)
        var isFirst = true
        do {
            for argument in repeat each arguments {
                if !isFirst { buffer.writeInteger(UInt8(ascii: ",")) }
                isFirst = false
                try JSONPayload.encode(argument, into: &buffer)
            }
        } catch {
            buffer.moveWriterIndex(to: start)
            throw error
        }
        buffer.writeStaticString("]}\u{1E}")
    }

    /// Appends one item of a stream.
    ///
    /// - Throws: What the item's own `encode(to:)` throws; nothing has been appended then.
    public static func encodeStreamItem(invocationID: String, item: some Encodable, into buffer: inout ByteBuffer) throws {
        let start = buffer.writerIndex
        buffer.writeStaticString(#"{"type":2,"invocationId":"#)
        buffer.writeJSONString(invocationID)
        buffer.writeStaticString(#","item":"#)
        do {
            try JSONPayload.encode(item, into: &buffer)
        } catch {
            buffer.moveWriterIndex(to: start)
            throw error
        }
        buffer.writeStaticString("}\u{1E}")
    }

    /// Appends the end of a stream: neither result nor error.
    public static func encodeStreamCompletion(invocationID: String, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"type":3,"invocationId":"#)
        buffer.writeJSONString(invocationID)
        buffer.writeStaticString("}\u{1E}")
    }

    /// Appends the answer to a call: its result.
    ///
    /// - Throws: What the result's own `encode(to:)` throws; nothing has been appended then.
    public static func encodeCompletion(
        invocationID: String, result: some Encodable, into buffer: inout ByteBuffer
    ) throws {
        let start = buffer.writerIndex
        buffer.writeStaticString(#"{"type":3,"invocationId":"#)
        buffer.writeJSONString(invocationID)
        buffer.writeStaticString(#","result":"#)
        do {
            try JSONPayload.encode(result, into: &buffer)
        } catch {
            buffer.moveWriterIndex(to: start)
            throw error
        }
        buffer.writeStaticString("}\u{1E}")
    }

    /// Appends the answer to a call of a method that returns nothing.
    public static func encodeVoidCompletion(invocationID: String, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"type":3,"invocationId":"#)
        buffer.writeJSONString(invocationID)
        buffer.writeStaticString(#","result":null}"#)
        buffer.writeInteger(Self.recordSeparator)
    }

    /// Appends the answer to a call that failed.
    public static func encodeCompletion(invocationID: String, error: String, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"type":3,"invocationId":"#)
        buffer.writeJSONString(invocationID)
        buffer.writeStaticString(#","error":"#)
        buffer.writeJSONString(error)
        buffer.writeStaticString("}\u{1E}")
    }

    /// Appends a ping.
    public static func encodePing(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("{\"type\":6}\u{1E}")
    }

    /// Appends the end of the connection.
    public static func encodeClose(_ message: CloseMessage, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"type":7"#)
        if let error = message.error, !error.isEmpty {
            buffer.writeStaticString(#","error":"#)
            buffer.writeJSONString(error)
        }
        if message.allowReconnect { buffer.writeStaticString(#","allowReconnect":true"#) }
        buffer.writeStaticString("}\u{1E}")
    }
}
