import JSONBytes
import NIOCore

/// The properties of one record, gathered in whatever order they come; the last of several wins.
struct JSONMessageFields {
    private enum Failure: Error {
        case json
        case hub(HubProtocolError)
    }

    private var type: Int64?
    private var invocationID: String?
    private var target: String?
    private var arguments: [ByteBuffer]?
    private var streamIDs: [String] = []
    private var headers: [String: String] = [:]
    private var item: ByteBuffer?
    private var result: ByteBuffer?
    private var error: String?
    private var allowReconnect = false
    private var sequenceID: Int64?

    /// Reads every property of `record`.
    mutating func read(_ record: ByteBuffer) throws(HubProtocolError) {
        let outcome = record.withUnsafeReadableBytes { bytes -> HubProtocolError? in
            var reader = JSONReader(bytes)
            var failure: HubProtocolError?
            do throws(JSONError) {
                guard try reader.peek() == .object else { return .unreadable }
                try reader.readObject { reader, name throws(JSONError) in
                    if let wrong = try self.readProperty(name, of: record, from: &reader), failure == nil { failure = wrong }
                }
                try reader.finish()
            } catch {
                return .unreadable
            }
            return failure
        }
        if let outcome { throw outcome }
    }

    /// Reads one property; returns what is wrong with its type, having passed over it.
    private mutating func readProperty(
        _ name: JSONName, of record: ByteBuffer, from reader: inout JSONReader
    ) throws(JSONError) -> HubProtocolError? {
        let kind = try reader.peek()
        switch name {
        case "type":
            guard kind == .number, let value = try Self.integer(from: &reader) else {
                if kind != .number { try reader.skip() }
                return .wrongType("type", "Number")
            }
            self.type = value
        case "invocationId":
            return try Self.string(&self.invocationID, "invocationId", kind, &reader, nullable: true)
        case "target":
            return try Self.string(&self.target, "target", kind, &reader, nullable: false)
        case "error":
            return try Self.string(&self.error, "error", kind, &reader, nullable: true)
        case "arguments":
            guard kind == .array else {
                try reader.skip()
                return .wrongType("arguments", "Array")
            }
            var values: [ByteBuffer] = []
            try reader.readArray { reader throws(JSONError) in values.append(record.copy(try reader.skip())) }
            self.arguments = values
        case "streamIds":
            return try self.readStreamIDs(kind, from: &reader)
        case "headers":
            return try self.readHeaders(kind, from: &reader)
        case "item":
            self.item = record.copy(try reader.skip())
        case "result":
            let range = try reader.skip()
            self.result = kind == .null ? nil : record.copy(range)
            self.hasResult = true
        case "allowReconnect":
            guard kind == .bool else {
                try reader.skip()
                return kind == .null ? nil : .wrongType("allowReconnect", "Boolean")
            }
            self.allowReconnect = try reader.readBool()
        case "sequenceId":
            guard kind == .number, let value = try Self.integer(from: &reader) else {
                if kind != .number { try reader.skip() }
                return .wrongType("sequenceId", "Number")
            }
            self.sequenceID = value
        default:
            try reader.skip()
        }
        return nil
    }

    private var hasResult = false

    /// The message that the properties make; `nil` if its type is unknown.
    func message() throws(HubProtocolError) -> HubMessage? {
        guard let type = self.type else { throw .missing("type") }
        switch type {
        case 1, 4:
            guard let target = self.target else { throw .missing("target") }
            guard let arguments = self.arguments else { throw .missing("arguments") }
            let invocationID = self.invocationID.flatMap { $0.isEmpty ? nil : $0 }
            guard type == 1 || invocationID != nil else { throw .missing("invocationId") }
            return .invocation(
                InvocationMessage(
                    invocationID: invocationID, target: target, arguments: HubArguments(json: arguments),
                    streamIDs: self.streamIDs, isStreaming: type == 4, headers: self.headers
                )
            )
        case 2:
            let invocationID = try self.requiredInvocationID()
            guard let item = self.item else { throw .missing("item") }
            return .streamItem(invocationID: invocationID, item: item)
        case 3:
            let invocationID = try self.requiredInvocationID()
            if self.error != nil, self.result != nil {
                throw HubProtocolError(
                    .invalidMessage, "The 'error' and 'result' properties are mutually exclusive."
                )
            }
            let isNull = self.hasResult && self.error == nil
            let result = self.result ?? (isNull ? ByteBuffer(staticString: "null") : nil)
            return .completion(CompletionMessage(invocationID: invocationID, error: self.error, result: result))
        case 5: return .cancelInvocation(invocationID: try self.requiredInvocationID())
        case 6: return .ping
        case 7: return .close(CloseMessage(error: self.error, allowReconnect: self.allowReconnect))
        case 8, 9:
            guard let sequenceID = self.sequenceID else { throw .missing("sequenceId") }
            return type == 8 ? .ack(sequenceID: sequenceID) : .sequence(sequenceID: sequenceID)
        default: return nil
        }
    }

    private func requiredInvocationID() throws(HubProtocolError) -> String {
        guard let invocationID = self.invocationID, !invocationID.isEmpty else { throw .missing("invocationId") }
        return invocationID
    }

    /// An integer within 64 bits, or `nil` for any other number, having passed over it.
    private static func integer(from reader: inout JSONReader) throws(JSONError) -> Int64? {
        var copy = reader
        guard let value = try? copy.readInt64() else {
            try reader.skip()
            return nil
        }
        reader = copy
        return value
    }

    private static func string(
        _ field: inout String?, _ name: String, _ kind: JSONReader.Kind, _ reader: inout JSONReader, nullable: Bool
    ) throws(JSONError) -> HubProtocolError? {
        guard kind == .string else {
            try reader.skip()
            if kind == .null, nullable {
                field = nil
                return nil
            }
            return .wrongType(name, "String")
        }
        field = try reader.readString()
        return nil
    }

    private mutating func readStreamIDs(
        _ kind: JSONReader.Kind, from reader: inout JSONReader
    ) throws(JSONError) -> HubProtocolError? {
        guard kind == .array else {
            try reader.skip()
            return kind == .null ? nil : .wrongType("streamIds", "Array")
        }
        var ids: [String] = []
        var isWrong = false
        try reader.readArray { reader throws(JSONError) in
            guard try reader.peek() == .string else {
                isWrong = true
                try reader.skip()
                return
            }
            ids.append(try reader.readString())
        }
        self.streamIDs = ids
        return isWrong ? .wrongType("streamIds", "Array of String") : nil
    }

    private mutating func readHeaders(
        _ kind: JSONReader.Kind, from reader: inout JSONReader
    ) throws(JSONError) -> HubProtocolError? {
        guard kind == .object else {
            try reader.skip()
            return kind == .null ? nil : .wrongType("headers", "Object")
        }
        var headers: [String: String] = [:]
        var isWrong = false
        try reader.readObject { reader, name throws(JSONError) in
            guard try reader.peek() == .string else {
                isWrong = true
                try reader.skip()
                return
            }
            headers[name.string] = try reader.readString()
        }
        self.headers = headers
        return isWrong ? .wrongType("headers", "Object of String") : nil
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
