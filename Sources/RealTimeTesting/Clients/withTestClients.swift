public import SignalR
public import SignalRProtocol

/// Runs `body` with one client of a hub, in this process and without a socket; it says goodbye behind it.
///
/// ```swift
/// try await withTestClients(of: chat, as: ["ann"]) { ann in
///     #expect(try await ann.invoke("Add", 1, 2, returning: Int.self) == 3)
/// }
/// ```
///
/// - Parameters:
///   - hub: The hub.
///   - callers: Who connects; if it is not given, somebody without a name, or whom the hub's authenticator makes of them.
///   - kind: The protocol that the client speaks.
///   - body: What to do with it.
/// - Throws: ``TestHubError`` with ``TestHubError/Code/refused``; what `body` throws.
public func withTestClients<Value>(
    of hub: Hub, as callers: [TestCaller] = [], using kind: HubProtocolKind = .json,
    _ body: (TestHubClient) async throws -> Value
) async throws -> Value {
    try await withTestClients(1, of: hub, as: callers, using: kind) { try await body($0[0]) }
}

/// Runs `body` with two clients of a hub, in this process and without a socket; they say goodbye behind it.
///
/// ```swift
/// try await withTestClients(of: chat, as: ["ann", "bob"]) { ann, bob in
///     try await ann.send("SendMessage", "ann", "hi")
///     #expect(try await bob.next() == .invocation("ReceiveMessage", ["ann", "hi"]))
/// }
/// ```
///
/// - Parameters:
///   - hub: The hub.
///   - callers: Who connects, in order; for those that are missing, somebody without a name.
///   - kind: The protocol that the clients speak.
///   - body: What to do with them.
/// - Throws: ``TestHubError`` with ``TestHubError/Code/refused``; what `body` throws.
public func withTestClients<Value>(
    of hub: Hub, as callers: [TestCaller] = [], using kind: HubProtocolKind = .json,
    _ body: (TestHubClient, TestHubClient) async throws -> Value
) async throws -> Value {
    try await withTestClients(2, of: hub, as: callers, using: kind) { try await body($0[0], $0[1]) }
}

/// Runs `body` with three clients of a hub, in this process and without a socket; they say goodbye behind it.
///
/// - Parameters:
///   - hub: The hub.
///   - callers: Who connects, in order; for those that are missing, somebody without a name.
///   - kind: The protocol that the clients speak.
///   - body: What to do with them.
/// - Throws: ``TestHubError`` with ``TestHubError/Code/refused``; what `body` throws.
public func withTestClients<Value>(
    of hub: Hub, as callers: [TestCaller] = [], using kind: HubProtocolKind = .json,
    _ body: (TestHubClient, TestHubClient, TestHubClient) async throws -> Value
) async throws -> Value {
    try await withTestClients(3, of: hub, as: callers, using: kind) { try await body($0[0], $0[1], $0[2]) }
}

/// Runs `body` with any number of clients of a hub, in this process and without a socket; they say goodbye behind it.
///
/// - Parameters:
///   - count: How many.
///   - hub: The hub.
///   - callers: Who connects, in order; for those that are missing, somebody without a name.
///   - kind: The protocol that the clients speak.
///   - body: What to do with them.
/// - Throws: ``TestHubError`` with ``TestHubError/Code/refused``; what `body` throws.
public func withTestClients<Value>(
    _ count: Int, of hub: Hub, as callers: [TestCaller] = [], using kind: HubProtocolKind = .json,
    _ body: ([TestHubClient]) async throws -> Value
) async throws -> Value {
    precondition(callers.count <= count, "There are \(callers.count) callers, and only \(count) clients.")
    var clients: [TestHubClient] = []
    let outcome: Result<Value, any Error>
    do {
        for index in 0..<count {
            let caller = index < callers.count ? callers[index] : TestCaller()
            clients.append(try await TestHubClient.connect(to: hub, as: caller, using: kind))
        }
        outcome = .success(try await body(clients))
    } catch {
        outcome = .failure(error)
    }
    for client in clients { await client.close() }
    return try outcome.get()
}
