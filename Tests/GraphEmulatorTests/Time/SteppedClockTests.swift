import Synchronization
import Testing

@testable import GraphEmulator

@Suite(.timeLimit(.minutes(1))) struct SteppedClockTests {
    /// Somebody with work at certain moments, who writes down when it was done.
    private final class Worker: Sendable {
        let clock: SteppedClock
        private let moments: Mutex<[Int64]>
        private let done = Mutex<[Int64]>([])

        init(_ clock: SteppedClock, at moments: [Int64]) {
            self.clock = clock
            self.moments = Mutex(moments)
        }

        var participant: SteppedClock.Participant {
            SteppedClock.Participant(
                next: { self.moments.withLock(\.first) }, moved: {},
                settle: {
                    await Task.yield()
                    let now = self.clock.now
                    let due = self.moments.withLock { moments -> [Int64] in
                        defer { moments.removeAll { $0 <= now } }
                        return moments.filter { $0 <= now }
                    }
                    self.done.withLock { $0 += due.map { _ in now } }
                }
            )
        }

        var times: [Int64] { self.done.withLock { $0 } }
    }

    @Test func itStopsWhereverThereIsWork() async {
        let clock = SteppedClock(startingAt: 1000)
        let worker = Worker(clock, at: [1000, 1010, 1500, 4000])
        let number = clock.join(worker.participant)
        await clock.advance(by: .milliseconds(500))
        #expect(clock.now == 1500)
        #expect(worker.times == [1000, 1010, 1500])
        await clock.advance(by: .seconds(1))
        #expect(worker.times == [1000, 1010, 1500])
        clock.leave(number)
        await clock.advance(by: .seconds(10))
        #expect(worker.times == [1000, 1010, 1500])
        #expect(clock.now == 12_500)
    }

    @Test func sleepersWakeAtTheirMoment() async throws {
        let clock = SteppedClock(startingAt: 0)
        let (woken, continuation) = AsyncStream.makeStream(of: String.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (name, seconds) in [("late", 20), ("early", 10), ("too late", 100)] {
                group.addTask {
                    do {
                        try await clock.sleep(.seconds(seconds))
                        continuation.yield("\(name) at \(clock.now)")
                    } catch {
                        continuation.yield("\(name) cancelled")
                    }
                }
            }
            while clock.sleeperCount < 3 { try await Task.sleep(for: .milliseconds(1)) }
            var names = woken.makeAsyncIterator()
            await clock.advance(by: .seconds(10))
            #expect(await names.next() == "early at 10000")
            await clock.advance(by: .seconds(10))
            #expect(await names.next() == "late at 20000")
            group.cancelAll()
            #expect(await names.next() == "too late cancelled")
        }
        #expect(clock.sleeperCount == 0)
    }

    @Test func ofSeveralWhoMoveItEachDoes() async {
        let clock = SteppedClock(startingAt: 0)
        _ = clock.join(Worker(clock, at: [100, 200, 300, 400]).participant)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { await clock.advance(by: .milliseconds(100)) } }
        }
        #expect(clock.now == 1000)
    }

    @Test func aTimeThatIsOverIsNotSleptThrough() async throws {
        let clock = SteppedClock(startingAt: 0)
        let task = Task { try await clock.sleep(.seconds(1)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
