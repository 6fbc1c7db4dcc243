import Synchronization

/// Tells waiting tasks that a sequence has grown past the position they know. Nobody polls.
package final class PositionSignal: Sendable {
    private struct Waiter {
        var after: Int64
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var position: Int64
        var nextID: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
    }

    private let state: Mutex<State>

    /// A signal at this position.
    package init(position: Int64) {
        self.state = Mutex(State(position: position))
    }

    /// How far the sequence has grown.
    package var position: Int64 { self.state.withLock { $0.position } }

    /// Moves to `position` if that is further, and wakes those who waited for it.
    package func advance(to position: Int64) {
        let woken: [CheckedContinuation<Void, Never>] = self.state.withLock { state in
            guard position > state.position else { return [] }
            state.position = position
            guard !state.waiters.isEmpty else { return [] }
            let due = state.waiters.filter { $0.value.after < position }
            for id in due.keys { state.waiters[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Suspends until the position is above `position`, or the task is cancelled.
    package func wait(after position: Int64) async {
        let id = self.state.withLock { state -> UInt64? in
            guard state.position <= position else { return nil }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A cancellation before this point found no waiter, but it is visible here.
                let isDue = self.state.withLock { state in
                    if state.position > position || Task.isCancelled { return true }
                    state.waiters[id] = Waiter(after: position, continuation: continuation)
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume()
        }
    }
}
