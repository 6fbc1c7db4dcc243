import NIOCore
import NIOEmbedded
import NIOPosix
import Synchronization
import Testing

@testable import SignalR

@Suite(.timeLimit(.minutes(1))) struct LoopMailboxTests {
    @Test func handsOverEverythingAtOnce() {
        let loop = EmbeddedEventLoop()
        let batches = Mutex<[[Int]]>([])
        let mailbox = LoopMailbox<Int>(eventLoop: loop) { items in batches.withLock { $0.append(items) } }
        for item in 1...3 { mailbox.post(item) }
        #expect(batches.withLock { $0 } == [])
        loop.run()
        #expect(batches.withLock { $0 } == [[1, 2, 3]])
        mailbox.post(4)
        loop.run()
        #expect(batches.withLock { $0 } == [[1, 2, 3], [4]])
    }

    @Test func keepsTheOrderOfEachThread() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let received = Mutex<[Int]>([])
        let done = Probe<Void>()
        let mailbox = LoopMailbox<Int>(eventLoop: loop) { items in
            let count = received.withLock { received in
                received += items
                return received.count
            }
            if count == 4000 { done.add(()) }
        }
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask { for item in 0..<1000 { mailbox.post(thread * 10_000 + item) } }
            }
        }
        await done.next()
        let all = received.withLock { $0 }
        for thread in 0..<4 {
            #expect(all.filter { $0 / 10_000 == thread }.map { $0 % 10_000 } == Array(0..<1000))
        }
    }
}
