import GRDB
import GraphNotifications
import GraphRelay
import Synchronization

/// Lets all operations that arrive during one `fsync` share the next.
///
/// An operation costs its caller a lock and, when the writer sleeps, one wake-up. Everything else happens on GRDB's
/// writer queue: take all that waits, one transaction, one `fsync`, then the completions.
final class GroupCommitter: Sendable {
    private let pool: DatabasePool
    private let pending: Mutex<PendingWrites<WriteOperation>>
    private let writer: Mutex<TransactionWriter?>
    private let state: StorageState
    private let maximumQueueBytes: Int64

    init(
        pool: DatabasePool, writer: TransactionWriter, state: StorageState,
        configuration: SQLiteStorageConfiguration
    ) {
        self.pool = pool
        self.pending = Mutex(
            PendingWrites(
                maximumBytes: configuration.maximumPendingBytes,
                maximumBatchOperations: configuration.maximumTransactionOperations,
                maximumBatchBytes: configuration.maximumTransactionBytes
            )
        )
        self.writer = Mutex(writer)
        self.state = state
        self.maximumQueueBytes = configuration.maximumQueueBytes
    }

    /// Adds an operation to the next transaction. Does not block.
    func submit(_ operation: WriteOperation) {
        let cost = operation.cost
        let isRefusable = operation.isRefusable
        if isRefusable, self.state.queueBytes + Int64(cost) > self.maximumQueueBytes {
            operation.fail(StorageError(.overloaded, "The queue on disk is full: the relay cannot keep up, or has stopped."))
            return
        }
        switch self.pending.withLock({ $0.add(operation, cost: cost, isRefusable: isRefusable) }) {
        case .waits:
            break
        case .wake:
            self.pool.asyncWriteWithoutTransaction { db in self.drain(into: db) }
        case .full:
            operation.fail(StorageError(.overloaded, "The queue is full: the disk cannot keep up."))
        case .closed:
            operation.fail(StorageError(.closed, "The storage is closed."))
        }
    }

    /// Runs `work` in the next transaction.
    func perform(_ work: @escaping @Sendable (Database) throws -> Void) async throws(StorageError) {
        let error: StorageError? = await withCheckedContinuation { continuation in
            self.submit(.work(work) { continuation.resume(returning: $0) })
        }
        if let error { throw error }
    }

    private func drain(into db: Database) {
        while let operations = self.pending.withLock({ $0.takeBatch() }) {
            let committed = self.writer.withLock { $0?.commit(operations, in: db) }
            guard let committed else {
                for operation in operations { operation.fail(StorageError(.closed, "The storage is closed.")) }
                continue
            }
            self.state.publish(committed, operations: operations.count)
            for (operation, result) in zip(operations, committed.results) { operation.complete(result) }
        }
    }

    /// Takes nothing more, waits for what is under way, and lets go of the connection.
    func close() throws {
        self.pending.withLock { $0.close() }
        // The writer's queue is serial: behind the drain that may be under way.
        self.pool.writeWithoutTransaction { db in
            self.drain(into: db)
            self.writer.withLock { writer in
                writer?.finalize()
                writer = nil
            }
        }
        try self.pool.close()
    }
}
