public import Logging
import Metrics
import NIOCore
import NIOHTTP1
public import ServiceLifecycle

/// Takes Graph's `POST`s in: answers the validation handshake, checks the rest, stores it, and only then says `202`.
///
/// It knows no HTTP server. Hand it requests through ``receive(_:reply:)``, or add ``routes(context:)`` to a Hummingbird
/// router:
///
/// ```swift
/// let webhook = WebhookReceiver(clientState: secret) { notification in
///     logger.info("Changed", metadata: ["graph.resource": "\(notification.resource)"])
/// }
/// router.addRoutes(webhook.routes(), atPath: "/graph")
/// let app = Application(router: router, services: [webhook])
/// ```
public final class WebhookReceiver: Service {
    /// Whose notifications are taken.
    private enum Secrets {
        case directory(SubscriptionDirectory)
        case shared(clientState: String)
    }

    private let secrets: Secrets
    private let queue: any NotificationQueue
    private let worker: NotificationWorker?
    /// Its limits.
    public let configuration: WebhookConfiguration
    private let notStored: WebhookAnswer
    private let now: @Sendable () -> Int64
    private let metrics: GraphMetrics
    private let logger: Logger

    /// A receiver that stores notifications for somebody else to take.
    ///
    /// - Parameters:
    ///   - directory: The subscriptions that are known. Notifications of others are stored as well: Graph may deliver before
    ///     its create call has returned.
    ///   - queue: Where they go.
    ///   - configuration: Limits.
    ///   - now: The time in milliseconds since 1970, to learn how often something comes; the wall clock if it is not given.
    ///   - metrics: What is counted.
    ///   - logger: For what cannot be thrown.
    public init(
        directory: SubscriptionDirectory, into queue: any NotificationQueue,
        configuration: WebhookConfiguration = .init(), now: (@Sendable () -> Int64)? = nil, metrics: GraphMetrics = .init(),
        logger: Logger = Logger(label: "GraphNotifications")
    ) {
        self.secrets = .directory(directory)
        self.queue = queue
        self.worker = nil
        self.configuration = configuration
        self.notStored = .notStored(retryAfter: configuration.retryAfter)
        self.now = now ?? WallClock.now
        self.metrics = metrics
        self.logger = logger
    }

    private init(
        clientState: String, worker: NotificationWorker, configuration: WebhookConfiguration, metrics: GraphMetrics,
        logger: Logger
    ) {
        self.secrets = .shared(clientState: clientState)
        self.queue = worker.queue
        self.worker = worker
        self.configuration = configuration
        self.notStored = .notStored(retryAfter: configuration.retryAfter)
        self.now = WallClock.now
        self.metrics = metrics
        self.logger = logger
    }

    /// A receiver that calls a closure for each change, in order, after Graph has its answer.
    ///
    /// Notifications wait in memory: those that are not handled when the process ends are lost. When the closure throws it
    /// is called again, four times at most; then the notification is dropped with a warning. Use
    /// ``init(directory:into:configuration:metrics:logger:)`` with a durable queue where that is not enough.
    ///
    /// - Parameters:
    ///   - clientState: The secret that all subscriptions share. Notifications without it are not handled.
    ///   - configuration: Limits.
    ///   - backoff: How long to wait before the closure is called again.
    ///   - metrics: What is counted.
    ///   - logger: For what cannot be thrown.
    ///   - onLifecycle: Called in the same way for what Graph tells about the subscriptions themselves.
    ///   - handler: Called for each change.
    public convenience init(
        clientState: String, configuration: WebhookConfiguration = .init(),
        backoff: Backoff = Backoff(base: .seconds(1), maximum: .seconds(30)), metrics: GraphMetrics = .init(),
        logger: Logger = Logger(label: "GraphNotifications"),
        onLifecycle: @escaping @Sendable (LifecycleNotification) async throws -> Void = { _ in },
        handler: @escaping @Sendable (ChangeNotification) async throws -> Void
    ) {
        let worker = NotificationWorker(
            queue: InMemoryNotificationQueue(), clientState: clientState, backoff: backoff, handler: handler,
            onLifecycle: onLifecycle, metrics: metrics, logger: logger
        )
        self.init(
            clientState: clientState, worker: worker, configuration: configuration, metrics: metrics, logger: logger
        )
    }

    /// Answers one request. It may be called on an event loop: it does not block.
    ///
    /// - Parameters:
    ///   - request: The whole request.
    ///   - reply: Called exactly once: at once, or on any thread when the body is stored.
    public func receive(_ request: WebhookRequest, reply: @escaping @Sendable (WebhookAnswer) -> Void) {
        guard request.method == .POST else {
            self.metrics.refused.increment()
            return reply(.methodNotAllowed)
        }
        switch ValidationHandshake(uri: request.uri, maximumTokenSize: self.configuration.maximumTokenSize) {
        case .none: break
        case .echo(let token):
            self.metrics.handshakes.increment()
            self.logger.debug("Answered a validation handshake")
            return reply(.echo(token))
        case .refuse:
            self.metrics.refused.increment()
            return reply(.badToken)
        }
        if let refusal = self.refusal(of: request) {
            self.metrics.refused.increment()
            return reply(refusal)
        }
        switch self.check(request) {
        case .notACollection:
            self.metrics.refused.increment()
            reply(.notACollection)
        case .tooMany:
            self.metrics.refused.increment()
            reply(.tooLarge)
        case .empty:
            self.metrics.empty.increment()
            reply(.accepted)
        case .forged:
            self.metrics.forged.increment()
            self.logger.debug("Notifications without the right client state were not stored")
            reply(.accepted)
        case .acceptable:
            self.store(request, reply: reply)
        }
    }

    private func refusal(of request: WebhookRequest) -> WebhookAnswer? {
        guard request.body.readableBytes <= self.configuration.maximumBodySize else { return .tooLarge }
        guard let type = request.contentType, !MediaType.isJSON(type) else { return nil }
        return .unsupportedType
    }

    private func check(_ request: WebhookRequest) -> NotificationCheck {
        switch self.secrets {
        case .directory(let directory):
            let table = directory.table
            var now: Int64?
            return NotificationCheck.of(request.body, maximumItems: self.configuration.maximumItems) { id, state, isChange in
                guard let id, let known = table.entry(id: id) else { return false }
                guard let state, ClientState.matches(state, known.subscription.clientState) else { return true }
                if isChange {
                    let moment = now ?? self.now()
                    now = moment
                    known.activity.note(moment)
                }
                return false
            }
        case .shared(let expected):
            return NotificationCheck.of(request.body, maximumItems: self.configuration.maximumItems) { _, clientState, _ in
                !(clientState.map { ClientState.matches($0, expected) } ?? false)
            }
        }
    }

    private func store(_ request: WebhookRequest, reply: @escaping @Sendable (WebhookAnswer) -> Void) {
        self.queue.append(request.body) { result in
            switch result {
            case .success:
                self.metrics.accepted.increment()
                reply(.accepted)
            case .failure(let error):
                self.metrics.notStored.increment()
                self.logger.debug("Notifications could not be stored", metadata: [.error: "\(error)"])
                reply(self.notStored)
            }
        }
    }

    /// Calls the closure for what arrives, if there is one, until the program shuts down; what waits then is still handled.
    public func run() async throws {
        if let worker = self.worker {
            await worker.run()
        } else {
            try? await gracefulShutdown()
        }
    }
}
