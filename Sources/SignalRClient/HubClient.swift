public import AsyncHTTPClient
public import Logging
import NIOCore
import SignalRProtocol

/// A client of a SignalR hub, over WebSockets.
///
/// ```swift
/// let chat = HubClient(url: "https://chat.example/chat") { try await tokens.current() }
/// chat.on("ReceiveMessage") { (user: String, text: String) in print(user, text) }
///
/// try await chat.run { chat in
///     try await chat.send("SendMessage", "ann", "hi")
///     let sum: Int = try await chat.invoke("Add", 1, 2)
///     for try await number in chat.stream("Countdown", 10, of: Int.self) { print(number) }
///     try await chat.send("Upload", UploadStream(readings))
/// }
/// ```
///
/// What the server calls is handled one call at a time, in order. When the connection is lost, calls that wait for an answer
/// fail, and another connection is made by ``Configuration/retryPolicy``. The server does not know it: what the old one had
/// asked for, such as groups, must be asked for again. A hub that keeps a log can be told where to go on, and then nothing is
/// lost or comes twice:
///
/// ```swift
/// let cursor = Mutex<String?>(nil)
/// client.on("graphUpdate") { (update: Update) in
///     show(update)
///     cursor.withLock { $0 = update.cursor }
/// }
/// client.onConnected {
///     // The calls of the new connection wait until this has returned.
///     let page: Page = try await client.invoke("Subscribe", ["all"], cursor.withLock { $0 })
///     for update in page.updates { show(update) }
///     cursor.withLock { $0 = page.cursor }
/// }
/// ```
///
/// With ``Configuration/usesStatefulReconnect`` a connection outlives its socket for a while where the server allows it: then
/// calls and streams go on as if nothing had happened, and only a longer loss is one.
///
/// A client runs once. Handlers are forgotten when it has ended.
public final class HubClient: Sendable {
    let core: ClientCore
    private let handlers = CallHandlers()
    private let address: HubAddress?
    private let accessToken: (@Sendable () async throws -> String?)?
    private let httpClient: HTTPClient?

    /// - Parameters:
    ///   - url: The hub's address: `http`, `https`, `ws` or `wss`.
    ///   - configuration: Clocks and limits.
    ///   - httpClient: For negotiation; one of its own, with the same ``Configuration/tls``, if `nil`.
    ///   - logger: For what cannot be thrown, at `debug`.
    ///   - accessToken: Gives the bearer token, for each connection anew. `nil` sends none.
    public convenience init(
        url: String, configuration: Configuration = .init(), httpClient: HTTPClient? = nil,
        logger: Logger = Logger(label: "signalr.client"), accessToken: (@Sendable () async throws -> String?)? = nil
    ) {
        self.init(
            url: url, configuration: configuration, httpClient: httpClient, logger: logger, accessToken: accessToken,
            random: { .random(in: 0..<1) }
        )
    }

    init(
        url: String, configuration: Configuration, httpClient: HTTPClient?, logger: Logger,
        accessToken: (@Sendable () async throws -> String?)?,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        random: @escaping @Sendable () -> Double
    ) {
        self.core = ClientCore(configuration: configuration, logger: logger, now: now, sleep: sleep, random: random)
        self.address = HubAddress(url)
        self.accessToken = accessToken
        self.httpClient = httpClient
    }

    /// Whether there is a connection at the moment, be it a stateful one whose socket was lost a moment ago.
    public var isConnected: Bool { self.core.isConnected }

    // MARK: - Life

    /// Connects, runs `body` with the connection, and closes it.
    ///
    /// `body` begins when there is a connection and the handlers of ``onConnected(_:)`` have returned. It goes on while
    /// connections are lost and made; when there will be no other, its calls throw, and ``waitUntilClosed()`` returns.
    ///
    /// - Throws: ``SignalRClientError`` if there is no first connection; what `body` throws.
    public func run<Value: Sendable>(_ body: (HubClient) async throws -> Value) async throws -> Value {
        guard let address = self.address else {
            throw SignalRClientError(.invalidAddress, "The hub's address is none; write it as https://example.com/hub.")
        }
        guard self.core.begin() else {
            throw SignalRClientError(.alreadyRun, "A client runs once; make another.")
        }
        defer { self.handlers.removeAll() }
        guard let httpClient = self.httpClient else {
            return try await HTTPClient.withHTTPClient(
                eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: self.httpConfiguration
            ) { httpClient in
                try await self.run(address, httpClient, body)
            }
        }
        return try await self.run(address, httpClient, body)
    }

