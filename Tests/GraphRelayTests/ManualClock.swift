/// A clock that stands still until it is told, and knows who sleeps.
final class ManualClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - self.offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let time = Watched(Instant(offset: .zero))
    /// Until when those who sleep now do.
    let sleepers = Watched<[Instant]>([])

    var now: Instant { self.time.value }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        self.sleepers.change { $0.append(deadline) }
        defer {
            self.sleepers.change { sleepers in
                if let index = sleepers.firstIndex(of: deadline) { sleepers.remove(at: index) }
            }
        }
        await self.time.wait { $0 >= deadline }
        try Task.checkCancellation()
    }

    func advance(by duration: Duration) {
        self.time.change { $0 = $0.advanced(by: duration) }
    }
}
