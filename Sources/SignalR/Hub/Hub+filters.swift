/// What stands around methods, connects and disconnects: logging, rate limits, transactions.
extension Hub {
    /// Goes on to the next filter, and at last to the method.
    public typealias Next = @Sendable (HubInvocation) async throws -> HubResult
    typealias Filter = @Sendable (HubInvocation, Next) async throws -> HubResult
    typealias ConnectFilter = @Sendable (HubCaller, @Sendable () async throws -> Void) async throws -> Void
    typealias DisconnectFilter = @Sendable (HubCaller, CloseReason, @Sendable () async -> Void) async -> Void

    /// Runs `filter` around every call of a method; those that were added first are outermost.
    ///
    /// - Parameter filter: Calls `next` to go on, and returns what the client gets. What it throws fails the call, as if the
    ///   method had thrown it.
    public mutating func filter(
        _ filter: @escaping @Sendable (_ invocation: HubInvocation, _ next: Next) async throws -> HubResult
    ) {
        self.filters.append(filter)
    }

    /// Runs `filter` around what ``onConnect(_:)`` was given; those that were added first are outermost.
    public mutating func filterConnect(
        _ filter: @escaping @Sendable (_ caller: HubCaller, _ next: @Sendable () async throws -> Void) async throws -> Void
    ) {
        self.connectFilters.append(filter)
    }

    /// Runs `filter` around what ``onDisconnect(_:)`` was given; those that were added first are outermost.
    public mutating func filterDisconnect(
        _ filter:
            @escaping @Sendable (_ caller: HubCaller, _ reason: CloseReason, _ next: @Sendable () async -> Void) async
            -> Void
    ) {
        self.disconnectFilters.append(filter)
    }
}
