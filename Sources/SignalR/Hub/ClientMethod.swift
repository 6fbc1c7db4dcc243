/// What a client can be told, spelled once and checked at every call.
///
/// ```swift
/// enum InboxClient {
///     static let mailArrived = ClientMethod<String, Mail>("MailArrived")
/// }
/// try await inbox.clients.user("ann").send(InboxClient.mailArrived, "Inbox", mail)
/// ```
public struct ClientMethod<each Argument: Encodable & Sendable>: Sendable {
    /// The name by which clients know it.
    public let name: String

    /// - Parameter name: The name by which clients know it. Most do not mind upper and lower case.
    public init(_ name: String) {
        self.name = name
    }
}

extension ClientProxy {
    /// Calls `method` of each client, without an answer.
    ///
    /// - Throws: What an argument's own `encode(to:)` throws.
    public func send<each Argument: Encodable & Sendable>(
        _ method: ClientMethod<repeat each Argument>, _ arguments: repeat each Argument
    ) async throws {
        try await self.send(method.name, repeat each arguments)
    }
}

extension HubCaller {
    /// Calls `method` of this client when there is room in its outbox, and waits for the room.
    ///
    /// - Returns: Whether it was handed over; `false` when the connection has ended.
    /// - Throws: What an argument's own `encode(to:)` throws.
    @discardableResult
    public func send<each Argument: Encodable & Sendable>(
        _ method: ClientMethod<repeat each Argument>, _ arguments: repeat each Argument
    ) async throws -> Bool {
        try await self.send(method.name, repeat each arguments)
    }
}
