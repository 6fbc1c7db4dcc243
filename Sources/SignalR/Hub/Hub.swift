public import Metrics
public import Tracing

/// What clients can call, and the way to them.
///
/// ```swift
/// let chat = Hub("chat") { hub in
///     hub.on("SendMessage") { (caller: HubCaller, user: String, text: String) in
///         try await caller.clients.others.send("ReceiveMessage", user, text)
///     }
///     hub.on("Add") { (_: HubCaller, a: Int, b: Int) in a + b }
/// }
/// let app = Application(router: router, server: .signalR(["/chat": chat]))
/// ```
///
/// Copies share their connections. Calls of one client are handled one after another, in order, unless
/// ``HubConfiguration/maximumParallelInvocations`` says otherwise; streams are handled beside them.
public struct Hub: Sendable {
    typealias ConnectHandler = @Sendable (HubCaller) async throws -> Void
    typealias DisconnectHandler = @Sendable (HubCaller, CloseReason) async -> Void
    typealias Redirector = @Sendable (HubRequest) async -> HubRedirect?
    typealias Authenticator = @Sendable (HubRequest) async throws -> HubUser?

    /// The hub's name, used in metrics.
    public let name: String
    /// Limits and clocks.
    public var configuration = HubConfiguration()

    /// All connections.
    let lifetime: any HubLifetimeManager
    /// Those that are made to this process.
    let local: InMemoryHubLifetimeManager
    /// Where spans go; `nil` where nobody gathers them.
    let tracer: (any Tracer)?
    /// Methods by their names in lower case.
    private(set) var methods: [String: HubMethod] = [:]
    private(set) var connectHandlers: [ConnectHandler] = []
    private(set) var disconnectHandlers: [DisconnectHandler] = []
    private(set) var authenticator: Authenticator?
    var filters: [Filter] = []
    var connectFilters: [ConnectFilter] = []
    var disconnectFilters: [DisconnectFilter] = []
    private(set) var redirector: Redirector?

    /// - Parameters:
    ///   - name: A name for metrics.
    ///   - lifetime: Where its connections live, if not only in this process. A hub has one of its own.
    ///   - metrics: Where the metrics go; the system's if it is not given.
    ///   - tracer: Where a span for each call goes; the system's if it is not given.
    ///   - build: Registers methods and handlers.
    public init(
        _ name: String, lifetime: (any HubLifetimeManager)? = nil, metrics: (any MetricsFactory)? = nil,
        tracer: (any Tracer)? = nil, _ build: (inout Hub) throws -> Void
    ) rethrows {
        self.name = name
        let tracer = tracer ?? InstrumentationSystem.tracer
        self.tracer = tracer is NoOpTracer ? nil : tracer
        let local = lifetime?.local ?? InMemoryHubLifetimeManager(hub: name, metrics: metrics)
        self.local = local
        self.lifetime = lifetime ?? local
        try build(&self)
    }

    /// Clients, for sending to them from anywhere.
    public var clients: HubClients { HubClients(lifetime: self.lifetime) }

    /// Groups, for changing who is in them from anywhere.
    public var groups: HubGroups { HubGroups(lifetime: self.lifetime) }

    /// How many connections to this process are open: shaken hands, and not yet ended.
    public var connectionCount: Int { self.local.connectionCount }

    /// Ends all connections to this process there are now, and waits until they have ended.
    ///
    /// To end some, or those of other processes too, close them by ``clients``.
    ///
    /// Clients are told the reason. Those that do not answer are cut off after ``HubConfiguration/closeTimeout``.
    public func closeAll(reason: CloseReason = .serverShuttingDown) async {
        await self.local.closeAll(reason)
    }

    /// Takes no new connections, which are answered `503`, and ends those there are one after another, evenly over a time, so that
    /// their clients do not all look for another server at once.
    ///
    /// It returns when all have ended; those that do not answer are cut off after ``HubConfiguration/closeTimeout``.
    ///
    /// - Parameters:
    ///   - window: How long it may take until all have been told. When the task is cancelled, all that are left are ended at once.
    ///   - reason: What clients are told; by default that they may come back, to another server.
    public func drain(over window: Duration, reason: CloseReason = .serverShuttingDown) async {
        await self.local.drain(reason, over: window)
    }

    /// Runs `handler` when a client has connected, before its first call is handled.
    ///
    /// If it throws, the connection ends, and `onDisconnect` is not called.
    public mutating func onConnect(_ handler: @escaping @Sendable (HubCaller) async throws -> Void) {
        self.connectHandlers.append(handler)
    }

    /// Runs `handler` when a client has gone and its last call has been handled.
    public mutating func onDisconnect(_ handler: @escaping @Sendable (HubCaller, CloseReason) async -> Void) {
        self.disconnectHandlers.append(handler)
    }

    /// Decides who a client is: for each request anew, also for the one that becomes a connection.
    ///
    /// - Parameter authenticator: Returns the user, or `nil` to let the client in without a name. A
    ///   ``HubAuthorizationError`` is answered `403`, any other error `401`, without its text.
    public mutating func authenticate(_ authenticator: @escaping @Sendable (HubRequest) async throws -> HubUser?) {
        self.authenticator = authenticator
    }

    /// Sends clients elsewhere: to another server, or to Azure SignalR.
    ///
    /// - Parameter redirector: Asked for each negotiation; `nil` keeps the client here.
    public mutating func redirect(_ redirector: @escaping @Sendable (HubRequest) async -> HubRedirect?) {
        self.redirector = redirector
    }

    /// Whether somebody wants to be told of connections.
    var watchesConnects: Bool { !self.connectHandlers.isEmpty || !self.connectFilters.isEmpty || self.hasBackend }

    /// Whether somebody wants to be told of their ends.
    var watchesDisconnects: Bool { !self.disconnectHandlers.isEmpty || !self.disconnectFilters.isEmpty || self.hasBackend }

    /// Whether somebody else than this process has to do with its connections.
    private var hasBackend: Bool { !(self.lifetime is InMemoryHubLifetimeManager) }

    mutating func add(_ method: HubMethod, named name: String) {
        let previous = self.methods.updateValue(method, forKey: name.lowercased())
        precondition(previous == nil, "The hub \(self.name) has two methods named \(name).")
    }
}
