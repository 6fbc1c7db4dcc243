import AsyncHTTPClient
import GraphNotifications
import GraphRelay
import Hummingbird
import HummingbirdCore
import Logging
import Metrics
import NIOPosix
import SQLiteStorage
import ServiceLifecycle
import SignalR
import UnixSignals

/// A relay, put together. The only place that knows every module.
struct Assembly: Sendable {
    enum Mode: String, Sendable {
        case dev
        case serve
    }

    /// How long what is under way may take to end, once the clients have been sent away, before it is cancelled.
    private static let shutdownTime = Duration.seconds(15)

    let adminToken: AdminToken
    let readiness: Readiness
    /// Keeps the declared subscriptions alive; `nil` without access to Graph.
    let subscriptions: SubscriptionManager?
    /// Finds what notifications did not tell of; `nil` without access to Graph, or where it is off.
    let catchUp: CatchUp?

    private let storage: SQLiteStorage
    private let drainWindow: Duration
    /// In the order in which they need each other; they end in the opposite one.
    private let services: [ServiceGroupConfiguration.ServiceConfiguration]
    private let logger: Logger

    /// Opens the storage and builds everything on top of it. Nothing runs yet.
    ///
    /// - Parameters:
    ///   - settings: What to build.
    ///   - mode: For whom.
    ///   - records: Where the subscriptions are remembered; in the storage if it is not given.
    ///   - deltas: Where it is remembered how far changes have been read; in the storage if it is not given.
    ///   - readiness: What must happen before the server calls itself ready.
    ///   - metrics: What is counted, and shown at `/metrics`.
    ///   - logger: For the services.
    init(
        _ settings: ServerSettings, mode: Mode, records: (any SubscriptionStore)? = nil,
        deltas: (any DeltaStore)? = nil, readiness: Readiness, metrics: PrometheusMetrics, logger: Logger
    ) throws {
        let directory = try DataDirectory(settings.dataDirectory)
        var configuration = SQLiteStorageConfiguration()
        configuration.retention = settings.retention
        let storage = try SQLiteStorage.open(at: directory.file("tidings.db"), configuration: configuration)
        var generator = SystemRandomNumberGenerator()
        let adminToken = try AdminToken(keptIn: directory, generator: &generator)
        let access = try ClientAccess(
            authentication: settings.clientAuthentication, topics: settings.clientTopics,
            hosts: TrustedHosts(besidesLoopback: settings.allowedOrigins + [settings.publicURL].compactMap(\.self)),
            adminToken: adminToken, logger: logger
        )

        let registry = try SubscriptionRegistry(settings, file: DeclarationFile(in: directory))
        let known = SubscriptionDirectory(
            settings.external.map { KnownSubscription(name: $0.name, id: $0.id, clientState: $0.clientState) }
        )
        let graphMetrics = GraphMetrics(factory: metrics)
        let relayMetrics = RelayMetrics(factory: metrics)
        let rich = try RichContent(settings, metrics: graphMetrics, logger: logger)
        let accounts = try GraphAccount.subscriptionAccounts(
            settings.accounts, .shared, metrics: GraphClientMetrics(factory: metrics), logger: logger
        )
        let fetchRules = settings.fetchRules
        let fetcher =
            accounts.isEmpty || fetchRules.isEmpty
            ? nil
            : ResourceFetcher(
                accounts: accounts, rules: fetchRules, maximumDelay: settings.fetchDelay,
                metrics: FetchMetrics(factory: metrics), logger: logger
            )
        let recovered = RecoveredUpdates(log: storage.log, fetcher: fetcher, metrics: relayMetrics, logger: logger)
        let catchUp =
            accounts.isEmpty || !settings.catchesUp
            ? nil
            : CatchUp(
                accounts: accounts, store: deltas ?? storage.deltas, watched: registry.requests + settings.externalRequests,
                metrics: CatchUpMetrics(factory: metrics), logger: logger, take: recovered.take
            )
        let manager = Self.manager(
            settings, accounts: accounts, requests: registry.requests, records: records ?? storage.subscriptions,
            directory: known, certificates: rich?.keys, losses: catchUp, metrics: graphMetrics, logger: logger
        )
        let relay = NotificationRelay(
            queue: storage.queue, log: storage.log, directory: known, opener: rich?.opener,
            fetcher: fetcher, onVagueChange: { catchUp?.wasNotified(subscription: $0) },
            onLifecycle: { event in
                try await manager?.handle(event)
                guard event.event == .missed, let catchUp,
                    let external = settings.external.first(where: { $0.id == event.subscriptionID })
                else { return }
                try await Self.note(lossIn: external.name, by: catchUp)
            },
            metrics: relayMetrics, logger: logger
        )
        let webhook = WebhookReceiver(directory: known, into: storage.queue, metrics: graphMetrics, logger: logger)
        let updates = TopicHub(
            log: storage.log, policy: access.policy, known: { [Topics.all] + registry.names.map(Topics.subscription) },
            authenticate: { request in try await access.hubUser(of: request) }, metrics: relayMetrics, logger: logger
        )
        var hub = updates.hub
        if !settings.allowedOrigins.isEmpty { hub.configuration.allowedOrigins = Set(settings.allowedOrigins) }

        let report = StatusSource(
            mode: mode, startedAt: SQLiteStorageConfiguration.systemTime(), storage: storage, hub: hub,
            manager: manager, external: settings.external
        )
        let isStorageFailing = { @Sendable in storage.statistics.failuresInARow > 0 || relay.isFailing }
        let routes = Routes(
            updates: UpdatesRoute(reader: UpdateReader(log: storage.log, policy: access.policy), access: access),
            admin: AdminRoutes(
                desk: SubscriptionDesk(registry: registry, manager: manager, catchUp: catchUp.map { $0.request(subscription:) }),
                adminToken: adminToken
            ),
            adminToken: adminToken, readiness: readiness, isStorageFailing: isStorageFailing,
            status: { () async throws(RelayError) in try await report.now() }, metrics: metrics
        )
        let application = Application(
            router: routes.router(),
            server: .signalR(["/graphUpdates": hub], endpoints: [WebhookEndpoint(receiver: webhook)], logger: logger),
            configuration: ApplicationConfiguration(address: .hostname(settings.host, port: settings.port)),
            onServerRunning: { _ in readiness.reached(.listener) },
            eventLoopGroupProvider: settings.threads.map { .shared(MultiThreadedEventLoopGroup(numberOfThreads: $0)) }
                ?? .singleton,
            logger: logger
        )
        let listener = Listener(application: application, host: settings.host, port: settings.port, option: "--port")

        self.adminToken = adminToken
        self.readiness = readiness
        self.subscriptions = manager
        self.catchUp = catchUp
        self.storage = storage
        self.drainWindow = settings.drainWindow
        var services = [Self.service("storage", storage)]
        if let manager {
            // Graph calls the webhook before it has answered the first request.
            let deferred = Deferred(service: manager) {
                await readiness.wait(for: .listener)
                await readiness.wait(for: .emulator)
            }
            services.append(Self.service("subscriptions", deferred))
        }
        if let catchUp {
            let deferred = Deferred(service: catchUp) { await readiness.wait(for: .emulator) }
            services.append(Self.service("catching-up", deferred))
        }
        if let rich { services.append(Self.service("certificates", rich)) }
        services.append(Self.service("watch", StorageWatch(isFailing: isStorageFailing, logger: logger)))
        services.append(Self.service("relay", relay))
        services.append(Self.service("broadcaster", updates.broadcaster))
        services.append(Self.service("webhook", webhook))
        services.append(Self.service("listener", listener))
        let signpost = Signpost(
            file: AddressFile(inDirectory: directory.path), url: settings.localURL, readiness: readiness
        )
        services.append(Self.service("signpost", signpost))
        services.append(Self.service("farewell", Farewell(hub: hub, window: settings.drainWindow)))
        self.services = services
        self.logger = logger
    }

