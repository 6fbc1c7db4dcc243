import NIOCore
import SignalRProtocol

extension HubConnectionHandle {
    /// Calls a method of the client and waits for its answer.
    ///
    /// - Parameters:
    ///   - record: The call, encoded in the client's protocol.
    ///   - id: The id in it.
    ///   - method: The method's name, for what is said when there is no answer.
    ///   - connectionID: The connection's name.
    ///   - results: Where calls wait for answers.
    ///   - timeout: How long it waits.
    func invoke(
        _ record: ByteBuffer, id: String, method: String, connectionID: String, results: ClientResults, timeout: Duration
    ) async throws -> ClientAnswer {
        let payload = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                results.add(id, connectionID: connectionID, continuation)
                // Who was cancelled before it was there to be found.
                guard !Task.isCancelled else { return results.fail(id, CancellationError()) }
                self.post { $0.ask(id, record, timeout: timeout, method: method) }
            }
        } onCancel: {
            results.fail(id, CancellationError())
        }
        return ClientAnswer(kind: self.kind, payload: payload)
    }
}
