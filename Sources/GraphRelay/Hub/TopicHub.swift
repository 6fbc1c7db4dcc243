public import Logging
import NIOCore
public import SignalR
import Synchronization

/// The hub `graphUpdates`: clients follow topics of the update log, live and from where they left off.
///
/// | Client calls | Answer |
/// |---|---|
/// | `Subscribe(topics, after)` | `{ cursor, gap, oldest, updates }`, then live |
/// | `SubscribeBatched(topics, after)` | the same; what was missed comes as `graphUpdates`, several at a time |
/// | `Unsubscribe(topics)` | – |
/// | `Topics()` | the topics this caller may follow |
///
/// `after` is the cursor of the last update that was handled, or null to begin now. The answer holds the first page of
/// what was missed; the rest is sent as calls of `graphUpdate`, in order, before what is new. When the log no longer
/// holds it, or is another log, the answer says so: `gap` is true, `updates` is empty, and the client is live from
/// `cursor` on. A client that is overtaken while it catches up is called at `gap` with `{ topics, oldest, reason }`.
///
/// ```swift
/// let updates = TopicHub(log: storage.log)
/// let app = Application(
///     router: router, server: .signalR(["/graphUpdates": updates.hub]), services: [updates.broadcaster]
/// )
/// ```
public struct TopicHub: Sendable {
    /// The hub, to be served at `/graphUpdates`.
    public let hub: Hub
    /// Sends what is appended to the log to those who follow it. It must run for anybody to get anything.
    public let broadcaster: UpdateBroadcaster

    /// - Parameters:
    ///   - log: The log that clients follow.
    ///   - policy: Which topics a caller may follow.
    ///   - known: The topics there are, for `Topics()`; they need not have had an update yet.
    ///   - authenticate: Makes a user of a request; without it nobody signs in.
    ///   - configuration: The limits.
    ///   - metrics: Where to count.
    ///   - logger: Where to log.
    public init(
        log: any UpdateLog, policy: TopicPolicy = .open, known: @escaping @Sendable () -> [String] = { [Topics.all] },
        authenticate: (@Sendable (HubRequest) async throws -> HubUser?)? = nil,
        configuration: TopicHubConfiguration = .init(), metrics: RelayMetrics = .init(), logger: Logger
    ) {
        let progress = PositionSignal(position: -1)
        let followers = Followers(log: log, broadcast: progress, configuration: configuration, metrics: metrics)
        let calls = TopicCalls(followers: followers, policy: policy, known: known, configuration: configuration)
        self.hub = Hub("graphUpdates") { hub in
            if let authenticate { hub.authenticate(authenticate) }
            calls.register(on: &hub)
        }
        self.broadcaster = UpdateBroadcaster(
            log: log, clients: HubUpdateClients(hub: self.hub), progress: progress,
            retryDelay: configuration.retryDelay, metrics: metrics, logger: logger
        )
    }
}

/// The methods that clients call.
struct TopicCalls: Sendable {
    let followers: Followers
    let policy: TopicPolicy
    let known: @Sendable () -> [String]
    let configuration: TopicHubConfiguration

    func register(on hub: inout Hub) {
        hub.onConnect { caller in self.followers.add(caller.connectionID) }
        hub.onDisconnect { caller, _ in self.followers.remove(caller.connectionID) }
        hub.on("Subscribe") { (caller: HubCaller, topics: [String], after: String?) -> JSONFragment in
            try await self.subscribe(caller, to: topics, after: after, isBatched: false)
        }
        hub.on("SubscribeBatched") { (caller: HubCaller, topics: [String], after: String?) -> JSONFragment in
            try await self.subscribe(caller, to: topics, after: after, isBatched: true)
        }
        hub.on("Unsubscribe") { (caller: HubCaller, topics: [String]) in
            let topics = try self.checked(topics)
            await self.followers.follower(of: caller.connectionID)?
                .unsubscribe(from: topics, over: CallerConnection(caller: caller))
        }
        hub.on("Topics") { (caller: HubCaller) -> [String] in self.topics(for: caller.user) }
    }

    private func subscribe(
        _ caller: HubCaller, to topics: [String], after: String?, isBatched: Bool
    ) async throws -> JSONFragment {
        let topics = try self.checked(topics)
        guard !topics.isEmpty else { throw HubException("Name at least one topic to follow.") }
        if let refused = topics.first(where: { !self.policy.allows($0, to: caller.user) }) {
            throw HubException("You may not follow the topic \(refused).")
        }
        guard let follower = self.followers.follower(of: caller.connectionID) else {
            throw HubException("The connection has ended.")
        }
        do {
            return JSONFragment(
                try await follower.subscribe(
                    to: topics, after: after, isBatched: isBatched, over: CallerConnection(caller: caller)
                )
            )
        } catch {
            throw HubException(
                error.isRetryable ? "The updates cannot be read at the moment; subscribe again later." : error.message
            )
        }
    }

    /// The topics in their canonical form, each once.
    func checked(_ topics: [String]) throws(HubException) -> [String] {
        do {
            return try Topics.checked(topics, configuration: self.configuration)
        } catch {
            throw HubException(error.message)
        }
    }

    /// What a caller may follow: the topics there are, and the patterns that stand for more.
    func topics(for user: HubUser?) -> [String] {
        let patterns = self.policy.patterns(for: user)
        let known = self.known().filter { topic in patterns.contains { TopicPolicy.matches(topic, $0) } }
        let rest = patterns.contains("*") ? ["user/*"] : patterns
        return known + rest.filter { !known.contains($0) }
    }
}

/// The followers of all connections.
final class Followers: Sendable {
    private let make: @Sendable () -> Follower
    private let table = Mutex<[String: Follower]>([:])

    init(log: any UpdateLog, broadcast: PositionSignal, configuration: TopicHubConfiguration, metrics: RelayMetrics) {
        self.make = { Follower(log: log, broadcast: broadcast, configuration: configuration, metrics: metrics) }
    }

    func add(_ connectionID: String) {
        let follower = self.make()
        self.table.withLock { $0[connectionID] = follower }
    }

    func remove(_ connectionID: String) {
        self.table.withLock { $0[connectionID] = nil }
    }

    func follower(of connectionID: String) -> Follower? {
        self.table.withLock { $0[connectionID] }
    }
}
