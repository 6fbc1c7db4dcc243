/// An emulator's stepped clock for whoever needs a Swift one: what is under test sleeps until the clock has been advanced.
package struct SteppedTime: Clock {
    package struct Instant: InstantProtocol {
        /// Since 1970.
        package var offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - self.offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let clock: SteppedClock

    package init(clock: SteppedClock) {
        self.clock = clock
    }

    package var now: Instant { Instant(offset: .milliseconds(self.clock.now)) }
    package var minimumResolution: Duration { .milliseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let pause = self.now.duration(to: deadline)
        if pause > .zero { try await self.clock.sleep(pause) }
    }
}
