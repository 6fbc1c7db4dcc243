public import GraphNotifications
public import Logging
import Metrics
import NIOCore

/// Brings what was found by catching up into the log, as updates that say so: the same topics, the same comparison with what
/// was delivered.
///
/// ```swift
/// let recovered = RecoveredUpdates(log: storage.log, logger: logger)
/// let catchUp = CatchUp(graph: graph, store: storage.deltas, watched: requests, take: recovered.take)
/// ```
public struct RecoveredUpdates: Sendable {
    private let log: any UpdateLog
    private let configuration: RelayConfiguration
    private let fetcher: ResourceFetcher?
    private let metrics: RelayMetrics
    private let now: @Sendable () -> Int64
    private let logger: Logger

    /// - Parameters:
    ///   - log: Where updates go.
    ///   - configuration: How far back they are compared with what was delivered.
    ///   - fetcher: What brings the objects, where a subscription asks for them.
    ///   - metrics: Where to count.
    ///   - now: Milliseconds since 1970.
    ///   - logger: For what the log refuses.
    public init(
        log: any UpdateLog, configuration: RelayConfiguration = .init(), fetcher: ResourceFetcher? = nil,
        metrics: RelayMetrics = .init(), now: @escaping @Sendable () -> Int64 = NotificationRelay.systemTime, logger: Logger
    ) {
        self.log = log
        self.configuration = configuration
        self.fetcher = fetcher
        self.metrics = metrics
        self.now = now
        self.logger = logger
    }

    /// Appends changes to the log. They are durable when it returns.
    ///
    /// - Returns: How many of them had not been delivered already.
    /// - Throws: ``GraphError/Code/storageFailed`` if the log does not work now. Some may be in it; given again, they are known.
    public func take(_ changes: [RecoveredChange]) async throws(GraphError) -> Int {
        let now = self.now()
        var scratch = ByteBuffer()
        var drafts = changes.map { change in
            UpdateDraft(
                update: GraphUpdate(
                    changeType: change.changeType.description, resource: change.resource, timestamp: now,
                    topics: Topics.topics(of: change.resource, subscription: change.subscription),
                    subscription: change.subscription, tenantID: change.tenantID, resourceID: change.resourceID,
                    isRecovered: true
                ),
                deduplicationKey: DeduplicationKey(
                    of: change, now: now, configuration: self.configuration, scratch: &scratch
                )
            )
        }
        if let fetcher = self.fetcher {
            for start in stride(from: 0, to: drafts.count, by: self.configuration.maximumBatchItems) {
                let range = start..<min(start + self.configuration.maximumBatchItems, drafts.count)
                await fetcher.fill(&drafts[range])
            }
        }
        return try await self.append(drafts[...])
    }

    private func append(_ drafts: ArraySlice<UpdateDraft>) async throws(GraphError) -> Int {
        let failure: RelayError
        do throws(RelayError) {
            let updates = try await self.log.append(RelayOutcome(drafts: Array(drafts)))
            self.metrics.updates.increment(by: updates.count)
            self.metrics.duplicates.increment(by: drafts.count - updates.count)
            return updates.count
        } catch {
            failure = error
        }
        guard !failure.isRetryable else { throw GraphError(.storageFailed, failure.message, cause: failure) }
        // One of them is to blame, and must not keep back the others.
        guard drafts.count > 1 else {
            self.logger.error("The log does not take an update that was found by catching up", metadata: [.error: "\(failure)"])
            return 0
        }
        let middle = drafts.startIndex + drafts.count / 2
        return try await self.append(drafts[..<middle]) + self.append(drafts[middle...])
    }
}
