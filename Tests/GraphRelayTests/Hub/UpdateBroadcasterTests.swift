import Logging
import NIOCore
import RealTimeTesting
import ServiceLifecycle
import Testing

@testable import GraphRelay

@Suite(.timeLimit(.minutes(5))) struct UpdateBroadcasterTests {
    private let log = FakeLog()
    private let clients = FakeClients()
    private let progress = PositionSignal(position: -1)

    private var broadcaster: UpdateBroadcaster {
        UpdateBroadcaster(
            log: self.log, clients: self.clients, progress: self.progress, retryDelay: .milliseconds(1),
            metrics: RelayMetrics(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func whileRunning(_ body: () async throws -> Void) async throws {
        let broadcaster = self.broadcaster
        try await withThrowingTaskGroup { group in
            group.addTask { try await broadcaster.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test func sendsWhatIsNewInOrder() async throws {
        for _ in 0..<3 { try await self.log.append(["a"]) }
        try await self.whileRunning {
            await self.progress.wait(after: 2)
            for _ in 0..<2_000 { try await self.log.append(["a"]) }
            await self.progress.wait(after: 2_002)
        }
        #expect(self.clients.updates.value == Array(4...2_003))
        #expect(self.clients.gaps.value.isEmpty)
    }

    @Test func readsOnWhenTheLogWorksAgain() async throws {
        let failures = Watched(20)
        self.log.failReads {
            failures.change { $0 -= 1 }
            return failures.value >= 0 ? .outage : nil
        }
        try await self.whileRunning {
            await self.progress.wait(after: -1)
            failures.change { $0 = 20 }
            for _ in 0..<5 { try await self.log.append(["a"]) }
            await self.progress.wait(after: 4)
        }
        #expect(self.clients.updates.value == Array(1...5))
    }

    @Test func saysSoWhenRetentionWasFaster() async throws {
        let isBroken = Watched(false)
        self.log.failReads { isBroken.value ? .outage : nil }
        try await self.whileRunning {
            await self.progress.wait(after: -1)
            isBroken.change { $0 = true }
            for _ in 0..<10 { try await self.log.append(["a"]) }
            self.log.purge(through: 6)
            isBroken.change { $0 = false }
            await self.progress.wait(after: 9)
        }
        #expect(self.clients.updates.value == [7, 8, 9, 10])
        #expect(self.clients.gaps.value.map(\.oldest) == [Cursor(epoch: "e", offset: 6)])
    }

    @Test func saysSoWhenNothingIsLeft() async throws {
        let isBroken = Watched(false)
        self.log.failReads { isBroken.value ? .outage : nil }
        try await self.whileRunning {
            await self.progress.wait(after: -1)
            isBroken.change { $0 = true }
            for _ in 0..<10 { try await self.log.append(["a"]) }
            self.log.purge(through: 10)
            isBroken.change { $0 = false }
            await self.progress.wait(after: 9)
            try await self.log.append(["a"])
            await self.progress.wait(after: 10)
        }
        #expect(self.clients.updates.value == [11])
        #expect(self.clients.gaps.value.count == 1)
    }

    @Test func endsWhenTheProgramShutsDown() async throws {
        let group = ServiceGroup(services: [self.broadcaster], logger: Logger(label: "test"))
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            await self.progress.wait(after: -1)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

@Suite struct SubscribeAnswerTests {
    @Test func asDocumented() {
        let answer = SubscribeAnswer(
            cursor: Cursor(epoch: "e", offset: 9), hasGap: false, oldest: Cursor(epoch: "e", offset: 0),
            updates: [7, 9].map { LoggedUpdate(offset: $0, topics: ["a"], json: .init(string: #"{"n":\#($0)}"#)) }
        )
        #expect(
            String(buffer: answer.json())
                == #"{"cursor":"e-9","gap":false,"oldest":"e-0","updates":[{"n":7},{"n":9}]}"#
        )
    }

    @Test func aNoticeOfAGap() {
        let notice = GapNotice(topics: ["a", "b\""], oldest: Cursor(epoch: "e", offset: 4), reason: "Too slow.")
        #expect(String(buffer: notice.json()) == #"{"topics":["a","b\""],"oldest":"e-4","reason":"Too slow."}"#)
        let all = GapNotice(topics: [], oldest: Cursor(epoch: "e", offset: 4), reason: "")
        #expect(String(buffer: all.json()) == #"{"topics":[],"oldest":"e-4","reason":""}"#)
    }
}
