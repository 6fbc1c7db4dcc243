import GRDB
import GraphNotifications
import GraphRelay
import NIOCore

/// Something to be written, and whom to tell.
///
/// Completions are called on the writer's thread, after the commit, and must be quick.
enum WriteOperation: Sendable {
    /// The body of one `POST`.
    case enqueue(ByteBuffer, receivedAt: Int64, completion: @Sendable (Result<Int64, StorageError>) -> Void)
    /// What the relay decided about some entries.
    case outcome(RelayOutcome, completion: @Sendable (Result<[LoggedUpdate], StorageError>) -> Void)
    /// Anything else, which is rare.
    case work(@Sendable (Database) throws -> Void, completion: @Sendable (StorageError?) -> Void)
    /// One step of what retention asks for; completes with whether there is more to do.
    case purge(RetentionPolicy, completion: @Sendable (Result<Bool, StorageError>) -> Void)

    /// Roughly how many bytes it keeps in memory while it waits.
    var cost: Int {
        switch self {
        case .enqueue(let body, _, _):
            return body.readableBytes + 128
        case .outcome(let outcome, _):
            let items = outcome.deadLetters.reduce(0) { $0 + $1.item.readableBytes + 128 }
            return outcome.drafts.count * 512 + items + outcome.settled.count * 8 + 128
        case .work, .purge:
            return 512
        }
    }

    /// Whether it is refused when too much waits: only what comes from outside.
    var isRefusable: Bool {
        if case .enqueue = self { true } else { false }
    }

    /// Tells what became of it.
    func complete(_ result: TransactionWriter.Result) {
        switch (self, result) {
        case (_, .failed(let error)): self.fail(error)
        case (.enqueue(_, _, let completion), .enqueued(let entry)): completion(.success(entry.id))
        case (.outcome(_, let completion), .appended(let updates)): completion(.success(updates))
        case (.work(_, let completion), .done): completion(nil)
        case (.purge(_, let completion), .purged(let more)): completion(.success(more))
        case (.enqueue, _), (.outcome, _), (.work, _), (.purge, _):
            preconditionFailure("An operation got the result of another kind")
        }
    }

    func fail(_ error: StorageError) {
        switch self {
        case .enqueue(_, _, let completion): completion(.failure(error))
        case .outcome(_, let completion): completion(.failure(error))
        case .work(_, let completion): completion(error)
        case .purge(_, let completion): completion(.failure(error))
        }
    }
}
