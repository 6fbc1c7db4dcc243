extension Hub {
    /// Lets clients call `method`, and answers with what `handler` returns.
    ///
    /// Arguments are decoded by their types; a call with others fails. Upper and lower case of the name do not matter.
    ///
    /// - Parameters:
    ///   - method: The name that clients call.
    ///   - handler: Gets the caller and the arguments. A ``HubException`` that it throws fails the call with its text.
    public mutating func on<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ method: String,
        _ handler: @escaping @Sendable (HubCaller, repeat each Argument) async throws -> Result
    ) {
        self.add(
            HubMethod { caller, arguments, reply in
                var arguments = arguments
                try HubMethod.requireCount(of: repeat (each Argument).self, in: arguments)
                let values = (repeat try HubMethod.next((each Argument).self, from: &arguments))
                return try reply.result(try await handler(caller, repeat each values))
            }, named: method
        )
    }

    /// Lets clients call `method`, which returns nothing.
    ///
    /// - Parameters:
    ///   - method: The name that clients call.
    ///   - handler: Gets the caller and the arguments. A ``HubException`` that it throws fails the call with its text.
    public mutating func on<each Argument: Decodable & Sendable>(
        _ method: String,
        _ handler: @escaping @Sendable (HubCaller, repeat each Argument) async throws -> Void
    ) {
        self.add(
            HubMethod { caller, arguments, reply in
                var arguments = arguments
                try HubMethod.requireCount(of: repeat (each Argument).self, in: arguments)
                let values = (repeat try HubMethod.next((each Argument).self, from: &arguments))
                try await handler(caller, repeat each values)
                return reply.nothing()
            }, named: method
        )
    }
}
