import JSONBytes
public import NIOCore

/// The arguments of a call, read one after another as the types that the method wants.
public struct HubArguments: Sendable, Equatable {
    private enum Values: Equatable {
        case json([ByteBuffer])
        case messagePack(MessagePackArguments)
    }

    private var values: Values
    private var index = 0

    /// Arguments that are JSON values, one a buffer.
    public init(json values: [ByteBuffer]) {
        self.values = .json(values)
    }

    /// Arguments that are MessagePack values.
    public init(messagePack values: MessagePackArguments) {
        self.values = .messagePack(values)
    }

    /// How many there are in all.
    public var count: Int {
        switch self.values {
        case .json(let values): values.count
        case .messagePack(let values): values.count
        }
    }

    /// The values, one a buffer, if they are JSON; those that were read too.
    public var jsonValues: [ByteBuffer]? {
        guard case .json(let values) = self.values else { return nil }
        return values
    }

    /// Makes sure that there are exactly as many arguments as the method has parameters.
    ///
    /// - Throws: ``HubProtocolError`` with the text of ASP.NET Core otherwise.
    public func requireCount(_ expected: Int) throws(HubProtocolError) {
        guard self.count == expected else {
            throw HubProtocolError(
                .invalidArguments, "Invocation provides \(self.count) argument(s) but target expects \(expected)."
            )
        }
    }

    /// Reads the next argument.
    ///
    /// - Throws: ``HubProtocolError`` if there is none, or it does not have this type.
    public mutating func next<Value: Decodable>(_ type: Value.Type) throws(HubProtocolError) -> Value {
        switch self.values {
        case .json(let values):
            guard self.index < values.count else {
                throw HubProtocolError(
                    .invalidArguments, "Invocation provides \(self.count) argument(s) but target expects more."
                )
            }
            defer { self.index += 1 }
            return try JSONPayload.decode(type, from: values[self.index])
        case .messagePack(var values):
            let value = try values.next(type)
            self.values = .messagePack(values)
            return value
        }
    }
}
