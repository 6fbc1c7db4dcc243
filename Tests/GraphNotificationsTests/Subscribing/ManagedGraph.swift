import Logging
import Synchronization
import Testing

@testable import GraphNotifications

/// Remembers what may have been lost, and fails when it is told to.
final class RecordingObserver: LossObserver {
    private let failures = Mutex(0)
    let told = Notes<String>()
    /// Called before a loss is taken note of.
    private let before = Mutex<(@Sendable (PossibleLoss) -> Void)?>(nil)

    func fail(_ times: Int) { self.failures.withLock { $0 = times } }

    func onLoss(_ body: @escaping @Sendable (PossibleLoss) -> Void) { self.before.withLock { $0 = body } }

    func mayHaveLost(_ loss: PossibleLoss) async throws(GraphError) {
        let fails = self.failures.withLock { failures in
            failures -= 1
            return failures >= 0
        }
        if fails { throw GraphError(.storageFailed, "The disk is full.") }
        self.before.withLock { $0 }?(loss)
        self.told.note("\(loss.subscription) \(loss.reason.rawValue)")
    }
}

/// A store whose content can be seen at once.
final class NotedStore: SubscriptionStore {
    private let state: Mutex<(records: [String: SubscriptionRecord], sign: Int64?)>

    init(_ records: [SubscriptionRecord]) {
        self.state = Mutex((Dictionary(uniqueKeysWithValues: records.map { ($0.name, $0) }), nil))
    }

    var records: [SubscriptionRecord] { self.state.withLock { $0.records.values.sorted { $0.name < $1.name } } }
    var signOfLife: Int64? { self.state.withLock { $0.sign } }

    func all() async throws(GraphError) -> [SubscriptionRecord] { self.records }
    func save(_ record: SubscriptionRecord) async throws(GraphError) {
        self.state.withLock { $0.records[record.name] = record }
    }
    func remove(name: String) async throws(GraphError) { self.state.withLock { $0.records[name] = nil } }
    func lastSignOfLife() async throws(GraphError) -> Int64? { self.signOfLife }
    func noteSignOfLife(_ now: Int64) async throws(GraphError) { self.state.withLock { $0.sign = now } }
}

/// Managers over played Graphs, one for each account, whose store and time outlive them.
final class ManagedGraph: Sendable {
    static let url = "https://me.test/notifications"

    let time = ManualTime()
    let store: NotedStore
    let directory: SubscriptionDirectory
    let losses = RecordingObserver()
    let lines = Notes<String>()
    let graphs: [String: PlayedGraph]

    init(_ records: [SubscriptionRecord] = [], accounts: [String] = ["default"], directory: SubscriptionDirectory = .init()) {
        self.store = NotedStore(records)
        self.directory = directory
        self.graphs = Dictionary(uniqueKeysWithValues: accounts.map { ($0, PlayedGraph()) })
    }

    var played: PlayedGraph { self.graphs["default"]! }

    static func request(_ name: String, account: String = "default") -> SubscriptionRequest {
        SubscriptionRequest(name: name, account: account, resource: "users/\(name)/messages", changeTypes: .created)
    }

    static func record(_ name: String, id: String?, url: String = ManagedGraph.url) -> SubscriptionRecord {
        SubscriptionRecord(
            name: name, id: id, resource: "users/\(name)/messages", changeTypes: .created, notificationURL: url,
            clientState: "state-\(name)", expiresAt: id == nil ? nil : ManualTime.start + 3_600_000,
            createdAt: id == nil ? nil : ManualTime.start, confirmedAt: id == nil ? nil : ManualTime.start
        )
    }

    func plant(_ id: String, _ name: String, state: String? = nil, url: String = ManagedGraph.url, minutes: Int64 = 60) {
        self.played.plant(
            .init(
                id: id, resource: "users/\(name)/messages", changeType: "created", notificationURL: url,
                clientState: state ?? "state-\(name)", expiresAt: GraphTime.iso8601(self.time.milliseconds + minutes * 60_000)
            )
        )
    }

    func manager(
        _ requests: [SubscriptionRequest], url: String = ManagedGraph.url, lifecycleURL: String? = nil,
        policy: SubscriptionPolicy = .init(listInterval: nil), random: @escaping @Sendable () -> Double = { 0.5 }
    ) -> SubscriptionManager {
        let now = { @Sendable [time] in time.milliseconds }
        let accounts = self.graphs.map { name, played in
            SubscriptionAccount(
                name: name, graph: GraphClient(played, tenantID: name, clock: self.time, now: now), tenantID: "tenant-\(name)",
                applicationID: "app-\(name)"
            )
        }
        return SubscriptionManager(
            accounts: accounts, store: self.store, directory: self.directory, notificationURL: url,
            lifecycleNotificationURL: lifecycleURL, requests: requests, losses: self.losses, policy: policy, clock: self.time,
            now: now, random: random, logger: recordingLogger(self.lines)
        )
    }

    func running(_ manager: SubscriptionManager, _ body: (SubscriptionManager) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await manager.run() }
            try await body(manager)
            group.cancelAll()
        }
    }

    static func areActive(_ manager: SubscriptionManager) -> Bool {
        let status = manager.status()
        return !status.isEmpty && status.allSatisfy { $0.state == "active" && $0.confirmedAt != nil && $0.lastError == nil }
    }
}
