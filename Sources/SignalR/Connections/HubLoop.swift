import Metrics
import NIOCore
import SignalRProtocol

/// Something for an event loop to do about its connections.
enum HubLoopItem: Sendable {
    /// Send a message.
    case send(SerializedHubMessage, HubTarget, position: Int64?)
    /// Do something with one connection, behind all messages that came before.
    case perform(@Sendable () -> Void)
}

/// The connections of one hub on one event loop, and how messages reach them. Used on that event loop only.
final class HubLoop {
    private static let batchSize = 256 << 10

    let eventLoop: any EventLoop
    let callExecutor: CallExecutor
    private let metrics: HubMetrics
    private let everyone = HubGroup(.everyone)
    private var groups: [String: HubGroup] = [:]
    private var users: [String: HubGroup] = [:]
    private var open: [String: HubConnection] = [:]
    /// All connections with a transport, also those that are not open.
    private var tracked: ContiguousArray<HubConnection> = []
    private var ticker: RepeatedTask?
    private var batch = BroadcastBatch()
    /// The same messages as `batch`, for those that speak MessagePack; filled only while there are any.
    private var binaryBatch = BroadcastBatch()
    /// Counts runs, for meeting nobody twice.
    private var mark: UInt64 = 0
    private var isDraining = false
    /// Those that were written to while draining.
    private var unflushed: ContiguousArray<HubConnection> = []
    private var staged: ContiguousArray<HubConnection> = []
    private var scratch = ByteBuffer()
    /// What its connections kept for their clients when the clock was last looked at.
    private var reconnectBytes = 0

    init(eventLoop: any EventLoop, metrics: HubMetrics) {
        self.eventLoop = eventLoop
        self.callExecutor = CallExecutor(eventLoop: eventLoop)
        self.metrics = metrics
    }

    // MARK: - Who is there

