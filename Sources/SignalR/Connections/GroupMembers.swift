/// Connections that are reached together, with their sockets beside them.
///
/// What is sent to all of them goes from socket to socket, without a look at the connections: a thousand of them do not fit
/// into a processor's cache.
struct GroupMembers {
    private(set) var connections: ContiguousArray<HubConnection> = []
    /// The socket of each; none while something waits for the client, or where bytes must pass through something else.
    private(set) var sockets: ContiguousArray<DirectSocket> = []

    var isEmpty: Bool { self.connections.isEmpty }

    var count: Int { self.connections.count }

    /// Adds a connection, at the end.
    mutating func add(_ connection: HubConnection) {
        self.connections.append(connection)
        self.sockets.append(connection.directSocket)
    }

    /// Takes out the connection at `index`; the last one moves to its place.
    ///
    /// - Returns: The one that has moved, if one has.
    mutating func remove(at index: Int) -> HubConnection? {
        let last = self.connections.removeLast()
        let lastSocket = self.sockets.removeLast()
        guard index < self.connections.count else { return nil }
        self.connections[index] = last
        self.sockets[index] = lastSocket
        return last
    }

    /// The socket of the connection at `index` has become usable, or ceased to be.
    mutating func updateSocket(at index: Int) {
        self.sockets[index] = self.connections[index].directSocket
    }
}
