public import NIOCore

/// The `messagepack` hub protocol.
///
/// Reading is lenient where real clients need it: older messages with fewer elements, newer ones with more, integers of any
/// width, unknown types (skipped), `nil` for what may be absent. Every message is written with its length in front.
/// Source: HubProtocol.md of ASP.NET Core, "MessagePack Encoding".
public enum MessagePackHubProtocol {
    /// Reads one message.
    ///
    /// - Parameter message: The bytes without the length in front. What follows the message's array is passed over.
    /// - Returns: The message; `nil` if its type is unknown and it is to be skipped.
    /// - Throws: ``HubProtocolError``; the connection cannot go on.
    public static func decode(_ message: ByteBuffer) throws(HubProtocolError) -> HubMessage? {
        try message.withMessagePackReader { reader throws(HubProtocolError) in
            var elements = try MessagePackMessageReader(reader, of: message)
            return try elements.message()
        }
    }

    // MARK: - Writing

    /// Appends a call of a method.
    ///
    /// - Parameters:
    ///   - target: The method's name, not empty.
    ///   - arguments: The arguments.
    ///   - invocationID: The id under which an answer is wanted; `nil` for none.
    ///   - streamIDs: The ids of the streams that will be sent with the call.
    ///   - headers: Application-defined headers; no name or value may be empty.
    ///   - buffer: Where to append it.
    /// - Throws: What an argument's own `encode(to:)` throws; nothing has been appended then.
    public static func encodeInvocation<each Argument: Encodable>(
        target: String, arguments: repeat each Argument, invocationID: String? = nil, streamIDs: [String] = [],
        headers: [String: String] = [:], into buffer: inout ByteBuffer
    ) throws {
        try Self.encodeCall(
            type: 1, target, repeat each arguments, id: invocationID, streamIDs: streamIDs, headers: headers, into: &buffer
        )
    }

    /// Appends a call of a method that answers with a stream.
    ///
    /// - Throws: What an argument's own `encode(to:)` throws; nothing has been appended then.
    public static func encodeStreamInvocation<each Argument: Encodable>(
        target: String, arguments: repeat each Argument, invocationID: String, streamIDs: [String] = [],
        headers: [String: String] = [:], into buffer: inout ByteBuffer
    ) throws {
        try Self.encodeCall(
            type: 4, target, repeat each arguments, id: invocationID, streamIDs: streamIDs, headers: headers, into: &buffer
        )
    }

    /// Appends a call of a hub's method whose arguments are known only when it is made.
    ///
    /// - Throws: What an argument's own `encode(to:)` throws; nothing has been appended then.
    public static func encodeCall(
        target: String, arguments: [any Encodable], invocationID: String?, streamIDs: [String] = [], isStreaming: Bool = false,
        into buffer: inout ByteBuffer
    ) throws {
        try Self.encodeCall(
            type: isStreaming ? 4 : 1, target, count: arguments.count, id: invocationID, streamIDs: streamIDs, headers: [:],
            into: &buffer
        ) { buffer in
            for argument in arguments { try MessagePackPayload.encode(argument, into: &buffer) }
        }
    }

    private static func encodeCall<each Argument: Encodable>(
        type: UInt8, _ target: String, _ arguments: repeat each Argument, id: String?, streamIDs: [String],
        headers: [String: String], into buffer: inout ByteBuffer
    ) throws {
        var count = 0
        for _ in repeat each arguments { count += 1 }
        try Self.encodeCall(
            type: type, target, count: count, id: id, streamIDs: streamIDs, headers: headers, into: &buffer
        ) { buffer in
            for argument in repeat each arguments { try MessagePackPayload.encode(argument, into: &buffer) }
        }
    }

