import Synchronization

/// A value that tasks can wait for: what a test needs in place of sleeping.
public final class Watched<Value: Sendable>: Sendable {
    private struct Waiter {
        var isMet: @Sendable (Value) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var value: Value
        var waiters: [UInt64: Waiter] = [:]
        var nextID: UInt64 = 0
    }

    private let state: Mutex<State>

    /// - Parameter value: The value to begin with.
    public init(_ value: Value) {
        self.state = Mutex(State(value: value))
    }

    /// The value now.
    public var value: Value { self.state.withLock { $0.value } }

    /// Changes the value, and wakes those who waited for what it is now.
    ///
    /// - Returns: What `body` returns.
    @discardableResult
    public func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        let (result, met) = self.state.withLock { state in
            let result = body(&state.value)
            let met = state.waiters.filter { $0.value.isMet(state.value) }
            for id in met.keys { state.waiters[id] = nil }
            return (result, Array(met.values))
        }
        for waiter in met { waiter.continuation.resume() }
        return result
    }

    /// Waits until the value is as it should be, or the task is cancelled.
    public func wait(until isMet: @escaping @Sendable (Value) -> Bool) async {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = self.state.withLock { state in
                    // A cancellation before this point found no waiter, but it is visible here.
                    if isMet(state.value) || Task.isCancelled { return true }
                    state.waiters[id] = Waiter(isMet: isMet, continuation: continuation)
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume()
        }
    }
}
