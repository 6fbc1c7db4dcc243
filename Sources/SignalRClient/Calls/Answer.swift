import Synchronization

/// A value that comes once, or an error instead of it.
final class Answer<Value: Sendable>: Sendable {
    private enum State {
        case open([UInt64: CheckedContinuation<Value, any Error>], nextID: UInt64)
        case settled(Result<Value, any Error>)
    }

    private let state = Mutex(State.open([:], nextID: 0))

    /// It has come. What comes later is ignored.
    func settle(_ result: Result<Value, any Error>) {
        let waiters = self.state.withLock { state -> [CheckedContinuation<Value, any Error>] in
            guard case .open(let waiters, _) = state else { return [] }
            state = .settled(result)
            return Array(waiters.values)
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    /// Waits for it.
    ///
    /// - Throws: The error that came instead, or `CancellationError`.
    func value() async throws -> Value {
        let id = self.state.withLock { state -> UInt64 in
            guard case .open(let waiters, let id) = state else { return 0 }
            state = .open(waiters, nextID: id + 1)
            return id
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let known = self.state.withLock { state -> Result<Value, any Error>? in
                    switch state {
                    case .settled(let result): return result
                    case .open(var waiters, let nextID):
                        if Task.isCancelled { return .failure(CancellationError()) }
                        waiters[id] = continuation
                        state = .open(waiters, nextID: nextID)
                        return nil
                    }
                }
                if let known { continuation.resume(with: known) }
            }
        } onCancel: {
            let waiter = self.state.withLock { state -> CheckedContinuation<Value, any Error>? in
                guard case .open(var waiters, let nextID) = state else { return nil }
                let waiter = waiters.removeValue(forKey: id)
                state = .open(waiters, nextID: nextID)
                return waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }
}
