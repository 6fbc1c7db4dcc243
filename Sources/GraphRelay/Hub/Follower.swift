import Metrics
import NIOCore
import Synchronization

/// Brings what one connection follows to it: first what it missed, from the log, then what is broadcast.
///
/// What to send is decided by ``FollowerStateMachine``. Calls of one connection take turns, and each page of the log is a
/// turn of its own, so that a call never waits for all of another's history.
final class Follower: Sendable {
    private struct State {
        var machine = FollowerStateMachine()
        var isBatched = false
    }

    private let log: any UpdateLog
    /// How far the broadcaster has come.
    private let broadcast: PositionSignal
    private let configuration: TopicHubConfiguration
    private let metrics: RelayMetrics
    private let turns = TurnQueue()
    /// Changed only by who has the turn.
    private let state = Mutex(State())

    init(log: any UpdateLog, broadcast: PositionSignal, configuration: TopicHubConfiguration, metrics: RelayMetrics) {
        self.log = log
        self.broadcast = broadcast
        self.configuration = configuration
        self.metrics = metrics
    }

    // MARK: - Calls

    /// Follows `topics`, which are valid and allowed.
    ///
    /// - Parameters:
    ///   - after: The text of the cursor that the client came with.
    ///   - isBatched: Whether it wants what it missed as arrays.
    /// - Returns: The answer, as JSON.
    func subscribe(
        to topics: [String], after: String?, isBatched: Bool, over connection: some FollowedConnection
    ) async throws(RelayError) -> ByteBuffer {
        let cursor = try after.map { text throws(RelayError) in try Cursor(checking: text) }
        // Who follows before the broadcaster has begun would miss what comes in between.
        await self.broadcast.wait(after: -1)
        return try await self.turns.withTurn { () async throws(RelayError) in
            try self.requireRoom(for: topics)
            await self.pause(connection)
            // What is broadcast from here on for the new topics is not delivered, but it is noticed.
            let answer: SubscribeAnswer
            do throws(RelayError) {
                for topic in topics { try await connection.join(topic) }
                answer = try await self.answer(topics, after: cursor)
            } catch {
                let joined = self.state.withLock { state in
                    state.machine.goOn()
                    return topics.filter { state.machine.topics[$0] == nil }
                }
                for topic in joined { await connection.leave(topic) }
                self.catchUp(over: connection)
                throw error
            }
            self.state.withLock { $0.isBatched = isBatched }
            self.catchUp(over: connection)
            if answer.hasGap { self.metrics.gaps.increment() }
            return answer.json()
        }
    }

    /// Stops following `topics`.
    func unsubscribe(from topics: [String], over connection: some FollowedConnection) async {
        await self.turns.withTurn { () async in
            self.state.withLock { $0.machine.leave(topics) }
            for topic in topics { await connection.leave(topic) }
        }
    }

    private func requireRoom(for topics: [String]) throws(RelayError) {
        let count = self.state.withLock { Set(topics).union($0.machine.topics.keys).count }
        guard count <= self.configuration.maximumTopics else {
            throw RelayError(
                .invalidRequest, "A connection may follow \(self.configuration.maximumTopics) topics at most."
            )
        }
    }

    private func pause(_ connection: some FollowedConnection) async {
        if self.state.withLock({ $0.machine.isCatchingUp }) { return }
        // Everything up to here was sent to the connection's event loop before it is asked to pause, so it has arrived:
        // also where a topic was quiet, and the connection's own position is old.
        let broadcast = self.broadcast.position
        let position = await connection.pauseFeed() ?? 0
        self.state.withLock { $0.machine.paused(at: max(position, broadcast)) }
    }

