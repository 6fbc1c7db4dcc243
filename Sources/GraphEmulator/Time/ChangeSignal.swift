import Synchronization

/// Tells any number of tasks that something has changed since they last looked.
final class ChangeSignal: Sendable {
    private struct State {
        var count = 0
        var lastNumber = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// How often it was raised. Read it before looking, and give it to ``wait(after:)``.
    var count: Int { self.state.withLock { $0.count } }

    func raise() {
        let waiters = self.state.withLock { state in
            state.count += 1
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Suspends until it has been raised more often than this, or the task is cancelled.
    func wait(after count: Int) async {
        let number = self.state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A cancellation before this point found nobody waiting, but it is visible here.
                let isDue = self.state.withLock { state in
                    guard state.count == count, !Task.isCancelled else { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }
}
