import Synchronization
import Testing

@testable import GraphEmulator

@Suite(.timeLimit(.minutes(1))) struct EmulatorClockTests {
    @Test func aScaledClockGoesFasterAndSleepsShorter() async throws {
        let now = Mutex<Int64>(morning)
        let slept = Mutex<[Duration]>([])
        let base = EmulatorClock(now: { now.withLock { $0 } }, sleep: { duration in slept.withLock { $0.append(duration) } })
        let clock = EmulatorClock.scaled(by: 3600, of: base)
        #expect(clock.now() == morning)
        now.withLock { $0 += 2000 }
        #expect(clock.now() == morning + 2 * 3_600_000)
        try await clock.sleep(.seconds(7200))
        #expect(slept.withLock { $0 } == [.seconds(2)])
    }

    @Test func aScaledClockMayAlsoBeSlow() {
        let now = Mutex<Int64>(morning)
        let clock = EmulatorClock.scaled(by: 0.5, of: EmulatorClock(now: { now.withLock { $0 } }, sleep: { _ in }))
        now.withLock { $0 += 1001 }
        #expect(clock.now() == morning + 500)
    }
}
