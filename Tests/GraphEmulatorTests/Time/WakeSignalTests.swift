import Testing

@testable import GraphEmulator

@Suite struct WakeSignalTests {
    @Test(.timeLimit(.minutes(1))) func aSignalBeforeTheWaitIsNotLost() async {
        let signal = WakeSignal()
        signal.raise()
        await signal.wait()
    }

    @Test(.timeLimit(.minutes(1))) func aCancelledWaitEndsAndTheNextOneWorks() async {
        let signal = WakeSignal()
        for _ in 0..<200 {
            await withTaskGroup { group in
                group.addTask { await signal.wait() }
                group.cancelAll()
            }
        }
        await withTaskGroup { group in
            group.addTask { await signal.wait() }
            group.addTask { signal.raise() }
        }
    }
}
