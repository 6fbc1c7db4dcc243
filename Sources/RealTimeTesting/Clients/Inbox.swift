import NIOCore
import Synchronization

/// Elements on their way to whoever waits for them. What puts them in bounds them.
final class Inbox<Element: Sendable>: Sendable {
    private struct Waiter {
        var id: UInt64
        var continuation: CheckedContinuation<Element, any Error>
    }

    private struct State {
        var elements: [Element] = []
        var waiters: [Waiter] = []
        var count: UInt64 = 0
        var end: (any Error)?
    }

    private let state = Mutex(State())

    /// Puts an element in. Behind the end it is passed over.
    func add(_ element: Element) {
        let waiter = self.state.withLock { state -> Waiter? in
            guard state.end == nil else { return nil }
            if !state.waiters.isEmpty { return state.waiters.removeFirst() }
            state.elements.append(element)
            return nil
        }
        waiter?.continuation.resume(returning: element)
    }

    /// Nothing more comes: whoever takes more than there is hears why.
    func finish(_ error: any Error) {
        let waiters = self.state.withLock { state in
            if state.end == nil { state.end = error }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(throwing: error) }
    }

    /// Takes everything that is there.
    func takeAll() -> [Element] {
        self.state.withLock { state in
            defer { state.elements = [] }
            return state.elements
        }
    }

    /// Takes the next element.
    ///
    /// - Parameters:
    ///   - timeout: How long it waits.
    ///   - eventLoop: Whose clock counts.
    ///   - missing: What it is that did not come in time.
    func next(within timeout: Duration, on eventLoop: any EventLoop, missing: @autoclosure @Sendable () -> String) async throws
        -> Element
    {
        let id = self.state.withLock { state in
            state.count += 1
            return state.count
        }
        let text = missing()
        let nanoseconds = Int64(clamping: timeout.components.seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let timer = eventLoop.scheduleTask(
            in: .nanoseconds(
                nanoseconds.overflow ? .max / 2 : nanoseconds.partialValue + timeout.components.attoseconds / 1_000_000_000
            )
        ) {
            self.fail(id, TestHubError(.timedOut, "\(text) did not come within \(timeout)."))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = self.state.withLock { state -> Result<Element, any Error>? in
                    if !state.elements.isEmpty { return .success(state.elements.removeFirst()) }
                    // A cancellation before this point found no waiter, but it is visible here.
                    if let error = Task.isCancelled ? CancellationError() : state.end { return .failure(error) }
                    state.waiters.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            self.fail(id, CancellationError())
        }
    }

    private func fail(_ id: UInt64, _ error: any Error) {
        let waiter = self.state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(throwing: error)
    }
}
