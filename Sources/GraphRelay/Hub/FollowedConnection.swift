import NIOCore
import SignalR

/// What a follower needs of its connection.
protocol FollowedConnection: Sendable {
    /// Joins a group; in force when it returns.
    ///
    /// - Throws: ``RelayError`` if it could not.
    func join(_ topic: String) async throws(RelayError)
    /// Leaves a group; in force when it returns.
    func leave(_ topic: String) async
    /// Stops what is broadcast, and says how far it came; `nil` if it never began.
    func pauseFeed() async -> Int64?
    /// Lets what is broadcast through from `position` on, unless something behind it was missed in the meantime.
    func resumeFeed(from position: Int64) async -> Bool
    /// Calls a method of the client with one argument, when there is room for it; `false` when the client is gone.
    func send(_ method: String, _ argument: ByteBuffer) async -> Bool
    /// Runs `work` when the answer to the current call has been written.
    func afterReply(_ work: @escaping @Sendable () async -> Void)
}

/// The connection behind a call of the hub.
struct CallerConnection: FollowedConnection {
    let caller: HubCaller

    func join(_ topic: String) async throws(RelayError) {
        do {
            try await self.caller.groups.join(topic)
        } catch {
            throw RelayError(.storageFailed, "The topic cannot be followed now; try again.", cause: error)
        }
    }

    func leave(_ topic: String) async {
        // In memory it cannot fail. Elsewhere the connection goes on getting what its client can pass over, until it ends.
        try? await self.caller.groups.leave(topic)
    }

    func pauseFeed() async -> Int64? { await self.caller.pauseFeed() }

    func resumeFeed(from position: Int64) async -> Bool { await self.caller.resumeFeed(from: position) }

    func send(_ method: String, _ argument: ByteBuffer) async -> Bool {
        // Encoding a fragment cannot fail; what remains is a connection that ended.
        (try? await self.caller.send(method, JSONFragment(argument))) ?? false
    }

    func afterReply(_ work: @escaping @Sendable () async -> Void) { self.caller.afterReply(work) }
}
