import AsyncHTTPClient
import GraphEmulator
import GraphNotifications
import GraphRelay
import Logging
import RealTimeTesting
import SQLiteStorage

/// One life of our side: what the program puts together, on files that outlive it.
struct RelayLife {
    /// What stays the same from one life to the next.
    struct Circumstances: Sendable {
        let clock: SteppedClock
        let chance: Chance
        let transport: ShakyTransport
        let webhook: Webhook
        let counters: CounterTable
        let keys: DecryptionKeys
        let requests: [SubscriptionRequest]
        /// The emulator's address.
        let address: String
        /// The database file.
        let path: String
        let logger: Logger
    }

    let graph: GraphClient
    let manager: SubscriptionManager
    let catchUp: CatchUp
    let storage: SQLiteStorage
    private let webhook: Webhook
    private let task: Task<Void, any Error>

    static func begin(_ given: Circumstances) throws -> RelayLife {
        let now = { @Sendable in given.clock.now }
        let time = SteppedTime(clock: given.clock)
        let logger = given.logger
        let random = { @Sendable in given.chance.number() }
        let storage = try SQLiteStorage.open(at: given.path, configuration: SQLiteStorageConfiguration(now: now))
        let tenant = EmulatedTenant.contoso.id
        let application = EmulatedApplication.contoso
        let graph = GraphClient(
            baseURL: given.address + "/v1.0",
            credential: ClientSecretCredential(
                tenantID: tenant, clientID: application.id, clientSecret: application.secrets.first?.value ?? "",
                cloud: GraphCloud(authority: given.address, graph: given.address), httpClient: .shared, now: now
            ),
            transport: given.transport, tenantID: tenant, traffic: GraphTraffic(clock: time, random: random),
            failures: FailurePolicy(), clock: time, now: now, random: random, newID: RequestID.random,
            metrics: GraphClientMetrics(factory: given.counters), logger: logger
        )
        let account = SubscriptionAccount(graph: graph, tenantID: tenant, applicationID: application.id)
        let directory = SubscriptionDirectory()
        let relayMetrics = RelayMetrics(factory: given.counters)
        let graphMetrics = GraphMetrics(factory: given.counters)
        let recovered = RecoveredUpdates(log: storage.log, metrics: relayMetrics, now: now, logger: logger)
        let catchUp = CatchUp(
            accounts: [account], store: storage.deltas, watched: given.requests, clock: time, now: now, random: random,
            metrics: CatchUpMetrics(factory: given.counters), logger: logger, take: recovered.take
        )
        let url = "http://127.0.0.1:\(given.webhook.port.value)"
        let manager = SubscriptionManager(
            accounts: [account], store: storage.subscriptions, directory: directory, notificationURL: url + "/notifications",
            lifecycleNotificationURL: url + "/lifecycle", certificates: given.keys, requests: given.requests,
            losses: catchUp, clock: time, now: now, random: random, metrics: graphMetrics, logger: logger
        )
        let opener = NotificationOpener(
            keys: given.keys,
            tokens: try ValidationTokenVerifier(
                ValidationTokenRules(applicationIDs: [application.id], tenantIDs: [tenant]), authority: given.address,
                httpClient: .shared, now: now, logger: logger
            ),
            metrics: graphMetrics
        )
        let relay = NotificationRelay(
            queue: storage.queue, log: storage.log, directory: directory, opener: opener,
            onVagueChange: { catchUp.wasNotified(subscription: $0) }, onLifecycle: { try await manager.handle($0) },
            metrics: relayMetrics, now: now, logger: logger
        )
        let receiver = WebhookReceiver(
            directory: directory, into: storage.queue, now: now, metrics: graphMetrics, logger: logger)
        given.webhook.connect(receiver)
        let task = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await relay.run() }
                group.addTask { try await catchUp.run() }
                group.addTask { try await manager.run() }
                try await group.waitForAll()
            }
        }
        return RelayLife(
            graph: graph, manager: manager, catchUp: catchUp, storage: storage, webhook: given.webhook, task: task)
    }

    /// Ends in the middle of whatever is done.
    func end() async throws {
        self.webhook.connect(nil)
        self.task.cancel()
        _ = await self.task.result
        try self.storage.close()
    }
}
