import Dispatch
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import SignalR

@Suite(.timeLimit(.minutes(1))) struct CallExecutorTests {
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

    @Test func runsWhateverCameTogetherAndNothingOnTheEventLoop() async throws {
        let executor = CallExecutor(eventLoop: self.eventLoop)
        let eventLoop = self.eventLoop
        for count in [1, 2, 100, 3000] {
            let tasks = try await eventLoop.submit {
                (0..<count).map { number in
                    Task(executorPreference: executor) {
                        let isOnLoop = eventLoop.inEventLoop
                        await Task.yield()
                        return isOnLoop || eventLoop.inEventLoop ? -1 : number
                    }
                }
            }.get()
            for (number, task) in tasks.enumerated() { #expect(await task.value == number) }
        }
    }

    @Test func whoBlocksDoesNotHoldUpOthers() async throws {
        let executor = CallExecutor(eventLoop: self.eventLoop, maximumTakers: 2)
        let isFree = DispatchSemaphore(value: 0)
        let tasks = try await self.eventLoop.submit {
            [
                Task(executorPreference: executor) { Self.wait(for: isFree) },
                Task(executorPreference: executor) { _ = isFree.signal() },
            ]
        }.get()
        for task in tasks { await task.value }
    }

    private static func wait(for semaphore: DispatchSemaphore) { semaphore.wait() }

    @Test func goesOnBehindAWait() async throws {
        let executor = CallExecutor(eventLoop: self.eventLoop)
        let eventLoop = self.eventLoop
        let task = try await eventLoop.submit {
            Task(executorPreference: executor) {
                // Resumed on the event loop, and from elsewhere.
                let first = try await eventLoop.submit { 1 }.get()
                async let second = 2
                return await first + second
            }
        }.get()
        #expect(try await task.value == 3)
    }

    @Test func whatIsCancelledBeforeItStartsKnows() async throws {
        let executor = CallExecutor(eventLoop: self.eventLoop)
        let task = try await self.eventLoop.submit {
            let task = Task(executorPreference: executor) { Task.isCancelled }
            task.cancel()
            return task
        }.get()
        #expect(await task.value)
    }

    @Test func worksWhereThereIsNoEventLoop() async {
        let executor = CallExecutor(eventLoop: self.eventLoop)
        #expect(await Task(executorPreference: executor) { 1 }.value == 1)
    }
}
