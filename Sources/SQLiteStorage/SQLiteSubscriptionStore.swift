import GRDB
public import GraphNotifications

/// The durable record of each declared subscription.
public struct SQLiteSubscriptionStore: SubscriptionStore {
    private let tables: GraphTables

    init(_ tables: GraphTables) {
        self.tables = tables
    }

    public func all() async throws(GraphError) -> [SubscriptionRecord] {
        try await self.tables.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT name, account, id, resource, change_types, notification_url, lifecycle_notification_url,
                      client_state, expires_at, created_at, confirmed_at, authorization_wanted_at, tenant_id,
                      application_id, certificate_id, replaced_id
                    FROM subscription ORDER BY name
                    """
            ).map { row in
                SubscriptionRecord(
                    name: row[0], account: row[1], id: row[2], resource: row[3],
                    changeTypes: ChangeTypes(row[4] as String) ?? [], notificationURL: row[5],
                    lifecycleNotificationURL: row[6], clientState: row[7], expiresAt: row[8], createdAt: row[9],
                    confirmedAt: row[10], authorizationWantedAt: row[11], tenantID: row[12], applicationID: row[13],
                    certificateID: row[14], replacedID: row[15]
                )
            }
        }
    }

    public func save(_ record: SubscriptionRecord) async throws(GraphError) {
        try await self.tables.perform { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO subscription
                      (name, account, id, resource, change_types, notification_url, lifecycle_notification_url, client_state,
                       expires_at, created_at, confirmed_at, authorization_wanted_at, tenant_id, application_id, certificate_id,
                       replaced_id)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    record.name, record.account, record.id, record.resource, record.changeTypes.description,
                    record.notificationURL, record.lifecycleNotificationURL, record.clientState, record.expiresAt,
                    record.createdAt, record.confirmedAt, record.authorizationWantedAt, record.tenantID,
                    record.applicationID, record.certificateID, record.replacedID,
                ]
            )
        }
    }

    public func remove(name: String) async throws(GraphError) {
        try await self.tables.perform { db in
            try db.execute(sql: "DELETE FROM subscription WHERE name = ?", arguments: [name])
        }
    }

    public func lastSignOfLife() async throws(GraphError) -> Int64? {
        try await self.tables.read { db in try Int64.fetchOne(db, sql: "SELECT seen_at FROM sign_of_life WHERE id = 1") }
    }

    public func noteSignOfLife(_ now: Int64) async throws(GraphError) {
        try await self.tables.perform { db in
            try db.execute(sql: "INSERT OR REPLACE INTO sign_of_life (id, seen_at) VALUES (1, ?)", arguments: [now])
        }
    }
}
