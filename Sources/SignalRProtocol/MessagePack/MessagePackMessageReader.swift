import NIOCore

/// Reads the elements of one message, in the words of ASP.NET Core where they are not what they should be.
struct MessagePackMessageReader {
    private var reader: MessagePackReader
    private let bytes: ByteBuffer
    /// How many elements the message has.
    private let count: Int

    /// - Parameters:
    ///   - reader: A reader at the start of the message.
    ///   - bytes: The same bytes, for copying payloads.
    init(_ reader: MessagePackReader, of bytes: ByteBuffer) throws(HubProtocolError) {
        self.reader = reader
        self.bytes = bytes
        do throws(MessagePackError) {
            self.count = try self.reader.readArrayHeader()
        } catch {
            throw HubProtocolError(.invalidMessage, "Reading array length for 'elementCount' failed.")
        }
    }

    /// The message that the elements make; `nil` if its type is unknown.
    mutating func message() throws(HubProtocolError) -> HubMessage? {
        try self.require(1)
        switch try self.integer("messageType", "Int32") {
        case 1: return .invocation(try self.invocation(isStreaming: false))
        case 2:
            try self.require(4)
            _ = try self.headers()
            let invocationID = try self.invocationID(of: "StreamItem")
            return .streamItem(invocationID: invocationID, item: try self.value("item"))
        case 3: return .completion(try self.completion())
        case 4: return .invocation(try self.invocation(isStreaming: true))
        case 5:
            try self.require(3)
            _ = try self.headers()
            return .cancelInvocation(invocationID: try self.invocationID(of: "CancelInvocation"))
        case 6: return .ping
        case 7: return .close(try self.close())
        case 8:
            try self.require(2)
            return .ack(sequenceID: try self.integer("sequenceId", "Int64"))
        case 9:
            try self.require(2)
            return .sequence(sequenceID: try self.integer("sequenceId", "Int64"))
        default: return nil
        }
    }

    // MARK: - Messages

    private mutating func invocation(isStreaming: Bool) throws(HubProtocolError) -> InvocationMessage {
        try self.require(5)
        let name = isStreaming ? "StreamInvocation" : "Invocation"
        let headers = try self.headers()
        let invocationID: String? =
            isStreaming
            ? try self.invocationID(of: name)
            : try self.stringOrNil("invocationId").flatMap { $0.isEmpty ? nil : $0 }
        guard let target = try self.stringOrNil("target"), !target.isEmpty else {
            throw HubProtocolError(.invalidMessage, "Null or empty target for \(name) message.")
        }
        let arguments = try self.arguments()
        let streamIDs = self.count > 5 ? try self.streamIDs() : []
        return InvocationMessage(
            invocationID: invocationID, target: target, arguments: HubArguments(messagePack: arguments), streamIDs: streamIDs,
            isStreaming: isStreaming,
            headers: headers
        )
    }

    private mutating func completion() throws(HubProtocolError) -> CompletionMessage {
        try self.require(4)
        _ = try self.headers()
        let invocationID = try self.invocationID(of: "Completion")
        switch MessagePackResultKind(rawValue: try self.integer("resultKind", "Int32")) {
        case .error?:
            try self.require(5)
            return CompletionMessage(invocationID: invocationID, error: try self.stringOrNil("error") ?? "")
        case .void?:
            return CompletionMessage(invocationID: invocationID)
        case .result?:
            try self.require(5)
            return CompletionMessage(invocationID: invocationID, result: try self.value("result"))
        case nil:
            throw HubProtocolError(.invalidMessage, "Invalid invocation result kind.")
        }
    }

    private mutating func close() throws(HubProtocolError) -> CloseMessage {
        try self.require(2)
        let error = try self.stringOrNil("error")
        let allowReconnect = self.count > 2 ? try self.boolOrNil("allowReconnect") ?? false : false
        return CloseMessage(error: error, allowReconnect: allowReconnect)
    }

    // MARK: - Elements

    private func require(_ count: Int) throws(HubProtocolError) {
        guard self.count >= count else {
            throw HubProtocolError(.invalidMessage, "The message has \(self.count) element(s), but needs \(count).")
        }
    }

