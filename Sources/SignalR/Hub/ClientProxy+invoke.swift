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
        guard case .clients(let ids) = self.target.selection, ids.count == 1 else { throw ClientResultError.notOneClient }
        guard let connection = await self.lifetime.connection(ids[0]) else { throw ClientResultError.unknown(ids[0]) }
        return try await connection.invoke(
            method, repeat each arguments, connectionID: ids[0], results: self.lifetime.results, timeout: timeout
        )
    }
}

extension HubCaller {
    /// Calls `method` of this client and waits for its answer, as ``ClientProxy/invoke(_:_:returning:timeout:)`` does.
    public func invoke<each Argument: Encodable & Sendable, Value: Decodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument, returning type: Value.Type, timeout: Duration = .seconds(30)
    ) async throws -> Value {
        try await self.connection.invoke(
            method, repeat each arguments, connectionID: self.connectionID, results: self.lifetime.results, timeout: timeout
        )
    }
}
