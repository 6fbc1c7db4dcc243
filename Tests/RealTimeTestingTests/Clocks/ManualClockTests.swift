import RealTimeTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct ManualClockTests {
    @Test func standsStillUntilItIsTold() async throws {
        let clock = ManualClock()
        let woken = Watched<[Int]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seconds in [3, 1, 2] {
                group.addTask {
                    try await clock.sleep(for: .seconds(seconds))
                    woken.change { $0.append(seconds) }
                }
            }
            await clock.sleepers.wait { $0.count == 3 }
            clock.advance(by: .seconds(1))
            await woken.wait { $0 == [1] }
            await clock.sleepers.wait { $0.count == 2 }
            clock.advance(by: .milliseconds(999))
            #expect(clock.sleepers.value.count == 2)
            clock.advance(by: .milliseconds(1))
            await woken.wait { $0 == [1, 2] }
            clock.advance(by: .seconds(60))
            try await group.waitForAll()
        }
        #expect(woken.value == [1, 2, 3])
        #expect(clock.now.offset == .seconds(62))
        #expect(clock.sleepers.value.isEmpty)
        // What is due is not slept for.
        try await clock.sleep(until: clock.now)
    }

    @Test func sleepCanBeCancelled() async throws {
        let clock = ManualClock()
        let nap = Task { try await clock.sleep(for: .seconds(1)) }
        await clock.sleepers.wait { $0.count == 1 }
        nap.cancel()
        await #expect(throws: CancellationError.self) { try await nap.value }
        #expect(clock.sleepers.value.isEmpty)
    }
}
