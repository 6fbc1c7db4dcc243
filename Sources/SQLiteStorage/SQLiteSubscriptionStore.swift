import GRDB
public import GraphNotifications

/// The durable record of each declared subscription.
public struct SQLiteSubscriptionStore: SubscriptionStore {
    private let pool: DatabasePool
    private let committer: GroupCommitter

    init(pool: DatabasePool, committer: GroupCommitter) {
        self.pool = pool
        self.committer = committer
    }

    public func all() async throws(GraphError) -> [SubscriptionRecord] {
        do {
            return try await self.pool.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT name, id, resource, change_types, notification_url, client_state, expires_at,
                          confirmed_at, tenant_id, certificate_id
                        FROM subscription ORDER BY name
                        """
                ).map { row in
                    SubscriptionRecord(
                        name: row[0], id: row[1], resource: row[2], changeTypes: ChangeTypes(row[3] as String) ?? [],
                        notificationURL: row[4], clientState: row[5], expiresAt: row[6], confirmedAt: row[7],
                        tenantID: row[8], certificateID: row[9]
                    )
                }
            }
        } catch {
            throw StorageError(during: "read from", error).forGraph
        }
    }

    public func save(_ record: SubscriptionRecord) async throws(GraphError) {
        try await self.perform { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO subscription
                      (name, id, resource, change_types, notification_url, client_state, expires_at, confirmed_at, tenant_id,
                       certificate_id)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    record.name, record.id, record.resource, record.changeTypes.description, record.notificationURL,
                    record.clientState, record.expiresAt, record.confirmedAt, record.tenantID,
                    record.certificateID,
                ]
            )
        }
    }

    public func remove(name: String) async throws(GraphError) {
        try await self.perform { db in
            try db.execute(sql: "DELETE FROM subscription WHERE name = ?", arguments: [name])
        }
    }

    private func perform(_ work: @escaping @Sendable (Database) throws -> Void) async throws(GraphError) {
        do {
            try await self.committer.perform(work)
        } catch {
            throw error.forGraph
        }
    }
}
