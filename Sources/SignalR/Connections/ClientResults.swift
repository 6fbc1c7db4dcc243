import NIOCore
import SignalRProtocol
import Synchronization

/// The calls of a hub's clients that wait for an answer, on all event loops.
final class ClientResults: Sendable {
    private struct Pending: Sendable {
        let connectionID: String
        let continuation: CheckedContinuation<ByteBuffer?, any Error>
    }

    private let pending = Mutex<[String: Pending]>([:])

    /// The id of a call, which no other server chooses too.
    static func randomID() -> String { "s" + HubEndpoint.randomID() }

    func add(_ id: String, connectionID: String, _ continuation: CheckedContinuation<ByteBuffer?, any Error>) {
        self.pending.withLock { $0[id] = Pending(connectionID: connectionID, continuation: continuation) }
    }

    /// It will not be answered, or nobody wants to know any more.
    func fail(_ id: String, _ error: any Error) {
        self.pending.withLock { $0.removeValue(forKey: id) }?.continuation.resume(throwing: error)
    }

    /// A client has answered.
    ///
    /// - Returns: `false` if it is not the one that was asked.
    func complete(_ completion: CompletionMessage, from connectionID: String) -> Bool {
        let (pending, isForeign) = self.pending.withLock { all -> (Pending?, Bool) in
            guard let pending = all[completion.invocationID] else { return (nil, false) }
            guard pending.connectionID == connectionID else { return (nil, true) }
            all[completion.invocationID] = nil
            return (pending, false)
        }
        if let error = completion.error {
            pending?.continuation.resume(throwing: HubException(error))
        } else {
            pending?.continuation.resume(returning: completion.result)
        }
        return !isForeign
    }
}
