import DequeModule
import Synchronization

/// What arrived for one reader, in order. How much may wait is decided by who puts it in; see ``Backlog``.
final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var elements: Deque<Element> = []
        var end: Result<Void, any Error>?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Puts one in; nothing happens behind the end.
    func put(_ element: Element) {
        self.change { state in
            if state.end == nil { state.elements.append(element) }
        }
    }

    /// Nothing comes any more. What is there can still be taken.
    func finish(_ end: Result<Void, any Error>) {
        self.change { state in
            if state.end == nil { state.end = end }
        }
    }

    /// Takes everything that is there.
    func drain() -> [Element] {
        self.state.withLock { state in
            defer { state.elements = [] }
            return Array(state.elements)
        }
    }

    /// Takes the next; `nil` at the end.
    ///
    /// - Throws: The error that it ended with, or `CancellationError`.
    func next() async throws -> Element? {
        while true {
            try Task.checkCancellation()
            let next = self.state.withLock { state -> Result<Element?, any Error>? in
                if let element = state.elements.popFirst() { return .success(element) }
                return state.end.map { end in end.map { nil } }
            }
            if let next { return try next.get() }
            await self.wait()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = self.state.withLock { state in
                    guard state.elements.isEmpty, state.end == nil, !Task.isCancelled else { return true }
                    state.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            self.change { _ in }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = self.state.withLock { state in
            body(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