    private func answer(_ topics: [String], after cursor: Cursor?) async throws(RelayError) -> SubscribeAnswer {
        let bounds = try await self.log.bounds()
        let hasGap = cursor.map { $0.epoch != self.log.epoch || !bounds.reaches(backTo: $0.offset) } ?? false
        let after = hasGap ? bounds.latest : cursor?.offset
        // Nothing is changed before everything that can fail has been done.
        var machine = self.state.withLock { $0.machine }
        machine.follow(topics, after: after, latest: bounds.latest)
        var updates: [LoggedUpdate] = []
        if let position = machine.position, position < bounds.latest {
            let page = try await self.log.updates(after: position, limit: self.configuration.pageSize)
            // A hole means that retention was faster: catching up finds it too, and says so.
            if page.first?.offset == position + 1 {
                var size = 0
                updates = machine.answer(with: page, to: Set(topics)) { update in
                    defer { size += update.json.readableBytes }
                    return size == 0 || size + update.json.readableBytes <= self.configuration.pageBytes
                }
            }
        }
        let position = machine.position ?? bounds.latest
        self.state.withLock { [machine] in $0.machine = machine }
        return SubscribeAnswer(
            cursor: Cursor(epoch: self.log.epoch, offset: position), hasGap: hasGap,
            oldest: Cursor(epoch: self.log.epoch, offset: bounds.beforeOldest), updates: updates
        )
    }

    // MARK: - Catching up

    private func catchUp(over connection: some FollowedConnection) {
        let course = self.state.withLock { $0.machine.course }
        connection.afterReply {
            while await self.sendPage(of: course, over: connection) {}
        }
    }

    /// Sends what one page of the log holds for the client, or goes live at the end of it.
    ///
    /// - Returns: Whether there is more to do.
    private func sendPage(of course: Int, over connection: some FollowedConnection) async -> Bool {
        await self.turns.withTurn { () async in
            let position = self.state.withLock { state -> Int64? in
                guard state.machine.isCatchingUp, state.machine.course == course else { return nil }
                return state.machine.position
            }
            guard let position, !Task.isCancelled else { return false }
            do {
                let page = try await self.log.updates(after: position, limit: self.configuration.pageSize)
                let bounds = try await self.log.bounds()
                let oldest = page.first?.offset ?? bounds.oldest
                if oldest > position + 1 { return await self.tellGap(before: oldest, over: connection) }
                if page.isEmpty { return await self.goLive(from: position, over: connection) }
                let updates = self.state.withLock { $0.machine.read(page) }
                return await self.send(updates, over: connection)
            } catch {
                return await self.waitBeforeRetry()
            }
        }
    }

    private func goLive(from position: Int64, over connection: some FollowedConnection) async -> Bool {
        guard await connection.resumeFeed(from: position) else {
            // Something was broadcast meanwhile, so it is in the log; where the log is elsewhere, it may come a moment later.
            await self.log.waitForUpdate(after: position)
            return !Task.isCancelled
        }
        self.state.withLock { $0.machine.resumed() }
        return false
    }

    private func send(_ updates: [LoggedUpdate], over connection: some FollowedConnection) async -> Bool {
        guard self.state.withLock({ $0.isBatched }) else {
            for update in updates {
                guard await connection.send("graphUpdate", update.json) else { return false }
            }
            return true
        }
        var rest = updates[...]
        while !rest.isEmpty {
            var size = 0
            let count = rest.prefix { update in
                size += update.json.readableBytes
                return size <= self.configuration.pageBytes
            }.count
            let part = rest.prefix(max(count, 1))
            var buffer = ByteBuffer()
            buffer.writeUpdates(part)
            guard await connection.send("graphUpdates", buffer) else { return false }
            rest = rest.dropFirst(part.count)
        }
        return true
    }

    private func tellGap(before oldest: Int64, over connection: some FollowedConnection) async -> Bool {
        let topics = self.state.withLock { $0.machine.overtaken(oldest: oldest) }
        self.metrics.gaps.increment()
        let notice = GapNotice(
            topics: topics, oldest: Cursor(epoch: self.log.epoch, offset: oldest - 1),
            reason: "Updates went out of the log before they could be sent."
        )
        return await connection.send("gap", notice.json())
    }

    private func waitBeforeRetry() async -> Bool {
        // Cancelled when the connection ends.
        (try? await Task.sleep(for: self.configuration.retryDelay)) != nil
    }
}
