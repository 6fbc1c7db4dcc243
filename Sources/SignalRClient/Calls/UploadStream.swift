/// A stream that goes to the hub along with a call, as one of its arguments.
///
/// ```swift
/// let sum: Int = try await client.invoke("Sum", UploadStream(numbers))
/// ```
///
/// The sequence is iterated over once the call has gone out. One item at a time is taken from it, and the next only when the one
/// before has gone out: a hub that does not keep up slows the sequence down. The hub's stream ends with the sequence, or fails
/// with the text of what the sequence throws, or when the caller gives the call up. When the hub has answered the call, or the
/// connection is lost, the task that iterates is cancelled, and nothing more is taken.
public struct UploadStream<Item: Encodable & Sendable>: Encodable, Sendable {
    private let iterate: @Sendable (_ send: (Item) async throws -> Void) async throws -> Void

    /// - Parameter source: The items. One that can be iterated over only once serves only one call.
    public init<Source: AsyncSequence & Sendable>(_ source: Source) where Source.Element == Item {
        self.iterate = { send in
            for try await item in source { try await send(item) }
        }
    }

    /// A stream is no value: it is only understood as an argument of the call itself.
    public func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(
            self, .init(codingPath: encoder.codingPath, debugDescription: "A stream must be an argument of the call itself.")
        )
    }
}

/// Where the items of an ``UploadStream`` come from, whatever they are.
protocol UploadSource: Sendable {
    func forEach(_ send: (any Encodable & Sendable) async throws -> Void) async throws
}

extension UploadStream: UploadSource {
    func forEach(_ send: (any Encodable & Sendable) async throws -> Void) async throws { try await self.iterate(send) }
}
