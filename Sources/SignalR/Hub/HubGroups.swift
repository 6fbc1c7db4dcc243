/// The groups of one connection. It leaves all of them when it ends.
public struct HubGroups: Sendable {
    let connection: HubConnectionHandle

    /// Joins a group; in force when it returns. Joining twice is joining once.
    public func join(_ name: String) async {
        await self.connection.perform { $0.join(name) }
    }

    /// Leaves a group; in force when it returns. A group that it is not in is passed over.
    public func leave(_ name: String) async {
        await self.connection.perform { $0.leave(name) }
    }
}
