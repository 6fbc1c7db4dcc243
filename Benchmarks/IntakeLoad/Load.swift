import NIOCore
import Synchronization

/// What is sent next.
final class Load: Sendable {
    private let plain: [Body]
    private let sealed: [Body]
    private let state = Mutex((posts: 0, number: 0))

    init(plain: [Body], sealed: [Body]) {
        self.plain = plain
        self.sealed = sealed
    }

    /// How many `POST`s there were so far.
    var sent: Int { self.state.withLock(\.posts) }

    /// - Parameter isMixed: Whether every second is encrypted.
    func next(isMixed: Bool) -> ByteBuffer {
        self.state.withLock { state in
            state.posts += 1
            let bodies = isMixed && state.posts % 2 == 0 ? self.sealed : self.plain
            return bodies[state.posts / 2 % bodies.count].numbered(&state.number)
        }
    }
}
