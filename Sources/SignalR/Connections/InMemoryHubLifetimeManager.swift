public import Metrics
import NIOCore
public import SignalRProtocol
import Synchronization

/// Who is connected to a hub in this process, on all event loops, and how to reach them.
///
/// It knows of no other process: a message to everybody reaches everybody here.
public final class InMemoryHubLifetimeManager: HubLifetimeManager {
    private struct Entry: Sendable {
        let loop: NIOLoopBound<HubLoop>
        let mailbox: LoopMailbox<HubLoopItem>
    }

    let metrics: HubMetrics
    let results = ClientResults()
    private let entries = Mutex<[Entry]>([])
    private let openCounts = TransportCounts()
    private let admittedCount = Atomic(0)
    private let isDraining = Atomic(false)

    /// - Parameters:
    ///   - hub: The hub's name, for its metrics.
    ///   - metrics: Where the metrics of connections go; the system's if it is not given.
    public init(hub: String, metrics: (any MetricsFactory)? = nil) {
        self.metrics = HubMetrics(hub: hub, factory: metrics)
    }

    public var local: InMemoryHubLifetimeManager? { self }

    /// How many connections are open.
    public var connectionCount: Int { self.openCounts.total }

    /// The part of an event loop, and the way to it. On that event loop.
    func loop(on eventLoop: any EventLoop) -> (loop: HubLoop, mailbox: LoopMailbox<HubLoopItem>) {
        let entry = self.entries.withLock { entries in
            if let entry = entries.first(where: { $0.loop.eventLoop === eventLoop }) { return entry }
            let loop = NIOLoopBound(HubLoop(eventLoop: eventLoop, metrics: self.metrics), eventLoop: eventLoop)
            let mailbox = LoopMailbox<HubLoopItem>(eventLoop: eventLoop) { loop.value.drain($0) }
            let entry = Entry(loop: loop, mailbox: mailbox)
            entries.append(entry)
            return entry
        }
        return (entry.loop.value, entry.mailbox)
    }

    // MARK: - Reaching them

    public func send(_ message: SerializedHubMessage, to target: HubTarget) async throws {
        self.post(message, to: target, at: nil)
    }

    public func post(_ message: SerializedHubMessage, to target: HubTarget, at position: Int64?) {
        for entry in self.entries.withLock({ $0 }) {
            entry.mailbox.post(.send(message, target, position: position))
        }
    }

    public func invoke(
        _ call: SerializedHubMessage, id: String, on connectionID: String, timeout: Duration
    ) async throws -> ClientAnswer {
        guard let connection = await self.connection(connectionID) else { throw ClientResultError.unknown(connectionID) }
        guard let record = call.record(in: connection.kind) else { throw ClientResultError.notWritable(connection.kind) }
        return try await connection.invoke(
            record, id: id, method: call.invocation?.target ?? "", connectionID: connectionID, results: self.results,
            timeout: timeout
        )
    }

    @discardableResult
    public func join(_ group: String, connectionID: String) async throws -> Bool {
        await self.connection(connectionID)?.perform { $0.join(group) } != nil
    }

    @discardableResult
    public func leave(_ group: String, connectionID: String) async throws -> Bool {
        await self.connection(connectionID)?.perform { $0.leave(group) } != nil
    }

    public func exists(_ target: HubTarget) async throws -> Bool {
        for entry in self.entries.withLock({ $0 }) {
            // An event loop that has ended has no connections.
            let reaches = try? await entry.loop.eventLoop.submit { entry.loop.value.reaches(target) }.get()
            if reaches == true { return true }
        }
        return false
    }

    public func close(_ target: HubTarget, reason: CloseReason) async throws {
        for entry in self.entries.withLock({ $0 }) {
            try? await entry.loop.eventLoop.submit { entry.loop.value.close(target, reason) }.get()
        }
    }

    /// The open connection of this name; `nil` if there is none.
    private func connection(_ connectionID: String) async -> HubConnectionHandle? {
        for entry in self.entries.withLock({ $0 }) {
            let handle = try? await entry.loop.eventLoop.submit { entry.loop.value.handle(of: connectionID) }.get()
            if let handle = handle ?? nil { return handle }
        }
        return nil
    }

    /// Ends all connections that there are now, and waits until nothing is left of them.
    func closeAll(_ reason: CloseReason) async {
        for end in await self.gather({ $0.closeAll(reason) }) { try? await end.get() }
    }

    /// Takes no new connections, and ends all that there are, evenly over a time.
    func drain(_ reason: CloseReason, over window: Duration) async {
        self.isDraining.store(true, ordering: .relaxed)
        let ends = await self.gather { $0.drainAll(reason, over: window) }
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await EventLoopFuture.allEnded(ends) }
            tasks.addTask { try? await Task.sleep(for: window) }
            await tasks.next()
            tasks.cancelAll()
        }
        // So that nobody is left who came in between, or has no transport.
        await self.closeAll(reason)
    }

    /// Completed when nothing is left of the transports that there are.
    func ends() async -> [EventLoopFuture<Void>] { await self.gather(\.ends) }

    /// What the parts of all event loops answer, each on its own.
    private func gather(
        _ body: @escaping @Sendable (HubLoop) -> [EventLoopFuture<Void>]
    ) async -> [EventLoopFuture<Void>] {
        var ends: [EventLoopFuture<Void>] = []
        for entry in self.entries.withLock({ $0 }) {
            // An event loop that has ended has no connections.
            ends += (try? await entry.loop.eventLoop.submit { body(entry.loop.value) }.get()) ?? []
        }
        return ends
    }

    // MARK: - Counting

    /// Whether there is room for one more connection.
    func hasRoom(maximum: Int) -> Bool {
        !self.isDraining.load(ordering: .relaxed) && self.admittedCount.load(ordering: .relaxed) < maximum
    }

    /// Makes room for one more connection; `false` if there are `maximum` already, or none are taken any more.
    func admit(maximum: Int) -> Bool {
        guard !self.isDraining.load(ordering: .relaxed) else { return false }
        guard self.admittedCount.add(1, ordering: .relaxed).newValue <= maximum else {
            self.admittedCount.subtract(1, ordering: .relaxed)
            self.metrics.exceeded(.connections)
            return false
        }
        return true
    }

    /// A connection that was admitted is no more.
    func release() {
        self.admittedCount.subtract(1, ordering: .relaxed)
    }

    func opened(over kind: TransportKind) {
        self.metrics.connected(over: kind, count: self.openCounts.add(1, to: kind))
    }

    func ended(_ reason: CloseReason, over kind: TransportKind) {
        self.metrics.disconnected(reason, over: kind, count: self.openCounts.add(-1, to: kind))
    }
}