    private static func encodeCall(
        type: UInt8, _ target: String, count: Int, id: String?, streamIDs: [String], headers: [String: String],
        into buffer: inout ByteBuffer, arguments: (inout ByteBuffer) throws -> Void
    ) throws {
        try LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeCallHead(type: type, target, argumentCount: count, id: id, headers: headers)
            try arguments(&buffer)
            buffer.writeStreamIDs(streamIDs)
        }
    }

    /// Appends a call that there is in JSON.
    ///
    /// - Parameter record: Its record, with or without separator.
    /// - Throws: ``HubProtocolError`` if it is no call; nothing has been appended then.
    static func encodeInvocation(ofJSON record: ByteBuffer, into buffer: inout ByteBuffer) throws {
        let call = try JSONHubProtocol.invocation(in: record)
        let values = call.arguments.jsonValues ?? []
        try LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeCallHead(
                type: 1, call.target, argumentCount: values.count, id: call.invocationID, headers: call.headers
            )
            for value in values { try MessagePackPayload.encode(JSONFragment(value), into: &buffer) }
            buffer.writeStreamIDs(call.streamIDs)
        }
    }

    /// Appends one item of a stream.
    ///
    /// - Throws: What the item's own `encode(to:)` throws; nothing has been appended then.
    public static func encodeStreamItem(
        invocationID: String, item: some Encodable, headers: [String: String] = [:], into buffer: inout ByteBuffer
    ) throws {
        try LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeMessageHead(type: 2, elements: 4, headers: headers)
            buffer.writeMessagePackString(invocationID)
            try MessagePackPayload.encode(item, into: &buffer)
        }
    }

    /// Appends the answer to a call: its result.
    ///
    /// - Throws: What the result's own `encode(to:)` throws; nothing has been appended then.
    public static func encodeCompletion(
        invocationID: String, result: some Encodable, headers: [String: String] = [:], into buffer: inout ByteBuffer
    ) throws {
        try LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeCompletionHead(.result, elements: 5, headers: headers, invocationID)
            try MessagePackPayload.encode(result, into: &buffer)
        }
    }

    /// Appends the answer to a call of a method that returns nothing: `nil` as its result, as ASP.NET Core does.
    public static func encodeVoidCompletion(
        invocationID: String, headers: [String: String] = [:], into buffer: inout ByteBuffer
    ) {
        LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeCompletionHead(.result, elements: 5, headers: headers, invocationID)
            buffer.writeMessagePackNil()
        }
    }

    /// Appends the end of a stream, or of a call that has no result.
    public static func encodeStreamCompletion(
        invocationID: String, headers: [String: String] = [:], into buffer: inout ByteBuffer
    ) {
        LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeCompletionHead(.void, elements: 4, headers: headers, invocationID)
        }
    }

    /// Appends the answer to a call that failed, or the end of a stream that did.
    public static func encodeCompletion(
        invocationID: String, error: String, headers: [String: String] = [:], into buffer: inout ByteBuffer
    ) {
        LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeCompletionHead(.error, elements: 5, headers: headers, invocationID)
            buffer.writeMessagePackString(error)
        }
    }

    /// Appends that the stream is no longer wanted.
    public static func encodeCancelInvocation(
        invocationID: String, headers: [String: String] = [:], into buffer: inout ByteBuffer
    ) {
        LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeMessageHead(type: 5, elements: 3, headers: headers)
            buffer.writeMessagePackString(invocationID)
        }
    }

    /// Appends a ping.
    public static func encodePing(into buffer: inout ByteBuffer) { buffer.writeBytes([0x02, 0x91, 0x06]) }

    /// Appends the end of the connection.
    public static func encodeClose(_ message: CloseMessage, into buffer: inout ByteBuffer) {
        LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeMessageHead(type: 7, elements: 3)
            if let error = message.error, !error.isEmpty {
                buffer.writeMessagePackString(error)
            } else {
                buffer.writeMessagePackNil()
            }
            buffer.writeMessagePackBool(message.allowReconnect)
        }
    }

    /// Appends that everything up to `sequenceID` has arrived.
    public static func encodeAck(sequenceID: Int64, into buffer: inout ByteBuffer) {
        LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeMessageHead(type: 8, elements: 2)
            buffer.writeMessagePackInteger(sequenceID)
        }
    }

    /// Appends that the next message is `sequenceID`.
    public static func encodeSequence(sequenceID: Int64, into buffer: inout ByteBuffer) {
        LengthPrefix.write(into: &buffer) { buffer in
            buffer.writeMessageHead(type: 9, elements: 2)
            buffer.writeMessagePackInteger(sequenceID)
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func writeMessageHead(type: UInt8, elements: Int) {
        self.writeMessagePackArrayHeader(count: elements)
        self.writeInteger(type)
    }

    fileprivate mutating func writeMessageHead(type: UInt8, elements: Int, headers: [String: String]) {
        self.writeMessageHead(type: type, elements: elements)
        self.writeMessagePackMapHeader(count: headers.count)
        // Sorted, so that equal messages have equal bytes.
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            self.writeMessagePackString(name)
            self.writeMessagePackString(value)
        }
    }

    /// Everything of a call up to its arguments.
    fileprivate mutating func writeCallHead(
        type: UInt8, _ target: String, argumentCount: Int, id: String?, headers: [String: String]
    ) {
        self.writeMessageHead(type: type, elements: 6, headers: headers)
        if let id {
            self.writeMessagePackString(id)
        } else {
            self.writeMessagePackNil()
        }
        self.writeMessagePackString(target)
        self.writeMessagePackArrayHeader(count: argumentCount)
    }

    fileprivate mutating func writeStreamIDs(_ streamIDs: [String]) {
        self.writeMessagePackArrayHeader(count: streamIDs.count)
        for streamID in streamIDs { self.writeMessagePackString(streamID) }
    }

    fileprivate mutating func writeCompletionHead(
        _ kind: MessagePackResultKind, elements: Int, headers: [String: String], _ invocationID: String
    ) {
        self.writeMessageHead(type: 3, elements: elements, headers: headers)
        self.writeMessagePackString(invocationID)
        self.writeMessagePackInteger(kind.rawValue)
    }
}
