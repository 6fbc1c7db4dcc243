/// Calls methods of the clients it stands for.
///
/// Sending hands the message over and does not wait for anybody: what a client does not take at once waits in its own
/// outbox, and a client whose outbox is full is dropped. Messages sent one after another arrive in that order.
public struct ClientProxy: Sendable {
    let lifetime: HubLifetimeManager
    let target: HubTarget

    /// Calls `method` of each client, without an answer.
    ///
    /// - Throws: What an argument's own `encode(to:)` throws.
    public func send<each Argument: Encodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument
    ) async throws {
        self.send(try SerializedHubMessage(method, repeat each arguments))
    }

    /// Sends a message that is encoded already.
    public func send(_ message: SerializedHubMessage) {
        self.lifetime.send(message, to: self.target, at: nil)
    }

    /// Sends a message of a feed whose messages are numbered.
    ///
    /// A connection gets it if its feed is not paused and has not come to `position` yet.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - position: The message's number in the feed; later ones have higher numbers.
    public func send(_ message: SerializedHubMessage, at position: Int64) {
        self.lifetime.send(message, to: self.target, at: position)
    }
}
