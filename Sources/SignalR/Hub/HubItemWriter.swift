import NIOCore
import SignalRProtocol

/// Sends the items of one stream to its client.
struct HubItemWriter: Sendable {
    let kind: HubProtocolKind
    let invocationID: String
    let connection: HubConnectionHandle

    /// Sends an item when there is room in the client's outbox.
    ///
    /// - Throws: `CancellationError` when nobody wants it any more.
    func send(_ item: some Encodable) async throws {
        try Task.checkCancellation()
        var record = ByteBufferAllocator().buffer(capacity: 128)
        try self.kind.encodeStreamItem(invocationID: self.invocationID, item: item, into: &record)
        guard await self.connection.send(record) else { throw CancellationError() }
    }
}
