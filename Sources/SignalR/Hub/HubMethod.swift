import NIOCore

/// A registered method: decodes its arguments, calls the handler, encodes the answer.
struct HubMethod: Sendable {
    /// The arguments do not fit the method.
    struct BindingError: Error {
        let cause: HubProtocolError
    }

    let call: @Sendable (HubCaller, HubArguments, HubReply) async throws -> ByteBuffer?

    init(_ call: @escaping @Sendable (HubCaller, HubArguments, HubReply) async throws -> ByteBuffer?) {
        self.call = call
    }

    static func requireCount<each Argument>(
        of types: repeat (each Argument).Type, in arguments: HubArguments
    ) throws(BindingError) {
        var count = 0
        for _ in repeat each types { count += 1 }
        do throws(HubProtocolError) {
            try arguments.requireCount(count)
        } catch {
            throw BindingError(cause: error)
        }
    }

    static func next<Value: Decodable>(
        _ type: Value.Type, from arguments: inout HubArguments
    ) throws(BindingError) -> Value {
        do throws(HubProtocolError) {
            return try arguments.next(type)
        } catch {
            throw BindingError(cause: error)
        }
    }
}

/// The answer to one call, in the protocol of its connection; nothing where the client wants none.
struct HubReply: Sendable {
    let kind: HubProtocolKind
    /// The caller's id for the call; `nil` when no answer is wanted.
    let invocationID: String?

    func result(_ value: some Encodable) throws -> ByteBuffer? {
        guard let invocationID = self.invocationID else { return nil }
        var buffer = ByteBufferAllocator().buffer(capacity: 128)
        try self.kind.encodeCompletion(invocationID: invocationID, result: value, into: &buffer)
        return buffer
    }

    func nothing() -> ByteBuffer? {
        guard let invocationID = self.invocationID else { return nil }
        var buffer = ByteBufferAllocator().buffer(capacity: 64)
        self.kind.encodeVoidCompletion(invocationID: invocationID, into: &buffer)
        return buffer
    }

    func failure(_ text: String) -> ByteBuffer? {
        guard let invocationID = self.invocationID else { return nil }
        var buffer = ByteBufferAllocator().buffer(capacity: 256)
        self.kind.encodeCompletion(invocationID: invocationID, error: text, into: &buffer)
        return buffer
    }
}
