/// The groups of one connection. It leaves all of them when it ends.
public struct HubCallerGroups: Sendable {
    let connectionID: String
    let connection: HubConnectionHandle
    let lifetime: any HubLifetimeManager

    /// Joins a group; in force when it returns. Joining twice is joining once.
    ///
    /// - Throws: Where a backend keeps the groups, why it could not be done.
    public func join(_ name: String) async throws {
        // In memory nobody needs to look for the connection.
        guard self.lifetime is InMemoryHubLifetimeManager else {
            try await self.lifetime.join(name, connectionID: self.connectionID)
            return
        }
        await self.connection.perform { $0.join(name) }
    }

    /// Leaves a group; in force when it returns. A group that it is not in is passed over.
    ///
    /// - Throws: Where a backend keeps the groups, why it could not be done.
    public func leave(_ name: String) async throws {
        guard self.lifetime is InMemoryHubLifetimeManager else {
            try await self.lifetime.leave(name, connectionID: self.connectionID)
            return
        }
        await self.connection.perform { $0.leave(name) }
    }
}
