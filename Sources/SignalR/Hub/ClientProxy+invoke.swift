import NIOCore
import SignalRProtocol

extension ClientProxy {
    /// Calls `method` of one client and waits for its answer.
    ///
    /// Its connection goes on meanwhile: a method of the hub may ask its own caller, also from `onConnect`.
    ///
    /// - Parameters:
    ///   - method: The client's method.
    ///   - arguments: Its arguments.
    ///   - type: The type of the answer. An optional takes that of a client that returns nothing.
    ///   - timeout: How long to wait. 30 seconds.
    /// - Throws: ``HubException`` with the text of an error that the client answers with; ``ClientResultError`` where there is
    ///   no answer; `CancellationError`; what an argument's own `encode(to:)` throws.
    public func invoke<each Argument: Encodable & Sendable, Value: Decodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument, returning type: Value.Type, timeout: Duration = .seconds(30)
    ) async throws -> Value {
        guard case .connections(let ids) = self.target, ids.count == 1 else { throw ClientResultError.notOneClient }
        let id = ClientResults.randomID()
        let call = try SerializedHubMessage(method, repeat each arguments, invocationID: id)
        return try await self.lifetime.invoke(call, id: id, on: ids[0], timeout: timeout).value(as: type)
    }
}

extension HubCaller {
    /// Calls `method` of this client and waits for its answer, as ``ClientProxy/invoke(_:_:returning:timeout:)`` does.
    public func invoke<each Argument: Encodable & Sendable, Value: Decodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument, returning type: Value.Type, timeout: Duration = .seconds(30)
    ) async throws -> Value {
        let id = ClientResults.randomID()
        var record = ByteBufferAllocator().buffer(capacity: 256)
        try self.connection.kind.encodeInvocation(
            target: method, arguments: repeat each arguments, invocationID: id, into: &record
        )
        return try await self.connection.invoke(
            record, id: id, method: method, connectionID: self.connectionID, results: self.results, timeout: timeout
        ).value(as: type)
    }
}
