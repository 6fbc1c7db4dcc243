import NIOCore
import SignalRProtocol

/// A registered method: decodes its arguments, calls the handler, encodes the answer.
struct HubMethod: Sendable {
    /// The arguments do not fit the method.
    struct BindingError: Error {
        let cause: HubProtocolError
    }

    typealias Call = @Sendable (HubCaller, HubMethodInput, HubReply) async throws -> HubAnswer

    /// How many streams of the client it takes.
    let streamCount: Int
    /// Whether it answers with a stream.
    let isStreaming: Bool
    /// Who may call it; `nil` for everybody.
    let policy: HubPolicy?
    let call: Call

    init(streamCount: Int, isStreaming: Bool = false, policy: HubPolicy?, _ call: @escaping Call) {
        self.streamCount = streamCount
        self.isStreaming = isStreaming
        self.policy = policy
        self.call = call
    }

    /// How many of some types are streams.
    static func streamCount<each Argument>(of types: repeat (each Argument).Type) -> Int {
        var count = 0
        for type in repeat each types {
            if type is any HubStreamArgument.Type { count += 1 }
        }
        return count
    }
}

/// What a call brings: arguments, and streams.
struct HubMethodInput: Sendable {
    var arguments: HubArguments
    /// Bound in order to the parameters that are streams.
    var uploads: [UploadStream]
    let kind: HubProtocolKind

    func requireCount<each Argument>(of types: repeat (each Argument).Type) throws(HubMethod.BindingError) {
        var count = 0
        for _ in repeat each types { count += 1 }
        do throws(HubProtocolError) {
            // There are as many streams as the method takes, or it would not have come here.
            try self.arguments.requireCount(count - self.uploads.count)
        } catch {
            throw HubMethod.BindingError(cause: error)
        }
    }

    mutating func next<Value: Decodable>(_ type: Value.Type) throws(HubMethod.BindingError) -> Value {
        if !self.uploads.isEmpty, let type = type as? any HubStreamArgument.Type,
            let stream = type.bind(self.uploads.removeFirst(), self.kind) as? Value
        {
            return stream
        }
        do throws(HubProtocolError) {
            return try self.arguments.next(type)
        } catch {
            throw HubMethod.BindingError(cause: error)
        }
    }
}

/// What a method has come to.
enum HubAnswer: Sendable {
    /// The answer, encoded; `nil` when none is wanted.
    case record(ByteBuffer?)
    /// What is still to be encoded, or to be streamed.
    case outcome(HubResult)
}

/// The answer to one call, in the protocol of its connection; nothing where the client wants none.
struct HubReply: Sendable {
    let kind: HubProtocolKind
    /// The caller's id for the call; `nil` when no answer is wanted.
    let invocationID: String?
    /// Whether filters want to see what is returned.
    var keepsValues = false

    func result(_ value: some Encodable & Sendable) throws -> HubAnswer {
        if self.keepsValues { return .outcome(HubResult(value)) }
        return .record(try self.encoded(value))
    }

    func nothing() -> HubAnswer {
        self.keepsValues ? .outcome(HubResult()) : .record(self.encodedNothing())
    }

    func encoded(_ value: some Encodable) throws -> ByteBuffer? {
        guard let invocationID = self.invocationID else { return nil }
        var buffer = ByteBufferAllocator().buffer(capacity: 128)
        try self.kind.encodeCompletion(invocationID: invocationID, result: value, into: &buffer)
        return buffer
    }

    func encodedNothing() -> ByteBuffer? {
        guard let invocationID = self.invocationID else { return nil }
        var buffer = ByteBufferAllocator().buffer(capacity: 64)
        self.kind.encodeVoidCompletion(invocationID: invocationID, into: &buffer)
        return buffer
    }

    func streamEnd() -> ByteBuffer? {
        guard let invocationID = self.invocationID else { return nil }
        var buffer = ByteBufferAllocator().buffer(capacity: 64)
        self.kind.encodeStreamCompletion(invocationID: invocationID, into: &buffer)
        return buffer
    }

    func failure(_ text: String) -> ByteBuffer? {
        guard let invocationID = self.invocationID else { return nil }
        var buffer = ByteBufferAllocator().buffer(capacity: 256)
        self.kind.encodeCompletion(invocationID: invocationID, error: text, into: &buffer)
        return buffer
    }
}
