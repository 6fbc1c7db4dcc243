import NIOCore
import SignalRProtocol

/// The items of a method of the hub that answers with a stream.
///
/// The method is called when the first item is asked for, for each iteration anew. When the iteration is left, or its task
/// cancelled, the server is told to stop. What arrives faster than it is taken waits within
/// ``HubClient/Configuration/maximumBacklog``; then nothing more is read from the server. The stream throws when the hub says
/// why it failed, when an item is not an `Item`, and when the connection is lost: it does not go on over the next.
public struct HubStream<Item: Decodable & Sendable>: AsyncSequence, Sendable {
    public typealias Element = Item

    let open: @Sendable () async throws -> StreamLease

    public func makeAsyncIterator() -> Iterator { Iterator(state: .new(self.open)) }

    /// Takes one item after another.
    public struct Iterator: AsyncIteratorProtocol {
        enum State {
            case new(@Sendable () async throws -> StreamLease)
            case open(StreamLease)
            case ended
        }

        var state: State

        public mutating func next() async throws -> Item? {
            do {
                guard let item = try await self.nextItem() else {
                    self.state = .ended
                    return nil
                }
                return item
            } catch {
                self.state = .ended
                throw error
            }
        }

        private mutating func nextItem() async throws -> Item? {
            let lease: StreamLease
            switch self.state {
            case .new(let open):
                lease = try await open()
                self.state = .open(lease)
            case .open(let known): lease = known
            case .ended: return nil
            }
            guard let item = try await lease.items.next() else { return nil }
            lease.core.consumed(item.readableBytes)
            return try lease.core.kind.decode(Item.self, from: item)
        }
    }
}