    /// A connection has got a transport.
    func track(_ connection: HubConnection, tickInterval: Duration) {
        connection.trackIndex = self.tracked.count
        self.tracked.append(connection)
        guard self.ticker == nil else { return }
        let loop = NIOLoopBound(self, eventLoop: self.eventLoop)
        let interval = TimeAmount.nanoseconds(tickInterval.nanoseconds)
        self.ticker = self.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            loop.value.tick(now: .now())
        }
    }

    /// A connection's transport has ended, and nothing more will happen to it.
    func forget(_ connection: HubConnection) {
        let index = connection.trackIndex
        guard index >= 0 else { return }
        connection.trackIndex = -1
        let last = self.tracked.removeLast()
        if index < self.tracked.count {
            self.tracked[index] = last
            last.trackIndex = index
        }
        if self.tracked.isEmpty {
            self.ticker?.cancel()
            self.ticker = nil
            self.report(reconnectBytes: 0)
        }
    }

    /// A connection has shaken hands: messages reach it from now on.
    func add(_ connection: HubConnection) {
        self.open[connection.id] = connection
        self.everyone.add(connection)
        if let user = connection.user { self.users.group(user.id, .user(user.id)).add(connection) }
    }

    /// A connection has ended: nothing reaches it any more.
    func remove(_ connection: HubConnection) {
        self.open[connection.id] = nil
        let memberships = connection.memberships
        connection.memberships = []
        for membership in memberships { self.remove(membership, of: connection.lane) }
    }

    /// An open connection as others see it.
    func handle(of connectionID: String) -> HubConnectionHandle? { self.open[connectionID]?.caller.connection }

    func join(_ name: String, _ connection: HubConnection) {
        guard !connection.memberships.contains(where: { $0.group.key == .group(name) }) else { return }
        self.groups.group(name, .group(name)).add(connection)
    }

    func leave(_ name: String, _ connection: HubConnection) {
        guard let index = connection.memberships.firstIndex(where: { $0.group.key == .group(name) }) else { return }
        let membership = connection.memberships.remove(at: index)
        self.remove(membership, of: connection.lane)
    }

    private func remove(_ membership: HubGroup.Membership, of lane: HubLane) {
        membership.group.remove(at: membership.index, of: lane)
        guard membership.group.isEmpty else { return }
        switch membership.group.key {
        case .everyone: break
        case .group(let name): self.groups[name] = nil
        case .user(let id): self.users[id] = nil
        }
    }

    func tick(now: LoopInstant) {
        var reconnectBytes = 0
        for connection in self.tracked {
            connection.tick(now: now)
            reconnectBytes += connection.reconnect?.keptBytes ?? 0
        }
        if !self.tracked.isEmpty { self.report(reconnectBytes: reconnectBytes) }
    }

    private func report(reconnectBytes: Int) {
        guard reconnectBytes != self.reconnectBytes else { return }
        self.metrics.reconnectBytes.change(by: reconnectBytes - self.reconnectBytes)
        self.reconnectBytes = reconnectBytes
    }

    /// Whether a target means anybody here.
    func reaches(_ target: HubTarget) -> Bool {
        let run = self.resolve(target)
        // Groups that nobody is in are not kept.
        return run.excluded.isEmpty ? !run.isEmpty : !self.members(of: run).isEmpty
    }

    /// Ends the connections that a target means.
    func close(_ target: HubTarget, _ reason: CloseReason) {
        for connection in self.members(of: self.resolve(target)) { connection.close(reason) }
    }

    /// Completed when nothing is left of the transports that there are.
    var ends: [EventLoopFuture<Void>] { self.tracked.compactMap { $0.transport?.closeFuture } }

    /// Ends all connections.
    ///
    /// - Returns: What is completed when nothing is left of their transports.
    func closeAll(_ reason: CloseReason) -> [EventLoopFuture<Void>] {
        let ends = self.ends
        let connections = self.tracked
        for connection in connections { connection.close(reason) }
        return ends
    }

    /// Ends all connections one after another, evenly over a time.
    ///
    /// - Returns: What is completed when nothing is left of their transports.
    func drainAll(_ reason: CloseReason, over window: Duration) -> [EventLoopFuture<Void>] {
        let ends = self.ends
        let connections = self.tracked
        for connection in connections { self.drain(connection, reason, over: window) }
        return ends
    }

    /// Ends a connection at its place in a time in which all are ended.
    func drain(_ connection: HubConnection, _ reason: CloseReason, over window: Duration) {
        let delay = window * max(0, connection.trackIndex) / max(1, self.tracked.count)
        guard delay > .zero else { return connection.close(reason) }
        self.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(delay.nanoseconds)) { connection.close(reason) }
    }

    /// Lends storage that is used again and again, while nobody else on the event loop needs it.
    func takeScratch() -> ByteBuffer {
        var scratch = ByteBuffer()
        swap(&scratch, &self.scratch)
        scratch.clear()
        return scratch
    }

    func giveBack(_ scratch: ByteBuffer) {
        if scratch.capacity <= Self.batchSize { self.scratch = scratch }
    }

    // MARK: - Reaching them

    /// Does what has come in since the last time, in order.
    func drain(_ items: [HubLoopItem]) {
        self.isDraining = true
        for item in items {
            switch item {
            case .send(let message, let target, let position):
                let run = self.resolve(target)
                guard !run.isEmpty else { continue }
                self.add(message, at: position, for: run)
                if max(self.batch.size, self.binaryBatch.size) >= Self.batchSize { self.deliver() }
            case .perform(let work):
                self.deliver()
                work()
            }
        }
        self.deliver()
        self.isDraining = false
        guard !self.unflushed.isEmpty else { return }
        let unflushed = self.unflushed
        self.unflushed.removeAll(keepingCapacity: unflushed.count <= 1024)
        for connection in unflushed { connection.flushLate() }
    }

    private func add(_ message: SerializedHubMessage, at position: Int64?, for run: BroadcastBatch.Run) {
        if !self.everyone[.json].isEmpty { self.batch.add(message.jsonFrame, number: position, for: run) }
        if !self.everyone[.messagePack].isEmpty, let frame = message.frame(in: .messagepack) {
            self.binaryBatch.add(frame, number: position, for: run)
        }
        guard !self.everyone[.single].isEmpty else { return }
        var messages = 0
        var size = 0
        self.forEachMember(of: run, .single, numbered: position.map { $0...$0 }) { member, _ in
            guard let record = message.record(in: member.kind) else { return }
            messages += 1
            size += record.readableBytes
            member.send(counted: record)
        }
        self.count(messages, size)
    }

    /// Whether a connection that was written to is flushed later, together with others.
    func flushesLate(_ connection: HubConnection) -> Bool {
        guard self.isDraining else { return false }
        self.unflushed.append(connection)
        return true
    }

    private func resolve(_ target: HubTarget) -> BroadcastBatch.Run {
        var run = BroadcastBatch.Run()
        switch target {
        case .all(let except):
            if !self.everyone.isEmpty { run.groups = [self.everyone] }
            run.excluded = self.connections(except)
        case .groups(let names, let except):
            run.groups = names.compactMap { self.groups[$0] }
            run.excluded = self.connections(except)
        case .users(let ids): run.groups = ids.compactMap { self.users[$0] }
        case .connections(let ids): run.connections = self.connections(ids)
        }
        return run
    }

    private func connections(_ ids: [String]) -> [HubConnection] { ids.isEmpty ? [] : ids.compactMap { self.open[$0] } }

    /// Those whom a run is for, each once.
    private func members(of run: BroadcastBatch.Run) -> [HubConnection] {
        var members: [HubConnection] = []
        for lane in HubLane.allCases {
            self.forEachMember(of: run, lane, numbered: nil) { member, _ in members.append(member) }
        }
        return members
    }

    private func deliver() {
        if !self.batch.isEmpty {
            self.deliver(self.batch, .json)
            self.batch.clear()
        }
        if !self.binaryBatch.isEmpty {
            self.deliver(self.binaryBatch, .messagePack)
            self.binaryBatch.clear()
        }
    }

    private func deliver(_ batch: BroadcastBatch, _ lane: HubLane) {
        var messages = 0
        var size = 0
        batch.bytes.withUnsafeReadableBytes { bytes in
            if batch.runs.count == 1, let group = batch.runs[0].onlyGroup, self.unflushed.isEmpty {
                let count = self.write(UnsafeRawBufferPointer(rebasing: bytes[..<batch.size]), to: group[lane])
                messages = count * batch.runs[0].messages
                size = count * batch.size
                return
            }
            if batch.runs.count == 1 {
                self.forEachPart(of: batch.runs[0], in: batch, lane) { member, part, count in
                    messages += count
                    size += part.count
                    member.write(UnsafeRawBufferPointer(rebasing: bytes[part]))
                }
                return
            }
            for run in batch.runs {
                self.forEachPart(of: run, in: batch, lane) { member, part, count in
                    messages += count
                    size += part.count
                    if member.stage(part, of: bytes) { self.staged.append(member) }
                }
            }
            for member in self.staged { member.writeStaged(of: bytes) }
            self.staged.removeAll(keepingCapacity: true)
        }
        self.count(messages, size)
    }

    /// Sends bytes to all of these, from socket to socket, and looks at those alone whose socket did not take everything.
    ///
    /// Nobody's turn is changed by that: where something waits for a client, there is no socket.
    ///
    /// - Returns: How many they are.
    private func write(_ bytes: UnsafeRawBufferPointer, to members: GroupMembers) -> Int {
        var unfinished: [(member: HubConnection, sent: Int?)] = []
        members.sockets.withUnsafeBufferPointer { sockets in
            for index in sockets.indices {
                let sent = sockets[index].send(bytes)
                if sent != bytes.count { unfinished.append((members.connections[index], sent)) }
            }
        }
        for (member, sent) in unfinished { member.write(bytes, sent: sent) }
        return members.count
    }

    private func count(_ messages: Int, _ size: Int) {
        self.metrics.messagesSent.increment(by: messages)
        self.metrics.bytesSent.increment(by: size)
    }

    /// Calls `body` with each connection that gets something of a run, once, and with the part that it gets.
    private func forEachPart(
        of run: BroadcastBatch.Run, in batch: BroadcastBatch, _ lane: HubLane,
        _ body: (HubConnection, Range<Int>, Int) -> Void
    ) {
        let steps = batch.steps[run.steps]
        var numbers: ClosedRange<Int64>?
        if let first = steps.first, let last = steps.last { numbers = first.number...last.number }
        self.forEachMember(of: run, lane, numbered: numbers) { member, position in
            guard let position else { return body(member, run.start..<run.end, run.messages) }
            let (start, messages) = batch.part(of: run, behind: position)
            body(member, start..<run.end, messages)
        }
    }

    /// Calls `body` with each connection of a lane that gets something of a run, once, and with the position that it has come to,
    /// if it gets only what is behind.
    ///
    /// Memberships may change meanwhile: those who were there at the beginning are meant.
    private func forEachMember(
        of run: BroadcastBatch.Run, _ lane: HubLane, numbered numbers: ClosedRange<Int64>?,
        _ body: (HubConnection, Int64?) -> Void
    ) {
        let needsMarks = run.needsMarks
        if needsMarks {
            self.mark += 1
            for connection in run.excluded { connection.mark = self.mark }
        }
        let mark = self.mark
        func visit(_ member: HubConnection) {
            if needsMarks {
                guard member.mark != mark else { return }
                member.mark = mark
            }
            guard let numbers else { return body(member, nil) }
            switch member.feed.share(from: numbers.lowerBound, to: numbers.upperBound) {
            case .everything: body(member, nil)
            case .nothing: break
            case .behind(let position): body(member, position)
            }
        }
        for group in run.groups {
            for member in group[lane].connections { visit(member) }
        }
        for connection in run.connections where connection.lane == lane { visit(connection) }
    }
}

extension [String: HubGroup] {
    /// The group of this name, made if it is not there.
    fileprivate mutating func group(_ name: String, _ key: @autoclosure () -> HubGroup.Key) -> HubGroup {
        if let group = self[name] { return group }
        let group = HubGroup(key())
        self[name] = group
        return group
    }
}
