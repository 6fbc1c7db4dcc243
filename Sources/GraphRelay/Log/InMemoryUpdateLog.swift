import NIOCore
import Synchronization

/// A log that keeps the newest updates in memory, for tests and for whoever can do without yesterday.
///
/// Nothing survives the process: its epoch is new each time, so that clients that come back are told of the gap.
public final class InMemoryUpdateLog: UpdateLog {
    private struct State {
        var updates: RecentRing<LoggedUpdate>
        var latest: Int64 = 0
        var deduplication: DeduplicationIndex
        var deadLetters: [DeadLetter] = []
    }

    public let epoch: String
    private let state: Mutex<State>
    private let signal = PositionSignal(position: 0)
    private let settle: @Sendable ([Int64]) -> Void
    private let maximumDeadLetters: Int

    /// - Parameters:
    ///   - epoch: The log's epoch; random if it is not given.
    ///   - maximumBytes: How much is kept; the oldest updates go.
    ///   - maximumDeduplicationKeys: How many keys count; the oldest are forgotten.
    ///   - maximumDeadLetters: How many dead letters are kept; the oldest go.
    ///   - settle: Told which entries of the queue are dealt with, after their updates are in the log.
    public init(
        epoch: String? = nil, maximumBytes: Int = 64 << 20, maximumDeduplicationKeys: Int = 100_000,
        maximumDeadLetters: Int = 1_000, settle: @escaping @Sendable ([Int64]) -> Void = { _ in }
    ) {
        self.epoch = epoch ?? String(UInt64.random(in: .min ... .max), radix: 36)
        self.state = Mutex(
            State(
                updates: RecentRing(next: 1, maximumBytes: maximumBytes),
                deduplication: DeduplicationIndex(maximumCount: maximumDeduplicationKeys)
            )
        )
        self.maximumDeadLetters = maximumDeadLetters
        self.settle = settle
    }

    /// The items that could not be delivered, oldest first.
    public var deadLetters: [DeadLetter] { self.state.withLock { $0.deadLetters } }

    public func append(_ outcome: RelayOutcome) async throws(RelayError) -> [LoggedUpdate] {
        let updates = self.state.withLock { state in
            var updates: [LoggedUpdate] = []
            for draft in outcome.drafts {
                if let update = self.append(draft, to: &state) { updates.append(update) }
            }
            state.deduplication.expire()
            for letter in outcome.deadLetters
            where !state.deadLetters.contains(where: { $0.entryID == letter.entryID && $0.index == letter.index }) {
                state.deadLetters.append(letter)
            }
            let excess = state.deadLetters.count - self.maximumDeadLetters
            if excess > 0 { state.deadLetters.removeFirst(excess) }
            return updates
        }
        if let last = updates.last { self.signal.advance(to: last.offset) }
        self.settle(outcome.settled)
        return updates
    }

    private func append(_ draft: UpdateDraft, to state: inout State) -> LoggedUpdate? {
        let key = draft.deduplicationKey
        let moment = draft.update.timestamp
        if state.deduplication.isDuplicate(key, at: moment) { return nil }
        state.latest += 1
        var json = ByteBuffer()
        draft.update.writeJSON(cursor: Cursor(epoch: self.epoch, offset: state.latest), into: &json)
        let update = LoggedUpdate(offset: state.latest, topics: draft.topics, json: json)
        state.updates.append(update, at: update.offset, size: json.readableBytes + 128)
        if key.window > .zero {
            state.deduplication.add(.init(of: key, offset: update.offset, seenAt: moment))
        }
        return update
    }

    public func updates(after offset: Int64, limit: Int) async throws(RelayError) -> [LoggedUpdate] {
        self.state.withLock { state in
            let oldest = state.latest - Int64(state.updates.count) + 1
            return state.updates.elements(after: max(offset, oldest - 1), limit: limit) ?? []
        }
    }

    public func bounds() async throws(RelayError) -> UpdateLogBounds {
        self.state.withLock { state in
            UpdateLogBounds(oldest: state.latest - Int64(state.updates.count) + 1, latest: state.latest)
        }
    }

    public func waitForUpdate(after offset: Int64) async {
        await self.signal.wait(after: offset)
    }
}
