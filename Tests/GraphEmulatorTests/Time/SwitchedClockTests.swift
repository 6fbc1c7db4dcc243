import Synchronization
import Testing

@testable import GraphEmulator

@Suite(.timeLimit(.minutes(1))) struct SwitchedClockTests {
    /// Real time, as far as a test wants it to pass; waiting for it lasts until the task is cancelled.
    private final class Base: Sendable {
        let now = Mutex(morning)
        let isAsked = WakeSignal()
        let isAwake = Mutex(false)

        var clock: EmulatorClock {
            EmulatorClock(
                now: { self.now.withLock { $0 } },
                sleep: { _ in
                    self.isAsked.raise()
                    try await Task.sleep(for: .seconds(600))
                }
            )
        }

        func pass(_ milliseconds: Int64) { self.now.withLock { $0 += milliseconds } }
    }

    @Test func itGoesOnFromWhatItShows() async {
        let base = Base()
        let clock = SwitchedClock(base: base.clock)
        base.pass(1000)
        #expect(clock.now == morning + 1000)
        clock.mode = .scaled(60)
        base.pass(1000)
        #expect(clock.now == morning + 61_000)
        clock.mode = .stepped
        base.pass(1000)
        #expect(clock.now == morning + 61_000)
        await clock.advance(by: .seconds(9))
        #expect(clock.now == morning + 70_000)
        clock.mode = .real
        base.pass(500)
        #expect(clock.now == morning + 70_500)
    }

    @Test func itBeginsNoEarlierThanItsBase() {
        #expect(SwitchedClock(startingAt: morning - 1, base: Base().clock).now == morning)
        #expect(SwitchedClock(.stepped, startingAt: morning + 5, base: Base().clock).now == morning + 5)
    }

    @Test func whoSleepsWakesByTheClockItIsSwitchedTo() async throws {
        let base = Base()
        let clock = SwitchedClock(base: base.clock)
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await clock.clock.sleep(.seconds(5))
                base.isAwake.withLock { $0 = true }
            }
            await base.isAsked.wait()
            clock.mode = .stepped
            await clock.advance(by: .seconds(4))
            #expect(!base.isAwake.withLock { $0 })
            await clock.advance(by: .seconds(1))
            try await group.waitForAll()
        }
    }

    @Test func oneThatGoesIsMovedByHandAndGoesOn() async {
        let base = Base()
        let clock = SwitchedClock(base: base.clock)
        await clock.advance(by: .seconds(3600))
        #expect(clock.mode == .real)
        base.pass(7)
        #expect(clock.now == morning + 3_600_007)
    }

    @Test func whoSleepsCanBeCancelled() async {
        let clock = SwitchedClock(.stepped)
        let sleeper = Task { try await clock.clock.sleep(.seconds(5)) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }
}
