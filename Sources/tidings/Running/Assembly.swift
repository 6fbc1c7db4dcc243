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

        let known = SubscriptionDirectory(
            settings.external.map { KnownSubscription(name: $0.name, id: $0.id, clientState: $0.clientState) }
        )
        let graphMetrics = GraphMetrics(factory: metrics)
        let relayMetrics = RelayMetrics(factory: metrics)
        let rich = try RichContent(settings, directory: directory, metrics: graphMetrics, logger: logger)
        let graph = Self.graph(settings, metrics: metrics, logger: logger)
        let fetcher = graph.flatMap { graph -> ResourceFetcher? in
            let rules = settings.fetchRules
            guard !rules.isEmpty else { return nil }
            return ResourceFetcher(
                graph: graph, rules: rules, maximumDelay: settings.fetchDelay, metrics: FetchMetrics(factory: metrics),
                logger: logger
            )
        }
        let catchUp = Self.catchUp(
            settings, graph: graph, store: deltas ?? storage.deltas,
            recovered: RecoveredUpdates(log: storage.log, fetcher: fetcher, metrics: relayMetrics, logger: logger),
            metrics: metrics, logger: logger
        )
        let manager = Self.manager(
            settings, graph: graph, records: records ?? storage.subscriptions, directory: known, certificates: rich?.keys,
            metrics: graphMetrics, logger: logger
        )
        let relay = NotificationRelay(
            queue: storage.queue, log: storage.log, directory: known, opener: rich?.opener,
            fetcher: fetcher, onVagueChange: { catchUp?.wasNotified(subscription: $0) },
            onLifecycle: { event in
                manager?.handle(event)
                guard event.event == .missed, let name = known.subscription(id: event.subscriptionID)?.name else { return }
                await Self.tell(catchUp, ofLossIn: name, of: settings, logger: logger)
            },
            metrics: relayMetrics, logger: logger
        )
        let webhook = WebhookReceiver(directory: known, into: storage.queue, metrics: graphMetrics, logger: logger)
        let names = settings.managed.map(\.name) + settings.external.map(\.name)
        let updates = TopicHub(
            log: storage.log, policy: access.policy, known: { [Topics.all] + names.map(Topics.subscription) },
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
        services.append(Self.service("farewell", Farewell(hub: hub, window: settings.drainWindow)))
        self.services = services
        self.logger = logger
    }

    private static func manager(
        _ settings: ServerSettings, graph: GraphClient?, records: any SubscriptionStore,
        directory: SubscriptionDirectory, certificates: DecryptionKeys?, metrics: GraphMetrics, logger: Logger
    ) -> SubscriptionManager? {
        guard let graph, let publicURL = settings.publicURL else { return nil }
        return SubscriptionManager(
            graph: graph, store: records, directory: directory, notificationURL: publicURL + "/notifications",
            lifecycleNotificationURL: publicURL + "/lifecycle", certificates: certificates,
            requests: settings.managed.map(\.request), metrics: metrics, logger: logger
        )
    }

    private static func catchUp(
        _ settings: ServerSettings, graph: GraphClient?, store: any DeltaStore, recovered: RecoveredUpdates,
        metrics: PrometheusMetrics, logger: Logger
    ) -> CatchUp? {
        guard let graph, settings.catchesUp else { return nil }
        return CatchUp(
            graph: graph, store: store, watched: settings.watched, metrics: CatchUpMetrics(factory: metrics), logger: logger,
            take: recovered.take
        )
    }

    /// Has what was lost looked for. The store works again sooner or later, and what is told is not told twice.
    private static func tell(
        _ catchUp: CatchUp?, ofLossIn name: String, of settings: ServerSettings, logger: Logger
    ) async {
        guard let catchUp, let resource = settings.watched.first(where: { $0.name == name })?.resource else { return }
        let backoff = Backoff(base: .milliseconds(100), maximum: .seconds(10))
        var failures = 0
        while !Task.isCancelled {
            do throws(GraphError) {
                return try await catchUp.mayHaveLost(PossibleLoss(subscription: name, resource: resource, reason: .missed))
            } catch {
                failures += 1
                logger.error("It cannot be written down that notifications were lost", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: backoff.delay(afterFailures: failures, random: 1))
            }
        }
    }

    /// Access to Graph, shared by all who ask it; `nil` if nothing is said of it.
    private static func graph(_ settings: ServerSettings, metrics: PrometheusMetrics, logger: Logger) -> GraphClient? {
        guard let graph = settings.graph else { return nil }
        let credential = ClientSecretCredential(
            tenantID: graph.tenantID, clientID: graph.clientID, clientSecret: graph.clientSecret,
            cloud: GraphCloud(authority: graph.authority, graph: graph.endpoint), httpClient: .shared
        )
        return GraphClient(
            baseURL: graph.endpoint, credential: credential, httpClient: .shared, tenantID: graph.tenantID,
            metrics: GraphClientMetrics(factory: metrics), logger: logger
        )
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
