/// The groups of a hub: who is in them, by the names of connections.
///
/// A connection leaves all its groups when it ends.
public struct HubGroups: Sendable {
    let lifetime: any HubLifetimeManager

    /// Puts a connection into a group; in force when it returns. Joining twice is joining once.
    ///
    /// - Returns: `false` if there is no such connection, as far as that is known.
    /// - Throws: Where connections live elsewhere, why it could not be done.
    @discardableResult
    public func add(_ connectionID: String, to group: String) async throws -> Bool {
        try await self.lifetime.join(group, connectionID: connectionID)
    }

    /// Takes a connection out of a group; in force when it returns. One that is not in it is passed over.
    ///
    /// - Returns: `false` if there is no such connection, as far as that is known.
    /// - Throws: Where connections live elsewhere, why it could not be done.
    @discardableResult
    public func remove(_ connectionID: String, from group: String) async throws -> Bool {
        try await self.lifetime.leave(group, connectionID: connectionID)
    }
}
