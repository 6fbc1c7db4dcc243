import GraphNotifications
import GraphRelay
import NIOCore
import RealTimeTesting
import Synchronization

@testable import GraphRelay

/// A clock that stands still until it is told.
final class ManualTime: Sendable {
    private let milliseconds: Mutex<Int64>

    init(_ milliseconds: Int64 = 1_800_000_000_000) {
        self.milliseconds = Mutex(milliseconds)
    }

    var now: Int64 { self.milliseconds.withLock { $0 } }

    func advance(by duration: Duration) {
        self.milliseconds.withLock { $0 += duration.milliseconds }
    }
}

/// A log in memory that fails or stops when it is told to, and remembers what it was asked.
final class FakeLog: UpdateLog {
    let log: InMemoryUpdateLog
    /// How often `append` was called.
    let attempts = Watched(0)
    /// The outcomes that were appended.
    let outcomes = Watched<[RelayOutcome]>([])
    /// How often somebody has come to the end of the log.
    let endsReached = Watched(0)
    private let failAppend = Mutex<@Sendable (RelayOutcome) -> RelayError?>({ _ in nil })
    private let failRead = Mutex<@Sendable () -> RelayError?>({ nil })
    private let beforeAppend = Mutex<@Sendable () async -> Void>({})
    private let hidden = Mutex<Int64>(0)

    init(maximumBytes: Int = 64 << 20, settle: @escaping @Sendable ([Int64]) -> Void = { _ in }) {
        self.log = InMemoryUpdateLog(epoch: "e", maximumBytes: maximumBytes, settle: settle)
    }

    var epoch: String { self.log.epoch }

    func failAppends(_ failure: @escaping @Sendable (RelayOutcome) -> RelayError?) {
        self.failAppend.withLock { $0 = failure }
    }

    func beforeAppends(_ work: @escaping @Sendable () async -> Void) {
        self.beforeAppend.withLock { $0 = work }
    }

    func failReads(_ failure: @escaping @Sendable () -> RelayError?) {
        self.failRead.withLock { $0 = failure }
    }

    /// Retention: what lies up to `offset` is gone.
    func purge(through offset: Int64) {
        self.hidden.withLock { $0 = offset }
    }

    func append(_ outcome: RelayOutcome) async throws(RelayError) -> [LoggedUpdate] {
        await self.beforeAppend.withLock { $0 }()
        let failure = self.failAppend.withLock { $0 }(outcome)
        defer { self.attempts.change { $0 += 1 } }
        if let failure { throw failure }
        let updates = try await self.log.append(outcome)
        self.outcomes.change { $0.append(outcome) }
        return updates
    }

    func updates(after offset: Int64, limit: Int) async throws(RelayError) -> [LoggedUpdate] {
        if let failure = self.failRead.withLock({ $0 })() { throw failure }
        let updates = try await self.log.updates(after: max(offset, self.hidden.withLock { $0 }), limit: limit)
        if updates.isEmpty { self.endsReached.change { $0 += 1 } }
        return updates
    }

    func bounds() async throws(RelayError) -> UpdateLogBounds {
        if let failure = self.failRead.withLock({ $0 })() { throw failure }
        let bounds = try await self.log.bounds()
        return UpdateLogBounds(oldest: max(bounds.oldest, self.hidden.withLock { $0 } + 1), latest: bounds.latest)
    }

    func waitForUpdate(after offset: Int64) async {
        await self.log.waitForUpdate(after: offset)
    }
}

extension RelayError {
    static let outage = RelayError(.storageFailed, "There is no space left.")
    static let refusal = RelayError(.refused, "Not this.")
}

extension UpdateLog {
    /// Appends one update of these topics, and returns it.
    @discardableResult
    func append(_ topics: [String], resource: String = "Users/u1/Messages/m1") async throws(RelayError) -> LoggedUpdate {
        let draft = UpdateDraft(
            update: GraphUpdate(changeType: "created", resource: resource, timestamp: 1_000, topics: topics),
            deduplicationKey: DeduplicationKey(high: 0, low: 0, window: .zero)
        )
        return try await self.append(RelayOutcome(drafts: [draft]))[0]
    }
}

/// One item as Graph writes it.
func item(
    _ subscription: String = "s1", secret: String? = "secret", type: String = "created",
    resource: String = "Users/u1/Messages/m1", id: String? = nil, etag: String? = nil, extra: String? = nil
) -> String {
    var members = [#""subscriptionId":"\#(subscription)""#, #""changeType":"\#(type)""#, #""resource":"\#(resource)""#]
    if let secret { members.append(#""clientState":"\#(secret)""#) }
    if let id { members.append(#""id":"\#(id)""#) }
    if let etag { members.append(#""resourceData":{"@odata.etag":"\#(etag)","id":"m"}"#) }
    if let extra { members.append(extra) }
    return "{" + members.joined(separator: ",") + "}"
}

func lifecycle(_ subscription: String = "s1", secret: String = "secret", event: String = "missed") -> String {
    #"{"subscriptionId":"\#(subscription)","clientState":"\#(secret)","lifecycleEvent":"\#(event)"}"#
}

/// The body of one `POST`.
func body(_ items: String...) -> ByteBuffer {
    ByteBuffer(string: #"{"value":["# + items.joined(separator: ",") + "]}")
}

extension KnownSubscription {
    static let sales = KnownSubscription(name: "sales", id: "s1", clientState: "secret")
}

extension GraphNotifications.NotificationQueue {
    /// Appends, and waits until it is stored.
    @discardableResult
    func append(_ body: ByteBuffer) async throws -> Int64 {
        try await withCheckedThrowingContinuation { continuation in
            self.append(body) { continuation.resume(with: $0) }
        }
    }
}
