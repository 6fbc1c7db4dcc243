import NIOCore

/// A moment on the clock of event loops, in eight bytes.
struct LoopInstant: InstantProtocol {
    /// Since some moment in the past.
    var nanoseconds: Int64

    static func now() -> LoopInstant {
        LoopInstant(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    }

    func advanced(by duration: Duration) -> LoopInstant {
        LoopInstant(nanoseconds: self.nanoseconds + duration.nanoseconds)
    }

    func duration(to other: LoopInstant) -> Duration { .nanoseconds(other.nanoseconds - self.nanoseconds) }

    static func < (left: LoopInstant, right: LoopInstant) -> Bool { left.nanoseconds < right.nanoseconds }
}

extension Duration {
    /// In whole nanoseconds; at most a hundred years, in either direction.
    var nanoseconds: Int64 {
        let limit: Int64 = 3_155_760_000
        let (seconds, attoseconds) = self.components
        return min(max(seconds, -limit), limit) * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
