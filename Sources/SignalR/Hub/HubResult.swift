/// What a method returned, as filters see it.
public struct HubResult: Sendable {
    /// The value; `nil` if it returns nothing, or a stream.
    public let value: (any Encodable & Sendable)?
    /// Sends the items of a stream.
    let stream: (@Sendable (HubItemWriter) async throws -> Void)?

    /// - Parameter value: What the client is to get; `nil` for nothing.
    public init(_ value: (any Encodable & Sendable)? = nil) {
        self.value = value
        self.stream = nil
    }

    init(stream: @escaping @Sendable (HubItemWriter) async throws -> Void) {
        self.value = nil
        self.stream = stream
    }

    /// Whether it is a stream, which begins when all filters have returned.
    public var isStream: Bool { self.stream != nil }
}