    private mutating func headers() throws(HubProtocolError) -> [String: String] {
        let count = try self.read("Reading map length for 'headers' failed.") { reader throws(MessagePackError) in
            try reader.readNilIfPresent() ? 0 : try reader.readMapHeader()
        }
        var headers: [String: String] = [:]
        for index in 0..<count {
            guard let name = try self.stringOrNil("headers[\(index)].Key"), !name.isEmpty else {
                throw HubProtocolError(.invalidMessage, "Null or empty key in header.")
            }
            guard let value = try self.stringOrNil("headers[\(index)].Value"), !value.isEmpty else {
                throw HubProtocolError(.invalidMessage, "Null or empty value in header.")
            }
            headers[name] = value
        }
        return headers
    }

    private mutating func arguments() throws(HubProtocolError) -> MessagePackArguments {
        let count = try self.arrayHeader("arguments")
        let start = self.reader.offset
        for _ in 0..<count { _ = try self.skip("arguments") }
        return MessagePackArguments(self.bytes.copy(start..<self.reader.offset), count: count)
    }

    private mutating func streamIDs() throws(HubProtocolError) -> [String] {
        let count = try self.read("Reading array length for 'streamIds' failed.") { reader throws(MessagePackError) in
            try reader.readNilIfPresent() ? 0 : try reader.readArrayHeader()
        }
        var streamIDs: [String] = []
        for _ in 0..<count {
            streamIDs.append(
                try self.read("Reading 'streamIds' as String failed.") { reader throws(MessagePackError) in
                    try reader.readString()
                }
            )
        }
        return streamIDs
    }

    private mutating func invocationID(of name: String) throws(HubProtocolError) -> String {
        guard let invocationID = try self.stringOrNil("invocationId"), !invocationID.isEmpty else {
            throw HubProtocolError(.invalidMessage, "Null or empty invocation ID for \(name) message.")
        }
        return invocationID
    }

    private mutating func value(_ name: String) throws(HubProtocolError) -> ByteBuffer {
        self.bytes.copy(try self.skip(name))
    }

    private mutating func skip(_ name: String) throws(HubProtocolError) -> Range<Int> {
        try self.read("Reading '\(name)' failed.") { reader throws(MessagePackError) in try reader.skip() }
    }

    private mutating func arrayHeader(_ name: String) throws(HubProtocolError) -> Int {
        try self.read("Reading array length for '\(name)' failed.") { reader throws(MessagePackError) in
            try reader.readArrayHeader()
        }
    }

    private mutating func integer(_ name: String, _ type: String) throws(HubProtocolError) -> Int64 {
        try self.read("Reading '\(name)' as \(type) failed.") { reader throws(MessagePackError) in try reader.readInt64() }
    }

    private mutating func stringOrNil(_ name: String) throws(HubProtocolError) -> String? {
        try self.read("Reading '\(name)' as String failed.") { reader throws(MessagePackError) in
            try reader.readNilIfPresent() ? nil : try reader.readString()
        }
    }

    private mutating func boolOrNil(_ name: String) throws(HubProtocolError) -> Bool? {
        try self.read("Reading '\(name)' as Boolean failed.") { reader throws(MessagePackError) in
            try reader.readNilIfPresent() ? nil : try reader.readBool()
        }
    }

    private mutating func read<Value>(
        _ failure: @autoclosure () -> String, _ body: (inout MessagePackReader) throws(MessagePackError) -> Value
    ) throws(HubProtocolError) -> Value {
        do throws(MessagePackError) {
            return try body(&self.reader)
        } catch {
            throw HubProtocolError(.invalidMessage, failure())
        }
    }
}

extension ByteBuffer {
    /// A copy of some readable bytes, in storage of its own: a slice would keep the whole read buffer alive.
    fileprivate func copy(_ range: Range<Int>) -> ByteBuffer {
        var copy = ByteBufferAllocator().buffer(capacity: range.count)
        copy.writeBytes(self.readableBytesView[(self.readerIndex + range.lowerBound)..<(self.readerIndex + range.upperBound)])
        return copy
    }
}
