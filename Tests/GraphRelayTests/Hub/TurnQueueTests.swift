import RealTimeTesting
import Testing

@testable import GraphRelay

@Suite(.timeLimit(.minutes(5))) struct TurnQueueTests {
    @Test func oneAtATimeAcrossSuspensions() async {
        let turns = TurnQueue()
        let inside = Watched(0)
        let turnsTaken = Watched(0)
        await withTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    await turns.withTurn { () async in
                        inside.change { $0 += 1 }
                        #expect(inside.value == 1)
                        for _ in 0..<3 { await Task.yield() }
                        #expect(inside.value == 1)
                        inside.change { $0 -= 1 }
                        turnsTaken.change { $0 += 1 }
                    }
                }
            }
        }
        #expect(turnsTaken.value == 100)
    }

    @Test func anErrorPassesTheTurnOn() async throws {
        let turns = TurnQueue()
        await #expect(throws: RelayError.self) {
            try await turns.withTurn { () async throws(RelayError) in throw RelayError.outage }
        }
        #expect(await turns.withTurn { () async in 7 } == 7)
    }

    @Test func whoTakesItAgainGoesBehindThoseWhoWait() async {
        let turns = TurnQueue()
        let order = Watched<[String]>([])
        let mayGoOn = Watched(false)
        await withTaskGroup { group in
            group.addTask {
                await turns.withTurn { () async in
                    order.change { $0.append("first") }
                    await mayGoOn.wait { $0 }
                }
                await turns.withTurn { () async in order.change { $0.append("first again") } }
            }
            await order.wait { !$0.isEmpty }
            let asks = Watched(false)
            group.addTask {
                asks.change { $0 = true }
                await turns.withTurn { () async in order.change { $0.append("second") } }
            }
            await asks.wait { $0 }
            // It is between its word and its place in the queue for a moment that nobody sees from here.
            while turns.waitingCount == 0 { await Task.yield() }
            mayGoOn.change { $0 = true }
        }
        #expect(order.value == ["first", "second", "first again"])
    }
}
