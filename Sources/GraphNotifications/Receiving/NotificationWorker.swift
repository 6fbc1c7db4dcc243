import Logging
import Metrics
import ServiceLifecycle

/// Calls an application's closure for what waits in memory, one after the other.
struct NotificationWorker: Sendable {
    /// How often the closure is called for one notification at most.
    static let maximumAttempts = 5
    private static let pageSize = 32

    let queue: InMemoryNotificationQueue
    private let clientState: String
    private let backoff: Backoff
    private let handler: @Sendable (ChangeNotification) async throws -> Void
    private let onLifecycle: @Sendable (LifecycleNotification) async throws -> Void
    private let metrics: GraphMetrics
    private let logger: Logger

    init(
        queue: InMemoryNotificationQueue, clientState: String, backoff: Backoff,
        handler: @escaping @Sendable (ChangeNotification) async throws -> Void,
        onLifecycle: @escaping @Sendable (LifecycleNotification) async throws -> Void, metrics: GraphMetrics,
        logger: Logger
    ) {
        self.queue = queue
        self.clientState = clientState
        self.backoff = backoff
        self.handler = handler
        self.onLifecycle = onLifecycle
        self.metrics = metrics
        self.logger = logger
    }

    /// Works until the program shuts down and nothing waits any more, or the task is cancelled.
    func run() async {
        var position: Int64 = 0
        while !Task.isCancelled {
            // It does not fail: it is in memory.
            let entries = (try? await self.queue.entries(after: position, limit: Self.pageSize)) ?? []
            guard let last = entries.last else {
                if Task.isShuttingDownGracefully { return }
                await cancelWhenGracefulShutdown { [position] in
                    await self.queue.waitForEntry(after: position)
                }
                continue
            }
            for entry in entries {
                await self.handle(entry)
                self.queue.settle([entry.id])
            }
            position = last.id
        }
    }

    private func handle(_ entry: QueuedNotification) async {
        // What is not a collection at all was refused before it came here.
        for item in (try? NotificationBatch.items(in: entry.body)) ?? [] {
            switch item {
            case .change(let change):
                guard ClientState.matches(change.clientState, self.clientState) else {
                    self.metrics.forged.increment()
                    continue
                }
                await self.attempt { try await self.handler(change) }
            case .lifecycle(let notification):
                guard ClientState.matches(notification.clientState, self.clientState) else {
                    self.metrics.forged.increment()
                    continue
                }
                await self.attempt { try await self.onLifecycle(notification) }
            case .malformed(let detail, _):
                self.metrics.dropped.increment()
                self.logger.debug("Dropped an item that is not a notification", metadata: [.error: "\(detail)"])
            }
        }
    }

    private func attempt(_ body: () async throws -> Void) async {
        for attempt in 1...Self.maximumAttempts {
            do {
                try await body()
                return
            } catch {
                guard attempt < Self.maximumAttempts, !Task.isCancelled else { break }
                self.logger.debug("The notification handler failed", metadata: [.count: "\(attempt)"])
            }
            let delay = self.backoff.delay(afterFailures: attempt, random: .random(in: 0..<1))
            // While the program shuts down there is no time to wait.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: delay) }
        }
        self.metrics.dropped.increment()
        self.logger.warning(
            "A notification was dropped: its handler failed each time", metadata: [.count: "\(Self.maximumAttempts)"]
        )
    }
}
