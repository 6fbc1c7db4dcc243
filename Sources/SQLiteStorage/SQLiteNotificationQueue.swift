import GRDB
public import GraphNotifications
import GraphRelay
public import NIOCore

/// The durable queue: one row for each `POST`, kept until the relay has settled it.
public struct SQLiteNotificationQueue: NotificationQueue {
    /// How many bytes one read brings at most, so that large bodies do not gather in memory.
    static let maximumReadBytes = 4 << 20

    private let pool: DatabasePool
    private let committer: GroupCommitter
    private let state: StorageState
    private let now: @Sendable () -> Int64

    init(pool: DatabasePool, committer: GroupCommitter, state: StorageState, now: @escaping @Sendable () -> Int64) {
        self.pool = pool
        self.committer = committer
        self.state = state
        self.now = now
    }

    /// Adds the body of one `POST` to the next transaction.
    ///
    /// The completion is called on the writer's thread; it must be quick and not block.
    public func append(_ body: ByteBuffer, completion: @escaping @Sendable (Result<Int64, GraphError>) -> Void) {
        self.committer.submit(
            .enqueue(body, receivedAt: self.now()) { result in completion(result.mapError(\.forGraph)) }
        )
    }

    public func entries(after id: Int64, limit: Int) async throws(GraphError) -> [QueuedNotification] {
        if let recent = self.state.entries(after: id, limit: limit) { return recent }
        do {
            return try await self.pool.readStored { db in
                let rows = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: "SELECT id, received_at, body FROM notification WHERE id > ? ORDER BY id LIMIT ?"
                    ),
                    arguments: [id, limit]
                )
                var entries: [QueuedNotification] = []
                var bytes = 0
                while bytes < Self.maximumReadBytes, let row = try rows.next() {
                    let body = try row.byteBuffer(at: 2)
                    bytes += body.readableBytes
                    entries.append(QueuedNotification(id: row[0], body: body, receivedAt: row[1]))
                }
                return entries
            }
        } catch {
            throw error.forGraph
        }
    }

    public func waitForEntry(after id: Int64) async {
        await self.state.queueSignal.wait(after: id)
    }

    public func count() async throws(GraphError) -> Int {
        self.state.counters.queueCount
    }
}
