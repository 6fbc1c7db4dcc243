import GraphNotifications
import GraphRelay
import NIOCore
import Synchronization

/// What is known of the storage without asking SQLite: where queue and log begin and end, and their newest rows.
final class StorageState: Sendable {
    private struct State {
        var counters: StorageCounters
        var entries: RecentRing<QueuedNotification>
        var updates: RecentRing<LoggedUpdate>
        var statistics = SQLiteStorageStatistics()
    }

    private let state: Mutex<State>
    /// Woken when the queue grows.
    let queueSignal: PositionSignal
    /// Woken when the log grows.
    let logSignal: PositionSignal

    init(counters: StorageCounters, recentBytes: Int) {
        self.state = Mutex(
            State(
                counters: counters,
                entries: RecentRing(next: counters.queueLatest + 1, maximumBytes: recentBytes),
                updates: RecentRing(next: counters.logLatest + 1, maximumBytes: recentBytes)
            )
        )
        self.queueSignal = PositionSignal(position: counters.queueLatest)
        self.logSignal = PositionSignal(position: counters.logLatest)
    }

    var counters: StorageCounters { self.state.withLock { $0.counters } }
    var queueBytes: Int64 { self.state.withLock { $0.counters.queueBytes } }
    var statistics: SQLiteStorageStatistics { self.state.withLock { $0.statistics } }

    /// The entries behind `id`, or `nil` if SQLite must be asked.
    func entries(after id: Int64, limit: Int) -> [QueuedNotification]? {
        self.state.withLock { $0.entries.elements(after: id, limit: limit) }
    }

    /// The updates behind `offset`, or `nil` if SQLite must be asked.
    func updates(after offset: Int64, limit: Int) -> [LoggedUpdate]? {
        self.state.withLock { $0.updates.elements(after: offset, limit: limit) }
    }

    /// Shows what a transaction changed to those who follow.
    func publish(_ committed: TransactionWriter.Committed, operations: Int) {
        self.state.withLock { state in
            guard committed.isCommitted else {
                state.statistics.failedTransactions += 1
                state.statistics.failuresInARow += 1
                return
            }
            state.statistics.transactions += 1
            state.statistics.failuresInARow = 0
            state.statistics.operations += operations
            state.counters = committed.counters
            for result in committed.results {
                switch result {
                case .enqueued(let entry):
                    state.entries.append(entry, at: entry.id, size: entry.body.readableBytes + 64)
                case .appended(let updates):
                    for update in updates {
                        state.updates.append(update, at: update.offset, size: update.json.readableBytes + 128)
                    }
                case .done, .purged, .failed:
                    break
                }
            }
            for id in committed.settled { state.entries.remove(at: id) }
            state.updates.remove(through: committed.counters.logOldest - 1)
        }
        guard committed.isCommitted else { return }
        self.queueSignal.advance(to: committed.counters.queueLatest)
        self.logSignal.advance(to: committed.counters.logLatest)
    }
}

/// What the storage has done since it was opened.
public struct SQLiteStorageStatistics: Sendable, Equatable {
    /// How many transactions were committed.
    public var transactions = 0
    /// How many transactions failed.
    public var failedTransactions = 0
    /// How many transactions have failed since the last one that was committed.
    public var failuresInARow = 0
    /// How many operations were in the committed ones.
    public var operations = 0
}
