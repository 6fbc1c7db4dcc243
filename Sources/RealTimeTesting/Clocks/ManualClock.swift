/// A clock that stands still until it is told, and knows who sleeps.
///
/// ```swift
/// let clock = ManualClock()
/// async let nap: Void = clock.sleep(for: .seconds(60))
/// await clock.sleepers.wait { $0.count == 1 }
/// clock.advance(by: .seconds(60))
/// try await nap
/// ```
public final class ManualClock: Clock {
    /// A moment: how long after the clock was made.
    public struct Instant: InstantProtocol {
        /// How long after the clock was made.
        public var offset: Duration

        /// - Parameter offset: How long after the clock was made.
        public init(offset: Duration) {
            self.offset = offset
        }

        public func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        public func duration(to other: Instant) -> Duration { other.offset - self.offset }
        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let time = Watched(Instant(offset: .zero))
    /// Until when those who sleep now do.
    public let sleepers = Watched<[Instant]>([])

    /// It begins at zero.
    public init() {}

    public var now: Instant { self.time.value }
    public var minimumResolution: Duration { .nanoseconds(1) }

    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        self.sleepers.change { $0.append(deadline) }
        defer {
            self.sleepers.change { sleepers in
                if let index = sleepers.firstIndex(of: deadline) { sleepers.remove(at: index) }
            }
        }
        await self.time.wait { $0 >= deadline }
        try Task.checkCancellation()
    }

    /// Lets time pass, and wakes whose time has come.
    public func advance(by duration: Duration) {
        self.time.change { $0 = $0.advanced(by: duration) }
    }
}
