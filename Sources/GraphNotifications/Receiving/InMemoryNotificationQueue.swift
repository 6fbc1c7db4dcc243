import DequeModule
public import NIOCore
import Synchronization

/// A queue in memory, for tests and for whoever can do without what waits when the process ends.
///
/// It is bounded in entries and in bytes; a body that does not fit is refused, which Graph hears as `503` and tries again.
public final class InMemoryNotificationQueue: NotificationQueue {
    private struct Waiter {
        var after: Int64
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var entries: Deque<QueuedNotification> = []
        var bytes = 0
        var latest: Int64 = 0
        var waiters: [UInt64: Waiter] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())
    private let maximumCount: Int
    private let maximumBytes: Int
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - maximumCount: How many bodies may wait.
    ///   - maximumBytes: How large they may be together.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    public init(
        maximumCount: Int = 10_000, maximumBytes: Int = 64 << 20, now: (@Sendable () -> Int64)? = nil
    ) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
        self.now = now ?? WallClock.now
    }

    public func append(_ body: ByteBuffer, completion: @escaping @Sendable (Result<Int64, GraphError>) -> Void) {
        let receivedAt = self.now()
        var woken: [Waiter] = []
        let id: Int64? = self.state.withLock { state in
            guard state.entries.count < self.maximumCount, state.bytes + body.readableBytes <= self.maximumBytes else {
                return nil
            }
            state.latest += 1
            state.bytes += body.readableBytes
            state.entries.append(QueuedNotification(id: state.latest, body: body, receivedAt: receivedAt))
            if !state.waiters.isEmpty {
                let due = state.waiters.filter { $0.value.after < state.latest }
                for key in due.keys { state.waiters[key] = nil }
                woken = Array(due.values)
            }
            return state.latest
        }
        for waiter in woken { waiter.continuation.resume() }
        if let id {
            completion(.success(id))
        } else {
            completion(
                .failure(GraphError(.storageFailed, "The queue in memory is full; Graph will send the notifications again."))
            )
        }
    }

    public func entries(after id: Int64, limit: Int) async throws(GraphError) -> [QueuedNotification] {
        self.state.withLock { state in
            Array(state.entries.lazy.filter { $0.id > id }.prefix(limit))
        }
    }

    public func waitForEntry(after id: Int64) async {
        let key = self.state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A cancellation before this point found no waiter, but it is visible here.
                let isDue = self.state.withLock { state in
                    if state.entries.last.map({ $0.id > id }) == true || Task.isCancelled { return true }
                    state.waiters[key] = Waiter(after: id, continuation: continuation)
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: key) }?.continuation.resume()
        }
    }

    public func count() async throws(GraphError) -> Int {
        self.state.withLock { $0.entries.count }
    }

    /// Lets go of entries that are dealt with.
    public func settle(_ ids: [Int64]) {
        guard !ids.isEmpty else { return }
        let settled = Set(ids)
        self.state.withLock { state in
            // Mostly the oldest are settled, in order.
            while let first = state.entries.first, settled.contains(first.id) {
                state.bytes -= first.body.readableBytes
                state.entries.removeFirst()
            }
            guard state.entries.contains(where: { settled.contains($0.id) }) else { return }
            state.entries.removeAll { settled.contains($0.id) }
            state.bytes = state.entries.reduce(0) { $0 + $1.body.readableBytes }
        }
    }
}
