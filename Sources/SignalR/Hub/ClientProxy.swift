/// Calls methods of the clients it stands for.
///
/// Sending hands the message over and does not wait for anybody: what a client does not take at once waits in its own
/// outbox, and a client whose outbox is full is dropped. Messages sent one after another arrive in that order.
public struct ClientProxy: Sendable {
    let lifetime: any HubLifetimeManager
    let target: HubTarget

    /// Calls `method` of each client, without an answer.
    ///
    /// - Throws: What an argument's own `encode(to:)` throws; where connections live elsewhere, why it could not be handed over.
    public func send<each Argument: Encodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument
    ) async throws {
        try await self.lifetime.send(try SerializedHubMessage(method, repeat each arguments), to: self.target)
    }

    /// Sends a message that is encoded already.
    public func send(_ message: SerializedHubMessage) {
        self.lifetime.post(message, to: self.target, at: nil)
    }

    /// Sends a message of a feed whose messages are numbered.
    ///
    /// A connection gets it if its feed is not paused and has not come to `position` yet.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - position: The message's number in the feed; later ones have higher numbers.
    public func send(_ message: SerializedHubMessage, at position: Int64) {
        self.lifetime.post(message, to: self.target, at: position)
    }

    /// Whether anybody is there: an open connection that a message would reach.
    ///
    /// - Throws: Where connections live elsewhere, why nobody can tell.
    public func exists() async throws -> Bool {
        try await self.lifetime.exists(self.target)
    }

    /// Ends the connections; nothing reaches them any more when it returns.
    ///
    /// What was sent to them before still arrives. Calls that they made are cancelled.
    ///
    /// - Parameter reason: What their clients are told; by default not to come back by themselves.
    /// - Throws: Where connections live elsewhere, why it could not be done.
    public func close(reason: CloseReason = .normal) async throws {
        try await self.lifetime.close(self.target, reason: reason)
    }
}
