import DequeModule
import Synchronization

/// Lets one caller in at a time, in the order in which they came, also across suspensions.
final class TurnQueue: Sendable {
    private struct State {
        var isTaken = false
        var waiting = Deque<CheckedContinuation<Void, Never>>()
    }

    private let state = Mutex(State())

    /// Waits for its turn and runs `body`.
    ///
    /// Waiting does not end with the task's cancellation: those ahead end with it too.
    func withTurn<Result, Failure: Error>(_ body: () async throws(Failure) -> Result) async throws(Failure) -> Result {
        await self.take()
        defer { self.pass() }
        return try await body()
    }

    /// How many wait for their turn now.
    var waitingCount: Int { self.state.withLock { $0.waiting.count } }

    private func take() async {
        let isFree = self.state.withLock { state in
            defer { state.isTaken = true }
            return !state.isTaken
        }
        if isFree { return }
        await withCheckedContinuation { continuation in
            let isFree = self.state.withLock { state in
                if !state.isTaken {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func pass() {
        let next = self.state.withLock { state in
            let next = state.waiting.popFirst()
            // The turn goes straight to the next, so that nobody slips in between.
            state.isTaken = next != nil
            return next
        }
        next?.resume()
    }
}
