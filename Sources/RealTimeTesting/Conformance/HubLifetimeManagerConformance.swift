public import SignalR
public import SignalRProtocol

/// What every `HubLifetimeManager` promises, tried with clients.
///
/// ```swift
/// @Test(arguments: HubLifetimeManagerConformance.checks)
/// func keepsItsPromises(_ check: ConformanceCheck<HubLifetimeManagerConformance>) async throws {
///     let hub = Hub("test", lifetime: MyLifetimeManager()) { _ in }
///     try await check.run(on: HubLifetimeManagerConformance(of: [hub]))
/// }
/// ```
///
/// Where several servers reach each other's clients, give it a hub of each: clients are spread over them, and everything is
/// done from each. The names of groups and users are new each time, so a backend that others use may be tried too, but for
/// what is sent to everybody.
public struct HubLifetimeManagerConformance: Sendable {
    /// Makes the client of this number.
    public typealias Connector =
        @Sendable (_ number: Int, _ caller: TestCaller, _ kind: HubProtocolKind) async throws ->
        TestHubClient

    let hubs: [Hub]
    private let connect: Connector
    let patience: Duration
    private let settle: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - hubs: Hubs whose lifetime managers reach the same clients.
    ///   - patience: How long a client waits for a message. 10 seconds.
    ///   - settle: Waits until what was sent has arrived, where a backend does not keep order between messages for different
    ///     targets. Nothing by default.
    ///   - connect: Makes clients, where they do not connect to the hubs themselves but to the backend.
    public init(
        of hubs: [Hub], patience: Duration = .seconds(10), settle: @escaping @Sendable () async throws -> Void = {},
        connect: Connector? = nil
    ) {
        precondition(!hubs.isEmpty, "There is no hub to be tried.")
        self.hubs = hubs
        self.patience = patience
        self.settle = settle
        self.connect =
            connect ?? { number, caller, kind in
                try await TestHubClient.connect(to: hubs[number % hubs.count], as: caller, using: kind)
            }
    }

    /// All that is promised.
    public static let checks: [ConformanceCheck<Self>] = [
        ConformanceCheck("A message to everybody reaches everybody, in order") { try await $0.everybody() },
        ConformanceCheck("Some may be left out") { try await $0.exceptions() },
        ConformanceCheck("Connections are reached by their names, each once") { try await $0.connections() },
        ConformanceCheck("All connections of users are reached") { try await $0.users() },
        ConformanceCheck("Members of groups are reached, each once") { try await $0.groups() },
        ConformanceCheck("Groups are left, also by ending") { try await $0.leaving() },
        ConformanceCheck("Both protocols get the same") { try await $0.protocols() },
        ConformanceCheck("It is known who is there") { try await $0.presence() },
        ConformanceCheck("Connections are ended by name, user and group") { try await $0.closing() },
        ConformanceCheck("A client's answer comes back") { try await $0.answers() },
        ConformanceCheck("Answers that do not come are errors") { try await $0.missingAnswers() },
    ]

    /// Tries everything.
    public func run() async throws {
        for check in Self.checks { try await check.run(on: self) }
    }

    // MARK: - Clients

    /// Runs `body` with clients, which say goodbye behind it.
    func withClients(
        _ callers: [TestCaller], using kinds: [HubProtocolKind] = [.json], _ body: ([TestHubClient]) async throws -> Void
    ) async throws {
        var clients: [TestHubClient] = []
        let outcome: Result<Void, any Error>
        do {
            for (number, caller) in callers.enumerated() {
                clients.append(try await self.connect(number, caller, kinds[number % kinds.count]))
            }
            outcome = .success(try await body(clients))
        } catch {
            outcome = .failure(error)
        }
        for client in clients { await client.close() }
        try outcome.get()
    }

    /// A name that nobody else has.
    func unique(_ name: String) -> String { "\(name)-\(UInt64.random(in: .min ... .max))" }

    /// Throws unless a client hears these texts of a hub, in any order, and nothing else.
    func expect(_ client: TestHubClient, hears expected: [String], of hub: Hub, _ what: String) async throws {
        try demand(try await self.heard(client, of: hub).sorted(), expected.sorted(), what)
    }

    /// What a client has been told by `Heard` up to now.
    func heard(_ client: TestHubClient, of hub: Hub) async throws -> [String] {
        try await self.settle()
        let fence = TestValue.string(self.unique("fence"))
        try await hub.clients.client(client.connectionID).send("Fence", fence)
        var heard: [String] = []
        while true {
            switch try await client.next(within: self.patience) {
            case .invocation("Fence", [fence]): return heard
            case .invocation("Heard", let arguments):
                guard case .string(let text) = arguments.first else { throw ConformanceFailure("A message lost its argument.") }
                heard.append(text)
            case let other: throw ConformanceFailure("Nobody sent this: \(other)")
            }
        }
    }
}
