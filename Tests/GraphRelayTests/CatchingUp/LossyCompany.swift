import AsyncHTTPClient
import Foundation
import GraphCalling
import GraphEmulator
import GraphNotifications
import GraphRelay
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import RealTimeTesting
import ServiceLifecycle
import Synchronization
import Testing

/// The time of day, put forward by hand; waiting is real.
final class ForwardClock: Sendable {
    private let offset = Mutex<Int64>(0)

    var now: Int64 { EmulatorClock.system.now() + self.offset.withLock { $0 } }
    var clock: EmulatorClock { EmulatorClock(now: { self.now }, sleep: EmulatorClock.system.sleep) }

    func minutesPass(_ minutes: Int64) {
        self.offset.withLock { $0 += minutes * 60_000 }
    }
}

/// An emulated Graph, and a relay that follows one resource there: real requests over real sockets.
struct LossyCompany {
    /// One update in the log.
    struct Seen: Equatable {
        var changeType: String
        var resourceID: String
        var isRecovered: Bool
        var topics: [String]
        var data: [String: String]?
    }

    let control: EmulatorControl
    let time: ForwardClock
    let graph: GraphClient
    let log: any UpdateLog
    let store: any DeltaStore
    let catchUp: CatchUp
    let subscription: SubscriptionRequest
    private let base: String
    private let id: String

    static let sales = "users/sales@example.com"

