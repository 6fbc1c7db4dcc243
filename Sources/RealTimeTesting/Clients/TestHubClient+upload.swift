import NIOCore
import SignalRProtocol

extension TestHubClient {
    /// Calls a method of the hub with a stream, and waits for its answer when the stream has ended.
    ///
    /// Items leave as fast as the hub reads them.
    ///
    /// - Parameters:
    ///   - method: The method, one of whose parameters is a `HubStream`.
    ///   - arguments: Its other arguments.
    ///   - items: What is sent. An error that it throws ends the stream, with its text; so does an item that cannot be encoded.
    ///   - type: The type of the answer. An optional takes that of a method that returns nothing.
    ///   - timeout: How long it waits for the answer. 10 seconds.
    /// - Throws: `HubException` with the text of an error that the hub answers with; ``TestHubError``; what an argument's own
    ///   `encode(to:)` throws.
    public func invoke<each Argument: Encodable & Sendable, Items: AsyncSequence, Value: Decodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument, sending items: Items, returning type: Value.Type,
        within timeout: Duration = .seconds(10)
    ) async throws -> Value where Items.Element: Encodable & Sendable {
        let (id, answer) = self.reception.begin()
        do {
            // No call has the id of another, so streams may have those of their calls.
            try await self.write(self.call(method, repeat each arguments, id: id, streamIDs: [id]))
            try await self.upload(items, as: id)
            return try await self.value(as: type, of: answer, method, within: timeout)
        } catch {
            self.reception.forget(id)
            throw error
        }
    }

    private func upload<Items: AsyncSequence>(_ items: Items, as id: String) async throws
    where Items.Element: Encodable & Sendable {
        var record = ByteBuffer()
        do {
            for try await item in items {
                record.clear()
                try self.kind.encodeStreamItem(invocationID: id, item: item, into: &record)
                try await self.write(record)
            }
            record.clear()
            self.kind.encodeStreamCompletion(invocationID: id, into: &record)
        } catch let error as TestHubError {
            throw error
        } catch {
            record.clear()
            self.kind.encodeCompletion(invocationID: id, error: "\(error)", into: &record)
        }
        try await self.write(record)
    }
}