    /// Who finds nobody at an address is to know at once.
    private var httpConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(tlsConfiguration: self.core.configuration.tls)
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    private func run<Value: Sendable>(
        _ address: HubAddress, _ httpClient: HTTPClient, _ body: (HubClient) async throws -> Value
    ) async throws -> Value {
        let negotiator = Negotiator(
            address: address, configuration: self.core.configuration, accessToken: self.accessToken, httpClient: httpClient
        )
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.core.live(negotiator) }
            tasks.addTask { await self.handlers.run(self.core) }
            tasks.addTask { await self.core.runUploads() }
            do {
                try await self.core.ready.value()
                let value = try await body(self)
                try await self.end(&tasks)
                return value
            } catch {
                try await self.end(&tasks)
                throw error
            }
        }
    }

    /// Says goodbye if there is somebody to hear it, and ends everything.
    private func end(_ tasks: inout ThrowingTaskGroup<Void, any Error>) async throws {
        if self.core.isOpen {
            self.core.stop()
            _ = try? await self.core.ended.value()
        }
        self.core.stop()
        tasks.cancelAll()
        try await tasks.waitForAll()
    }

    /// Waits until there will be no other connection.
    ///
    /// - Returns: Why.
    /// - Throws: `CancellationError`.
    @discardableResult
    public func waitUntilClosed() async throws -> SignalRClientError { try await self.core.ended.value() }

    /// Runs `body` when there is a connection: the first, and each that follows a lost one.
    ///
    /// What the server calls over that connection is handled afterwards. If `body` throws, the connection is given up, and
    /// another is made by ``Configuration/retryPolicy``; on the first connection, ``run(_:)`` throws the error.
    public func onConnected(_ body: @escaping @concurrent @Sendable () async throws -> Void) {
        self.handlers.add(forReconnects: false, body)
    }

    /// Runs `body` when there is a connection again, like ``onConnected(_:)``.
    public func onReconnected(_ body: @escaping @concurrent @Sendable () async throws -> Void) {
        self.handlers.add(forReconnects: true, body)
    }

    // MARK: - In

    /// Lets the server call `method`. A second handler for the same method replaces the first.
    ///
    /// Upper and lower case of the name do not matter. Calls with other arguments are passed over, which is logged; arguments
    /// behind the last parameter are ignored.
    public func on<each Argument: Decodable & Sendable>(
        _ method: String, _ handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Void
    ) {
        self.handlers.set(method) { arguments in
            var arguments = arguments
            let values = (repeat try arguments.next((each Argument).self))
            try await handler(repeat each values)
            return nil
        }
    }

    /// Lets the server ask `method`, and answers with what `handler` returns, or with the text of what it throws.
    public func on<each Argument: Decodable & Sendable, Result: Encodable & Sendable>(
        _ method: String, _ handler: @escaping @concurrent @Sendable (repeat each Argument) async throws -> Result
    ) {
        self.handlers.set(method) { arguments in
            var arguments = arguments
            let values = (repeat try arguments.next((each Argument).self))
            let result = try await handler(repeat each values)
            return { kind, id, buffer in try kind.encodeCompletion(invocationID: id, result: result, into: &buffer) }
        }
    }

    // MARK: - Out

    /// Calls `method` of the hub without waiting for an answer. Errors of the hub are not told.
    ///
    /// An argument may be an ``UploadStream``; then it waits until the stream has gone out.
    ///
    /// - Throws: ``SignalRClientError/Code/notConnected``, or why it could not be sent; what the sequence of a stream throws.
    public func send<each Argument: Encodable & Sendable>(_ method: String, _ arguments: repeat each Argument) async throws {
        try await self.core.send(method, CallArguments(repeat each arguments))
    }

    /// Calls `method` of the hub, and waits for its answer. Arguments may be ``UploadStream``s.
    ///
    /// - Throws: ``SignalRClientError``: ``SignalRClientError/Code/invocationFailed`` with the hub's words, or why there is no
    ///   answer. `CancellationError` if the task is cancelled; the hub does not learn of it, but its streams fail.
    public func invoke<each Argument: Encodable & Sendable, Result: Decodable>(
        _ method: String, _ arguments: repeat each Argument, as type: Result.Type = Result.self
    ) async throws -> Result {
        let result = try await self.core.call(method, CallArguments(repeat each arguments))
        return try self.core.kind.decode(type, from: result)
    }

    /// Calls `method` of the hub, and waits until it has returned. What it returns is ignored. Arguments may be
    /// ``UploadStream``s.
    ///
    /// - Throws: ``SignalRClientError``: ``SignalRClientError/Code/invocationFailed`` with the hub's words, or why there is no
    ///   answer. `CancellationError` if the task is cancelled; the hub does not learn of it, but its streams fail.
    public func invoke<each Argument: Encodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument
    ) async throws {
        _ = try await self.core.call(method, CallArguments(repeat each arguments))
    }

    /// The items of a method that answers with a stream. The method is called when they are iterated over.
    ///
    /// Arguments may be ``UploadStream``s, which go out while the items come in.
    public func stream<each Argument: Encodable & Sendable, Item: Decodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument, of item: Item.Type
    ) -> HubStream<Item> {
        let core = self.core
        let arguments = CallArguments(repeat each arguments)
        return HubStream { try await core.openStream(method, arguments) }
    }
}