    private static func manager(
        _ settings: ServerSettings, accounts: [SubscriptionAccount], requests: [SubscriptionRequest],
        records: any SubscriptionStore, directory: SubscriptionDirectory, certificates: DecryptionKeys?,
        losses: (any LossObserver)?, metrics: GraphMetrics, logger: Logger
    ) -> SubscriptionManager? {
        guard !accounts.isEmpty, let publicURL = settings.publicURL else { return nil }
        return SubscriptionManager(
            accounts: accounts, store: records, directory: directory, notificationURL: publicURL + "/notifications",
            lifecycleNotificationURL: publicURL + "/lifecycle", certificates: certificates, requests: requests,
            losses: losses, metrics: metrics, logger: logger
        )
    }

    /// Has what was lost looked for, of a subscription that somebody else keeps; passed over where that is not possible.
    private static func note(lossIn name: String, by catchUp: CatchUp) async throws(GraphError) {
        do throws(GraphError) {
            try await catchUp.request(subscription: name)
        } catch {
            guard error.code == .notFound || error.code == .invalidDeclaration else { throw error }
        }
    }

    /// A service under the name that logs show. Also when one of them fails, the others end in order, and quietly.
    static func service(_ name: String, _ service: any Service) -> ServiceGroupConfiguration.ServiceConfiguration {
        .init(service: service, failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: name)
    }

    /// Runs until SIGTERM or SIGINT, then ends everything in order: clients are sent away, nothing new is taken, the batch in hand is committed,
    /// and the storage is closed last.
    ///
    /// - Parameter others: What runs with it, and ends before it.
    func run(with others: [ServiceGroupConfiguration.ServiceConfiguration] = []) async throws {
        var configuration = ServiceGroupConfiguration(
            services: self.services + others, gracefulShutdownSignals: [.sigterm, .sigint], logger: self.logger
        )
        configuration.maximumGracefulShutdownDuration = Self.shutdownTime + self.drainWindow
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            try? self.storage.close()
            throw error
        }
        try self.storage.close()
    }
}
