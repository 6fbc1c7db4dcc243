import NIOCore
import SignalRProtocol

extension HubConnectionHandle {
    /// Calls a method of the client and waits for its answer.
    func invoke<each Argument: Encodable & Sendable, Value: Decodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument, connectionID: String, results: ClientResults, timeout: Duration
    ) async throws -> Value {
        let id = results.nextID()
        var record = ByteBufferAllocator().buffer(capacity: 256)
        try self.kind.encodeInvocation(target: method, arguments: repeat each arguments, invocationID: id, into: &record)
        let payload = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                results.add(id, connectionID: connectionID, continuation)
                // Who was cancelled before it was there to be found.
                guard !Task.isCancelled else { return results.fail(id, CancellationError()) }
                self.post { [record] in $0.ask(id, record, timeout: timeout, method: method) }
            }
        } onCancel: {
            results.fail(id, CancellationError())
        }
        do throws(HubProtocolError) {
            return try self.kind.decodePayload(Value.self, from: payload ?? self.kind.null)
        } catch {
            throw ClientResultError.wrongType(Value.self)
        }
    }
}

extension HubProtocolKind {
    fileprivate var null: ByteBuffer {
        switch self {
        case .json: ByteBuffer(staticString: "null")
        case .messagepack: ByteBuffer(integer: UInt8(0xC0))
        }
    }
}
