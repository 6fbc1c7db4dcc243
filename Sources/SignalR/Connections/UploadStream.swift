import DequeModule
import NIOCore
import SignalRProtocol
import Synchronization

/// A stream that a client sends: filled by its event loop, emptied by the method that takes it. Bounded.
final class UploadStream: Sendable {
    private struct State {
        var items: Deque<ByteBuffer> = []
        /// How it ended, once it has.
        var ending: Result<Void, any Error>?
        /// Whether the event loop was told that it is full, and not yet that there is room.
        var isFull = false
        var waiting: CheckedContinuation<ByteBuffer?, any Error>?
    }

    private let capacity: Int
    private let roomMade: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: How many items may wait before `push` says that it is full.
    ///   - roomMade: Called when half of them have been taken again.
    init(capacity: Int, roomMade: @escaping @Sendable () -> Void) {
        self.capacity = max(1, capacity)
        self.roomMade = roomMade
    }

    /// Adds an item. What is added to a full stream is kept all the same: it had arrived already.
    ///
    /// - Returns: Whether nothing more should come for now.
    func push(_ item: ByteBuffer) -> Bool {
        let (waiting, isFull) = self.state.withLock { state -> (CheckedContinuation<ByteBuffer?, any Error>?, Bool) in
            guard state.ending == nil else { return (nil, false) }
            if let waiting = state.waiting {
                state.waiting = nil
                return (waiting, false)
            }
            state.items.append(item)
            // A full one stays full until half is taken: the reader was told so, and waits to be told otherwise.
            if state.items.count >= self.capacity { state.isFull = true }
            return (nil, state.isFull)
        }
        waiting?.resume(returning: item)
        return isFull
    }

    /// Nothing more will come. What has come can still be taken, unless it failed.
    func finish(throwing error: (any Error)? = nil, discarding: Bool = false) {
        let waiting = self.state.withLock { state -> CheckedContinuation<ByteBuffer?, any Error>? in
            guard state.ending == nil || discarding else { return nil }
            if discarding { state.items.removeAll() }
            state.ending = error.map { .failure($0) } ?? .success(())
            defer { state.waiting = nil }
            return state.waiting
        }
        guard let waiting else { return }
        if let error { waiting.resume(throwing: error) } else { waiting.resume(returning: nil) }
    }

    private enum Step {
        case item(ByteBuffer, makesRoom: Bool)
        case end
        case failure(any Error)
        case wait
    }

    /// The next item; `nil` at the end. One task at a time may ask.
    func next() async throws -> ByteBuffer? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let step = self.state.withLock { state -> Step in
                    if let item = state.items.popFirst() {
                        let makesRoom = state.isFull && state.items.count <= self.capacity / 2
                        if makesRoom { state.isFull = false }
                        return .item(item, makesRoom: makesRoom)
                    }
                    switch state.ending {
                    case .success?: return .end
                    case .failure(let error)?: return .failure(error)
                    case nil: break
                    }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard state.waiting == nil else { return .failure(HubException("A stream is read by one task.")) }
                    state.waiting = continuation
                    return .wait
                }
                switch step {
                case .item(let item, let makesRoom):
                    if makesRoom { self.roomMade() }
                    continuation.resume(returning: item)
                case .end: continuation.resume(returning: nil)
                case .failure(let error): continuation.resume(throwing: error)
                case .wait: break
                }
            }
        } onCancel: {
            let waiting = self.state.withLock { state in
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume(throwing: CancellationError())
        }
    }
}
