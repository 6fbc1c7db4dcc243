import Dispatch
import NIOCore
import Synchronization

/// Runs the tasks that handle calls: those whose calls were read together start by one wake-up of another thread.
///
/// The common executor wakes a thread for each, which takes longer than a short call: where a core is all there is, each wake-up
/// interrupts the event loop. Nothing runs on the event loop itself: a method may block.
final class CallExecutor: TaskExecutor {
    private let eventLoop: any EventLoop
    private let maximumTakers: Int
    /// Whatever has come since the event loop began this turn.
    private let gathered: NIOLoopBoundBox<[UnownedJob]>
    private let waiting = Mutex(Waiting())

    private struct Waiting {
        var jobs: [UnownedJob] = []
        var taken = 0

        mutating func take() -> UnownedJob? {
            guard self.taken < self.jobs.count else {
                self.jobs.removeAll(keepingCapacity: self.jobs.capacity <= 1024)
                self.taken = 0
                return nil
            }
            defer { self.taken += 1 }
            return self.jobs[self.taken]
        }
    }

    /// - Parameters:
    ///   - eventLoop: Where calls are read.
    ///   - maximumTakers: How many threads are woken at once, so that a call that blocks does not hold up those behind it.
    init(eventLoop: any EventLoop, maximumTakers: Int = System.coreCount) {
        self.eventLoop = eventLoop
        self.maximumTakers = max(1, maximumTakers)
        self.gathered = .makeBoxSendingValue([], eventLoop: eventLoop)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        guard self.eventLoop.inEventLoop else { return globalConcurrentExecutor.enqueue(job) }
        self.gathered.value.append(UnownedJob(job))
        if self.gathered.value.count == 1 { self.eventLoop.execute { self.handOver() } }
    }

    private func handOver() {
        let jobs = self.gathered.value
        self.gathered.value.removeAll(keepingCapacity: jobs.count <= 1024)
        self.waiting.withLock { $0.jobs += jobs }
        for _ in 0..<min(jobs.count, self.maximumTakers) {
            DispatchQueue.global().async { self.takeAll() }
        }
    }

    private func takeAll() {
        while let job = self.waiting.withLock({ $0.take() }) { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
