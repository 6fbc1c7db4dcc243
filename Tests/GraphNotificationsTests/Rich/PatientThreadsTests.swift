import Testing

@testable import GraphNotifications

#if canImport(Glibc)
import Glibc
#endif

@Suite struct PatientThreadsTests {
    @Test func theyComputeWhatTheyAreGiven() async {
        let threads = PatientThreads(2)
        let sums = await withTaskGroup { group in
            for number in 0..<20 { group.addTask { await threads.run { (0...number).reduce(0, +) } } }
            return await group.reduce(into: []) { $0.append($1) }.sorted()
        }
        #expect(sums == (0..<20).map { $0 * ($0 + 1) / 2 })
    }

    #if canImport(Glibc)
    @Test func theyStandBackAndOthersDoNot() async {
        let threads = PatientThreads(1)
        let niceness = { @Sendable () -> Int32 in getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
        let before = niceness()
        #expect(await threads.run(niceness) >= max(before, 10))
        #expect(niceness() == before)
    }
    #endif
}
