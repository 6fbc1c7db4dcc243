public import SignalRProtocol

/// Who is connected to a hub, wherever that is, and how to reach them: the seam behind which connections can live elsewhere.
///
/// A hub that is given nothing else has an ``InMemoryHubLifetimeManager``, which reaches the connections of its own process. A
/// backend may wrap that one, so that several servers reach each other's clients, or stand in its place where another service
/// holds the connections. `HubLifetimeManagerConformance` of `RealTimeTesting` says what all of them promise, and tries it.
///
/// Names that nobody has are passed over everywhere. Upper and lower case matter.
public protocol HubLifetimeManager: Sendable {
    /// The connections of this process that are reached through it; `nil` if it owns none here.
    ///
    /// Connections that are made to this process are made there, and only there are they drained, counted and limited.
    var local: InMemoryHubLifetimeManager? { get }

    /// Sends a message to all whom it is for, and waits until the backend has taken it; never for a client.
    ///
    /// A connection gets it once, however many of the groups or users it belongs to. Messages that one task sends one after
    /// another arrive in that order.
    ///
    /// - Throws: Why the backend did not take it.
    func send(_ message: SerializedHubMessage, to target: HubTarget) async throws

    /// Hands a message over to be sent, without waiting for anything. It may be called from an event loop.
    ///
    /// What a backend cannot take is lost, and it says so in its own log.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - target: Whom it is for.
    ///   - position: Its number in a feed of the hub: a connection gets it if its feed is not paused and has not come so far.
    ///     Only connections of this process have feeds; others get it.
    func post(_ message: SerializedHubMessage, to target: HubTarget, at position: Int64?)

    /// Calls a method of one client and waits for its answer.
    ///
    /// - Parameters:
    ///   - call: The call, in which `id` is written.
    ///   - id: The id of the call, which nobody else can guess or uses.
    ///   - connectionID: Who is called.
    ///   - timeout: How long to wait.
    /// - Throws: ``HubException`` with the text of an error that the client answers with; ``ClientResultError`` where there is
    ///   no answer; `CancellationError`; why the backend did not take it.
    func invoke(
        _ call: SerializedHubMessage, id: String, on connectionID: String, timeout: Duration
    ) async throws -> ClientAnswer

    /// Puts a connection into a group; in force when it returns. Joining twice is joining once.
    ///
    /// - Returns: `false` if it is known that there is no such connection.
    @discardableResult
    func join(_ group: String, connectionID: String) async throws -> Bool

    /// Takes a connection out of a group; in force when it returns. Whoever is not in it is passed over.
    ///
    /// - Returns: `false` if it is known that there is no such connection.
    @discardableResult
    func leave(_ group: String, connectionID: String) async throws -> Bool

    /// Whether a message to `target` would reach anybody now.
    ///
    /// - Throws: Where the backend cannot tell.
    func exists(_ target: HubTarget) async throws -> Bool

    /// Ends connections; messages do not reach them any more when it returns.
    ///
    /// - Parameters:
    ///   - target: Which.
    ///   - reason: What their clients are told.
    func close(_ target: HubTarget, reason: CloseReason) async throws

    /// A connection of this process has shaken hands. The hub hears of it, and its calls are handled, when this returns.
    ///
    /// - Throws: Why it cannot be reached; then the connection ends.
    func connected(_ connectionID: String, user: HubUser?) async throws

    /// A connection for which ``connected(_:user:)`` did not throw has ended, and the hub has heard of it.
    func disconnected(_ connectionID: String, user: HubUser?) async
}

extension HubLifetimeManager {
    public var local: InMemoryHubLifetimeManager? { nil }

    public func connected(_ connectionID: String, user: HubUser?) async throws {}

    public func disconnected(_ connectionID: String, user: HubUser?) async {}
}
