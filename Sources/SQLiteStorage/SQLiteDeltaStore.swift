import GRDB
public import GraphNotifications

/// How far the changes of each subscription have been read, and what has to be looked for.
public struct SQLiteDeltaStore: DeltaStore {
    private let tables: GraphTables

    init(_ tables: GraphTables) {
        self.tables = tables
    }

    public func pending() async throws(GraphError) -> [PendingLoss] {
        try await self.tables.read { db in
            try Row.fetchAll(db, sql: "SELECT subscription, resource, reason, mark FROM pending_loss ORDER BY mark").map { row in
                PendingLoss(
                    loss: PossibleLoss(
                        // A word of a later version: it was a reason, whichever.
                        subscription: row[0], resource: row[1], reason: .init(rawValue: row[2]) ?? .requested
                    ),
                    mark: row[3]
                )
            }
        }
    }

    public func note(_ pending: PendingLoss) async throws(GraphError) {
        try await self.tables.perform { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO pending_loss (subscription, resource, reason, mark) VALUES (?, ?, ?, ?)",
                arguments: [
                    pending.loss.subscription, pending.loss.resource, pending.loss.reason.rawValue, pending.mark,
                ]
            )
        }
    }

    public func settle(subscription: String, through mark: Int64) async throws(GraphError) {
        try await self.tables.perform { db in
            try db.execute(
                sql: "DELETE FROM pending_loss WHERE subscription = ? AND mark <= ?", arguments: [subscription, mark]
            )
        }
    }

    public func positions(of subscription: String) async throws(GraphError) -> [DeltaPosition] {
        try await self.tables.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT scope, resource, link, since, began_at, started_at, floor
                    FROM delta_position WHERE subscription = ? ORDER BY scope
                    """,
                arguments: [subscription]
            ).map { row in
                DeltaPosition(
                    scope: row[0], resource: row[1], link: row[2], since: row[3], beganAt: row[4], startedAt: row[5],
                    floor: row[6]
                )
            }
        }
    }

    public func save(_ position: DeltaPosition, of subscription: String) async throws(GraphError) {
        try await self.tables.perform { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO delta_position
                      (subscription, scope, resource, link, since, began_at, started_at, floor)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    subscription, position.scope, position.resource, position.link, position.since, position.beganAt,
                    position.startedAt, position.floor,
                ]
            )
        }
    }

    public func remove(scope: String, of subscription: String) async throws(GraphError) {
        try await self.tables.perform { db in
            try db.execute(
                sql: "DELETE FROM delta_position WHERE subscription = ? AND scope = ?", arguments: [subscription, scope]
            )
        }
    }

    public func forget(subscription: String) async throws(GraphError) {
        try await self.tables.perform { db in
            try db.execute(sql: "DELETE FROM pending_loss WHERE subscription = ?", arguments: [subscription])
            try db.execute(sql: "DELETE FROM delta_position WHERE subscription = ?", arguments: [subscription])
        }
    }
}
