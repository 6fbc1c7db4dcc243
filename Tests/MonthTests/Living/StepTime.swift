@testable import GraphEmulator

/// The emulator's stepped clock for whoever needs a Swift one.
struct StepTime: Clock {
    struct Instant: InstantProtocol {
        /// Since 1970.
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - self.offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    let clock: SteppedClock

    var now: Instant { Instant(offset: .milliseconds(self.clock.now)) }
    var minimumResolution: Duration { .milliseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let pause = self.now.duration(to: deadline)
        if pause > .zero { try await self.clock.sleep(pause) }
    }
}
