public import GraphNotifications
public import Logging
public import ServiceLifecycle
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Brings notifications from the queue into the log: the way from Graph to the people.
///
/// Entries are taken in order. Each of their items is verified, compared with what came before, and becomes an update, a
/// lifecycle event, or a dead letter with its reason. What is decided and the entries it settles go into the log in one
/// transaction, so that a crash leaves a notification in exactly one of the two.
///
/// While the store fails, nothing is lost and nothing is skipped: the relay tries again for ever, and the queue grows.
///
/// ```swift
/// let relay = NotificationRelay(queue: storage.queue, log: storage.log, directory: directory, logger: logger)
/// ```
public struct NotificationRelay: Service {
    private let queue: any NotificationQueue
    private let log: any UpdateLog
    private let directory: SubscriptionDirectory
    private let configuration: RelayConfiguration
    private let opener: NotificationOpener?
    private let fetcher: ResourceFetcher?
    private let onVagueChange: @Sendable (String) -> Void
    private let onLifecycle: @Sendable (LifecycleNotification) async throws -> Void
    private let metrics: RelayMetrics
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private let condition = RelayCondition()

    /// - Parameters:
    ///   - queue: Where notifications wait.
    ///   - log: Where updates go.
    ///   - directory: Which subscriptions are known.
    ///   - configuration: Its times and sizes.
    ///   - opener: What verifies and opens encrypted content; `nil` passes it over, and updates come without it.
    ///   - fetcher: What fetches objects, where a subscription asks for them. Updates wait for it, but not for long.
    ///   - onVagueChange: Told of a subscription whose notification did not say what changed, after it is in the log. It must be
    ///     quick.
    ///   - onLifecycle: Told of each lifecycle event before the entry it came in is settled, and again while it throws: at least
    ///     once, also if the process ends meanwhile. The relay waits for it.
    ///   - metrics: Where to count.
    ///   - now: Milliseconds since 1970.
    ///   - logger: For what cannot be thrown: that the store fails, and that it works again.
    public init(
        queue: any NotificationQueue, log: any UpdateLog, directory: SubscriptionDirectory,
        configuration: RelayConfiguration = .init(), opener: NotificationOpener? = nil,
        fetcher: ResourceFetcher? = nil, onVagueChange: @escaping @Sendable (_ subscription: String) -> Void = { _ in },
        onLifecycle: @escaping @Sendable (LifecycleNotification) async throws -> Void = { _ in },
        metrics: RelayMetrics = .init(), now: @escaping @Sendable () -> Int64 = Self.systemTime, logger: Logger
    ) {
        self.queue = queue
        self.log = log
        self.directory = directory
        self.configuration = configuration
        self.opener = opener
        self.fetcher = fetcher
        self.onVagueChange = onVagueChange
        self.onLifecycle = onLifecycle
        self.metrics = metrics
        self.now = now
        self.logger = logger
    }

    /// Whether the queue or the log failed the last time it was asked.
    public var isFailing: Bool { self.condition.isFailing.load(ordering: .relaxed) }

    /// Relays until the program shuts down; the batch in hand is committed first.
    public func run() async throws {
        let worker = RelayWorker(
            queue: self.queue, log: self.log, directory: self.directory, configuration: self.configuration,
            opener: self.opener, fetcher: self.fetcher, onVagueChange: self.onVagueChange, onLifecycle: self.onLifecycle,
            metrics: self.metrics, now: self.now, logger: self.logger,
            condition: self.condition
        )
        await cancelWhenGracefulShutdown { await worker.run() }
    }

    /// The wall clock of the system, in milliseconds since 1970.
    @Sendable
    public static func systemTime() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1000)
    }
}

/// How the relay is, for whoever asks from outside.
final class RelayCondition: Sendable {
    let isFailing = Atomic(false)
}
