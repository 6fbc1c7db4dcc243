import NIOCore
import SignalRProtocol

/// A stream of items that a client sends along with a call, as a parameter of the method.
///
/// ```swift
/// hub.on("Sum") { (_: HubCaller, numbers: HubStream<Int>) in
///     var sum = 0
///     for try await number in numbers { sum += number }
///     return sum
/// }
/// ```
///
/// It is read by one task. At most ``HubConfiguration/streamBufferCapacity`` items wait unread; then nothing more of the client is
/// read. It throws a ``HubException`` where the client ends it with an error or sends an item of another type, and
/// `CancellationError` when the connection ends. When the method returns, the rest is passed over.
public struct HubStream<Item: Decodable & Sendable>: AsyncSequence, Sendable {
    public typealias Element = Item

    private let source: UploadStream
    private let kind: HubProtocolKind

    public func makeAsyncIterator() -> Iterator { Iterator(source: self.source, kind: self.kind) }

    /// Takes one item after another.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: UploadStream
        fileprivate let kind: HubProtocolKind

        public mutating func next() async throws -> Item? {
            guard let payload = try await self.source.next() else { return nil }
            do throws(HubProtocolError) {
                return try self.kind.decodePayload(Item.self, from: payload)
            } catch {
                let error = HubException("Failed to bind Stream message.")
                self.source.finish(throwing: error, discarding: true)
                throw error
            }
        }
    }
}

extension HubStream: Decodable {
    /// A stream is no value: it is only understood as a parameter of a method.
    public init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "A stream must be a parameter of the method itself.")
        )
    }
}

/// A parameter that is bound to a stream and not to an argument.
protocol HubStreamArgument {
    static func bind(_ source: UploadStream, _ kind: HubProtocolKind) -> Self
}

extension HubStream: HubStreamArgument {
    static func bind(_ source: UploadStream, _ kind: HubProtocolKind) -> HubStream {
        HubStream(source: source, kind: kind)
    }
}
