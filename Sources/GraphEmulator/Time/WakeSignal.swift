import Synchronization

/// Wakes the one task that waits for it. A signal given while nobody waits is not lost.
final class WakeSignal: Sendable {
    private enum State {
        case quiet
        case raised
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex<State>(.quiet)

    func raise() {
        let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .waiting(let continuation) = state else {
                state = .raised
                return nil
            }
            state = .quiet
            return continuation
        }
        waiter?.resume()
    }

    /// Suspends until the signal is raised, or the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A cancellation before this point found nobody waiting, but it is visible here.
                let isDue = self.state.withLock { state in
                    if case .quiet = state, !Task.isCancelled {
                        state = .waiting(continuation)
                        return false
                    }
                    state = .quiet
                    return true
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard case .waiting(let continuation) = state else { return nil }
                state = .quiet
                return continuation
            }
            waiter?.resume()
        }
    }
}
