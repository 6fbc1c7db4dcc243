import Logging
import Metrics
import NIOCore
public import ServiceLifecycle
import SignalR

/// Those who can be reached with an update.
protocol UpdateClients: Sendable {
    /// Sends an update to the followers of its topics who have not had it.
    func send(_ update: LoggedUpdate)
    /// Tells everybody that updates are lost.
    func send(_ notice: GapNotice)
}

struct HubUpdateClients: UpdateClients {
    let hub: Hub

    func send(_ update: LoggedUpdate) {
        self.hub.clients.groups(update.topics)
            .send(SerializedHubMessage("graphUpdate", fragment: JSONFragment(update.json)), at: update.offset)
    }

    func send(_ notice: GapNotice) {
        self.hub.clients.all.send(SerializedHubMessage("gap", fragment: JSONFragment(notice.json())))
    }
}

/// Follows the log and sends each update, once encoded, to the followers of its topics.
///
/// It keeps its own offset: when it falls behind, or the log fails for a while, it reads on from there. A client that is
/// ahead of it, because it caught up from the log, does not get anything twice.
public struct UpdateBroadcaster: Service {
    /// How many updates are read at a time.
    static let pageSize = 512

    private let log: any UpdateLog
    private let clients: any UpdateClients
    /// How far it has come; -1 before it began.
    private let progress: PositionSignal
    private let retryDelay: Duration
    private let metrics: RelayMetrics
    private let logger: Logger

    init(
        log: any UpdateLog, clients: any UpdateClients, progress: PositionSignal, retryDelay: Duration,
        metrics: RelayMetrics, logger: Logger
    ) {
        self.log = log
        self.clients = clients
        self.progress = progress
        self.retryDelay = retryDelay
        self.metrics = metrics
        self.logger = logger
    }

    /// Broadcasts until the program shuts down.
    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var position = try await self.retrying { () async throws(RelayError) in try await self.log.bounds().latest }
            // From here on nobody can follow the log without being sent what comes next.
            self.progress.advance(to: position)
            while !Task.isCancelled {
                let page = try await self.retrying { [position] () async throws(RelayError) in
                    try await self.log.updates(after: position, limit: Self.pageSize)
                }
                guard let first = page.first, let last = page.last else {
                    let oldest = try await self.retrying { () async throws(RelayError) in try await self.log.bounds().oldest }
                    if oldest > position + 1 {
                        self.tellGap(after: position, before: oldest)
                        position = oldest - 1
                        self.progress.advance(to: position)
                    } else {
                        await self.log.waitForUpdate(after: position)
                    }
                    continue
                }
                if first.offset > position + 1 { self.tellGap(after: position, before: first.offset) }
                for update in page { self.clients.send(update) }
                self.metrics.broadcasts.increment(by: page.count)
                position = last.offset
                self.progress.advance(to: position)
            }
        }
    }

    /// Retention was faster than the broadcast: honest, if it can happen at all.
    private func tellGap(after position: Int64, before oldest: Int64) {
        self.metrics.gaps.increment()
        self.logger.error(
            "Updates went out of the log before they were broadcast",
            metadata: [.cursor: "\(position)", .count: "\(oldest - 1 - position)"]
        )
        self.clients.send(
            GapNotice(
                topics: [], oldest: Cursor(epoch: self.log.epoch, offset: oldest - 1),
                reason: "Updates went out of the log before they could be sent."
            )
        )
    }

    private func retrying<Value>(_ read: () async throws(RelayError) -> Value) async throws -> Value {
        while true {
            do throws(RelayError) {
                return try await read()
            } catch {
                self.metrics.failures.increment()
                self.logger.debug("The log could not be read", metadata: [.error: "\(error)"])
            }
            try await Task.sleep(for: self.retryDelay)
        }
    }
}
