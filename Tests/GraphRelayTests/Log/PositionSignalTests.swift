import RealTimeTesting
import Testing

@testable import GraphRelay

@Suite(.timeLimit(.minutes(5))) struct PositionSignalTests {
    @Test func onlyGrows() {
        let signal = PositionSignal(position: 3)
        signal.advance(to: 2)
        #expect(signal.position == 3)
        signal.advance(to: 7)
        #expect(signal.position == 7)
    }

    @Test func wakesThoseWhoseTimeHasCome() async {
        let signal = PositionSignal(position: 0)
        await signal.wait(after: -1)
        let woken = Watched<Set<Int64>>([])
        await withTaskGroup { group in
            for after in Int64(0)..<10 {
                group.addTask {
                    await signal.wait(after: after)
                    woken.change { $0.insert(after) }
                }
            }
            signal.advance(to: 5)
            await woken.wait { $0.count >= 5 }
            #expect(woken.value == [0, 1, 2, 3, 4])
            signal.advance(to: 10)
        }
        #expect(woken.value.count == 10)
    }

    @Test(arguments: 0..<50)
    func cancellationWakes(_: Int) async {
        let signal = PositionSignal(position: 0)
        let waiting = Task { await signal.wait(after: 5) }
        await Task.yield()
        waiting.cancel()
        await waiting.value
        #expect(signal.position == 0)
    }

    @Test func manyWaitAndNobodyIsForgotten() async {
        let signal = PositionSignal(position: 0)
        await withTaskGroup { group in
            for after in Int64(0)..<500 { group.addTask { await signal.wait(after: after) } }
            for position in Int64(1)...500 { group.addTask { signal.advance(to: position) } }
        }
        #expect(signal.position == 500)
    }
}
