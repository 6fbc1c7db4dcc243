/// What a method of a hub answers with, item by item. It can be gone through once.
public struct TestHubStream<Element: Sendable>: AsyncSequence, AsyncIteratorProtocol, Sendable {
    private let take: @Sendable () async throws -> Element?
    private let stop: @Sendable () -> Void

    init(next: @escaping @Sendable () async throws -> Element?, cancel: @escaping @Sendable () -> Void) {
        self.take = next
        self.stop = cancel
    }

    public func makeAsyncIterator() -> Self { self }

    /// The next item; `nil` at the end.
    ///
    /// - Throws: `HubException` with the text of an error that ends it; ``TestHubError``: nothing came in time, the connection has
    ///   ended, or the item has another type.
    public func next() async throws -> Element? { try await self.take() }

    /// Tells the hub that no more is wanted. What was on its way still comes, then the end.
    public func cancel() { self.stop() }
}
