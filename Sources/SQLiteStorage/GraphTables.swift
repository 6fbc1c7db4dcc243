import GRDB
import GraphNotifications

/// The tables of what is known of Graph, with errors as those who keep it there know them.
struct GraphTables: Sendable {
    let pool: DatabasePool
    let committer: GroupCommitter

    func read<Value: Sendable>(
        _ query: @escaping @Sendable (Database) throws -> Value
    ) async throws(GraphError) -> Value {
        do {
            return try await self.pool.readStored(query)
        } catch {
            throw error.forGraph
        }
    }

    func perform(_ work: @escaping @Sendable (Database) throws -> Void) async throws(GraphError) {
        do {
            try await self.committer.perform(work)
        } catch {
            throw error.forGraph
        }
    }
}
