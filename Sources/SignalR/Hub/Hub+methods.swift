extension Hub {
    /// Lets clients call `method`, and answers with what `handler` returns.
    ///
    /// Arguments are decoded by their types; a call with others fails. A ``HubStream`` is a stream that the client sends. Upper and lower case of the name do not matter.
    ///
    /// - Parameters:
    ///   - method: The name that clients call.
    ///   - policy: Who may call it; everybody if it is not given.
    ///   - handler: Gets the caller and the arguments. A ``HubException`` that it throws fails the call with its text.
    public mutating func on<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ method: String, requires policy: HubPolicy? = nil,
        _ handler: @escaping @Sendable (HubCaller, repeat each Argument) async throws -> Result
    ) {
        self.add(
            HubMethod(streamCount: HubMethod.streamCount(of: repeat (each Argument).self), policy: policy) {
                caller, input, reply in
                var input = input
                try input.requireCount(of: repeat (each Argument).self)
                let values = (repeat try input.next((each Argument).self))
                return try reply.result(try await handler(caller, repeat each values))
            }, named: method
        )
    }

    /// Lets clients call `method`, which returns nothing.
    ///
    /// - Parameters:
    ///   - method: The name that clients call.
    ///   - policy: Who may call it; everybody if it is not given.
    ///   - handler: Gets the caller and the arguments. A ``HubException`` that it throws fails the call with its text.
    public mutating func on<each Argument: Decodable & Sendable>(
        _ method: String, requires policy: HubPolicy? = nil,
        _ handler: @escaping @Sendable (HubCaller, repeat each Argument) async throws -> Void
    ) {
        self.add(
            HubMethod(streamCount: HubMethod.streamCount(of: repeat (each Argument).self), policy: policy) {
                caller, input, reply in
                var input = input
                try input.requireCount(of: repeat (each Argument).self)
                let values = (repeat try input.next((each Argument).self))
                try await handler(caller, repeat each values)
                return reply.nothing()
            }, named: method
        )
    }

    /// Lets clients call `method`, and answers with a stream.
    ///
    /// Items leave as fast as the client takes them. The task of the stream is cancelled when the client wants no more, and when
    /// the connection ends.
    ///
    /// - Parameters:
    ///   - method: The name that clients call.
    ///   - policy: Who may call it; everybody if it is not given.
    ///   - handler: Gets the caller and the arguments, and returns what is sent. A ``HubException`` that it or the sequence throws
    ///     fails the call with its text.
    public mutating func stream<each Argument: Decodable & Sendable, Items: AsyncSequence & Sendable>(
        _ method: String, requires policy: HubPolicy? = nil,
        _ handler: @escaping @Sendable (HubCaller, repeat each Argument) async throws -> Items
    ) where Items.Element: Encodable & Sendable {
        self.add(
            HubMethod(
                streamCount: HubMethod.streamCount(of: repeat (each Argument).self), isStreaming: true, policy: policy
            ) { caller, input, _ in
                var input = input
                try input.requireCount(of: repeat (each Argument).self)
                let values = (repeat try input.next((each Argument).self))
                let items = try await handler(caller, repeat each values)
                return .outcome(
                    HubResult(stream: { writer in
                        for try await item in items { try await writer.send(item) }
                    })
                )
            }, named: method
        )
    }
}
