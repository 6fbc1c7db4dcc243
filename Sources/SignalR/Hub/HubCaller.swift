import NIOCore

/// The client that made a call, and its connection.
public struct HubCaller: Sendable {
    /// The public name of the connection; other clients may know it.
    public let connectionID: String
    /// Who it is; `nil` if it is anonymous.
    public let user: HubUser?
    /// The request that became the connection.
    public let request: HubRequest
    /// What the hub keeps with the connection.
    public let items: HubItems
    let connection: HubConnectionHandle
    let lifetime: any HubLifetimeManager
    let results: ClientResults

    /// Clients, for sending to them.
    public var clients: HubCallerClients { HubCallerClients(lifetime: self.lifetime, callerID: self.connectionID) }

    /// The groups that the connection is in.
    public var groups: HubCallerGroups {
        HubCallerGroups(connectionID: self.connectionID, connection: self.connection, lifetime: self.lifetime)
    }

    /// Calls `method` of this client when there is room in its outbox, and waits for the room.
    ///
    /// - Returns: Whether it was handed over; `false` when the connection has ended.
    /// - Throws: What an argument's own `encode(to:)` throws.
    @discardableResult
    public func send<each Argument: Encodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument
    ) async throws -> Bool {
        var record = ByteBufferAllocator().buffer(capacity: 256)
        try self.connection.kind.encodeInvocation(target: method, arguments: repeat each arguments, into: &record)
        return await self.connection.send(record)
    }

    /// Holds back what is sent at a position from now on.
    ///
    /// - Returns: The position that the feed has come to; `nil` if it has not begun, or the connection has ended.
    public func pauseFeed() async -> Int64? {
        await self.connection.perform { $0.feed.pause() } ?? nil
    }

    /// Lets what is sent at a position through again, as if the feed had come to `position`.
    ///
    /// - Returns: `false` if something behind `position` was held back since the pause, which goes on; or if the connection
    ///   has ended.
    public func resumeFeed(from position: Int64) async -> Bool {
        await self.connection.perform { $0.feed.resume(from: position) } ?? false
    }

    /// Runs `work` when the answer to the current call has been written.
    ///
    /// It does not hold up the next calls, and is cancelled when the connection ends.
    public func afterReply(_ work: @escaping @Sendable () async -> Void) {
        self.connection.afterReply(work)
    }

    /// Ends the connection, for good: the client is told not to come back by itself.
    public func abort() {
        self.connection.post { $0.close(.normal) }
    }
}
