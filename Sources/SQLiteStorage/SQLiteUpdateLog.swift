import GRDB
public import GraphRelay
import NIOCore

/// The durable log of updates, with the deduplication keys and dead letters that belong to the same decisions.
public struct SQLiteUpdateLog: UpdateLog {
    /// How many bytes one read brings at most.
    static let maximumReadBytes = 4 << 20

    public let epoch: String
    private let pool: DatabasePool
    private let committer: GroupCommitter
    private let state: StorageState
    private let seal: ContentSeal

    init(epoch: String, seal: ContentSeal, pool: DatabasePool, committer: GroupCommitter, state: StorageState) {
        self.epoch = epoch
        self.seal = seal
        self.pool = pool
        self.committer = committer
        self.state = state
    }

    public func append(_ outcome: RelayOutcome) async throws(RelayError) -> [LoggedUpdate] {
        let result: Result<[LoggedUpdate], StorageError> = await withCheckedContinuation { continuation in
            self.committer.submit(.outcome(outcome) { continuation.resume(returning: $0) })
        }
        return try result.mapError(\.forRelay).get()
    }

    /// Reads up to `limit` updates, and not many more than 4 MiB, from memory if it reaches back that far.
    public func updates(after offset: Int64, limit: Int) async throws(RelayError) -> [LoggedUpdate] {
        if let recent = self.state.updates(after: offset, limit: limit) { return recent }
        do {
            return try await self.pool.readStored { db in
                let rows = try Row.fetchCursor(
                    db.cachedStatement(
                        sql: """
                            SELECT "offset", topics, json FROM update_log
                            WHERE "offset" > ? ORDER BY "offset" LIMIT ?
                            """
                    ),
                    arguments: [offset, limit]
                )
                var updates: [LoggedUpdate] = []
                var bytes = 0
                while bytes < Self.maximumReadBytes, let row = try rows.next() {
                    var json = try row.byteBuffer(at: 2)
                    if ContentSeal.isSealed(json) { json = try self.seal.open(json, at: row[0]) }
                    bytes += json.readableBytes
                    updates.append(LoggedUpdate(offset: row[0], topics: TopicList.topics(in: row[1]), json: json))
                }
                return updates
            }
        } catch {
            throw error.forRelay
        }
    }

    public func bounds() async throws(RelayError) -> UpdateLogBounds {
        let counters = self.state.counters
        return UpdateLogBounds(oldest: counters.logOldest, latest: counters.logLatest)
    }

    public func waitForUpdate(after offset: Int64) async {
        await self.state.logSignal.wait(after: offset)
    }
}
