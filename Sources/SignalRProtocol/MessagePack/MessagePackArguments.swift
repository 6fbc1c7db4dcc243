public import NIOCore

/// The arguments of a call, read one after another as the types that the method wants.
public struct MessagePackArguments: Sendable, Equatable {
    /// How many there are in all.
    public let count: Int
    private var rest: ByteBuffer
    private var index = 0

    /// - Parameters:
    ///   - values: The values, one behind another and nothing else.
    ///   - count: How many there are.
    public init(_ values: ByteBuffer, count: Int) {
        self.rest = values
        self.count = count
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
        guard self.index < self.count else {
            throw HubProtocolError(
                .invalidArguments, "Invocation provides \(self.count) argument(s) but target expects more."
            )
        }
        self.index += 1
        let length: Int
        do throws(MessagePackError) {
            length = try self.rest.withMessagePackReader { reader throws(MessagePackError) in try reader.skip().count }
        } catch {
            throw .bindingFailed
        }
        // The reader has seen that many bytes.
        let value = self.rest.readSlice(length: length)!
        return try MessagePackPayload.decode(type, from: value)
    }
}