    /// Runs a company whose relay follows one resource, from when it is subscribed to.
    ///
    /// - Parameters:
    ///   - resource: What is subscribed to, `{name}` standing for what `prepare` returned.
    ///   - types: Which changes.
    ///   - select: What is fetched.
    ///   - prepare: Makes what there is before.
    ///   - body: What happens.
    static func run(
        _ resource: String, _ types: ChangeTypes = [.created, .updated, .deleted], fetching select: [String]? = nil,
        log: any UpdateLog = InMemoryUpdateLog(epoch: "e"), store: any DeltaStore = InMemoryDeltaStore(),
        prepare: (Preparation) async throws -> String = { _ in "" }, _ body: (LossyCompany) async throws -> Void
    ) async throws {
        let time = ForwardClock()
        var configuration = GraphEmulatorConfiguration(port: 0, seed: 1)
        configuration.batchWindow = .milliseconds(5)
        configuration.clock = time.clock
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let ports = Watched((emulator: 0, webhook: 0))
        let emulator = try GraphEmulator(
            configuration: configuration, onReady: { ready in ports.change { $0.emulator = ready.plain } }, logger: logger
        )
        let directory = SubscriptionDirectory()
        let queue = InMemoryNotificationQueue(now: { time.now })
        let router = Router()
        router.addRoutes(
            WebhookReceiver(directory: directory, into: queue, logger: logger).routes(), atPath: "/notifications")
        let webhook = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in ports.change { $0.webhook = channel.localAddress?.port ?? -1 } }, logger: logger
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await emulator.run() }
            group.addTask { try await webhook.run() }
            await ports.wait { $0.emulator != 0 && $0.webhook != 0 }
            let address = "http://127.0.0.1:\(ports.value.emulator)"
            let preparation = Preparation(base: address + "/v1.0")
            let name = try await prepare(preparation)
            // What is there has been there for a while.
            time.minutesPass(10)
            let request = SubscriptionRequest(
                name: "followed", resource: resource.replacing("{name}", with: name), changeTypes: types)
            let tenant = EmulatedTenant.contoso
            let graph = GraphClient(
                baseURL: address + "/v1.0",
                credential: ClientSecretCredential(
                    tenantID: tenant.id, clientID: EmulatedApplication.contoso.id,
                    clientSecret: EmulatedApplication.contoso.secrets.first?.value ?? "",
                    cloud: GraphCloud(authority: address, graph: address), httpClient: .shared, now: { time.now }
                ),
                httpClient: .shared, tenantID: tenant.id, now: { time.now }
            )
            let subscription = try await graph.createSubscription(
                GraphNotifications.SubscriptionDraft(
                    resource: request.resource, changeTypes: types,
                    notificationURL: "http://127.0.0.1:\(ports.value.webhook)/notifications",
                    lifecycleNotificationURL: "http://127.0.0.1:\(ports.value.webhook)/notifications",
                    expiresAt: time.now + 170 * 60_000, clientState: "secret"
                )
            )
            directory.set(KnownSubscription(name: "followed", id: subscription.id, clientState: "secret"))
            let fetcher = select.map {
                ResourceFetcher(graph: graph, rules: ["followed": FetchRule(select: $0)], logger: logger)
            }
            let recovered = RecoveredUpdates(log: log, fetcher: fetcher, now: { time.now }, logger: logger)
            let catchUp = CatchUp(
                graph: graph, store: store, watched: [request],
                configuration: CatchUpConfiguration(
                    debounce: .milliseconds(100), longestDebounce: .milliseconds(500), pauseAfterNothing: .milliseconds(100)
                ),
                now: { time.now }, logger: logger, take: recovered.take
            )
            let relay = NotificationRelay(
                queue: queue, log: log, directory: directory, fetcher: fetcher,
                onVagueChange: { catchUp.wasNotified(subscription: $0) },
                onLifecycle: { event in
                    guard event.event == .missed else { return }
                    try? await catchUp.mayHaveLost(
                        PossibleLoss(subscription: "followed", resource: request.resource, reason: .missed))
                },
                now: { time.now }, logger: logger
            )
            group.addTask { try await relay.run() }
            group.addTask { try await catchUp.run() }
            let company = LossyCompany(
                control: emulator.control, time: time, graph: graph, log: log, store: store, catchUp: catchUp,
                subscription: request, base: preparation.base, id: subscription.id
            )
            try await company.waits(for: "the baseline") {
                let positions = try await store.positions(of: "followed")
                return !positions.isEmpty
            }
            // One subscription is read once at a time: this comes behind all folders of the first time.
            try await catchUp.request(subscription: "followed")
            try await company.waits(for: "the end of the baseline") { catchUp.pending.isEmpty }
            time.minutesPass(10)
            try await body(company)
            group.cancelAll()
        }
    }

    /// What can be done before anybody is subscribed.
    struct Preparation {
        let base: String

        /// Asks the emulator for something, as an application would.
        ///
        /// - Returns: The id in the answer, if there is one.
        @discardableResult
        func send(_ method: HTTPMethod, _ path: String, _ body: String? = nil) async throws -> String {
            let answer = try await GraphCaller(base: self.base).call(method, path, body)
            #expect(answer.isSuccess, "\(method) \(path): \(answer.text)")
            return answer.id
        }
    }

    @discardableResult
    func send(_ method: HTTPMethod, _ path: String, _ body: String? = nil) async throws -> String {
        try await Preparation(base: self.base).send(method, path, body)
    }

    /// Does something of which no notification comes.
    func unheard(_ body: () async throws -> Void) async throws {
        let fault = try self.control.set(Fault(.subscription(self.id), .drop))
        try await body()
        // Whatever was to be sent is lost by then.
        try await self.waits(for: "the losses") { self.control.waiting.deliveries == 0 }
        self.control.removeFault(fault)
    }

    /// Looks for what was not heard, and waits until that is over.
    func catchUpNow() async throws {
        self.time.minutesPass(1)
        try await self.catchUp.request(subscription: "followed")
        try await self.waits(for: "the end of catching up") { self.catchUp.pending.isEmpty }
    }

    func seen() async throws -> [Seen] {
        try await self.log.updates(after: 0, limit: 10_000).map { update in
            let object = try JSONSerialization.jsonObject(with: Data(update.json.readableBytesView)) as? [String: Any] ?? [:]
            return Seen(
                changeType: object["changeType"] as? String ?? "", resourceID: object["resourceId"] as? String ?? "",
                isRecovered: object["recovered"] as? Bool ?? false, topics: update.topics,
                data: (object["data"] as? [String: Any])?.compactMapValues { $0 as? String }
            )
        }
    }

    /// What was heard, and what was found, in short.
    func told() async throws -> (heard: [String], found: [String]) {
        let seen = try await self.seen()
        func short(_ isRecovered: Bool) -> [String] {
            seen.filter { $0.isRecovered == isRecovered }.map { "\($0.changeType) \($0.resourceID)" }.sorted()
        }
        return (short(false), short(true))
    }

    func heard(_ count: Int) async throws {
        try await self.waits(for: "\(count) notifications") { try await self.told().heard.count >= count }
    }

    func waits(for what: Comment, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<20_000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record(what)
        throw CancellationError()
    }
}
