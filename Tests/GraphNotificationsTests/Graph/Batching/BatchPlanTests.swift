import Testing

@testable import GraphNotifications

@Suite struct BatchPlanTests {
    @Test func asManyAsFit() {
        let plan = BatchPlan(Array(0..<45), dependencies: [:], size: 20)
        #expect(plan.batches == [Array(0..<20), Array(20..<40), Array(40..<45)] && plan.refused.isEmpty)
        #expect(BatchPlan([], dependencies: [:], size: 20).batches.isEmpty)
    }

    @Test func whatDependsOnEachOtherStaysTogetherAndAlone() {
        let plan = BatchPlan(Array(0..<6), dependencies: [3: 1, 5: 3, 4: 2], size: 20)
        #expect(plan.batches == [[1, 3, 5], [2, 4], [0]])
    }

    @Test func whatIsOverIsNotWaitedFor() {
        #expect(BatchPlan([3, 5], dependencies: [3: 1, 5: 3], size: 20).batches == [[3, 5]])
        #expect(BatchPlan([5], dependencies: [5: 3], size: 20).batches == [[5]])
    }

    @Test func whatCannotBeSent() {
        let long = BatchPlan(Array(0..<4), dependencies: [1: 0, 2: 1, 3: 2], size: 3)
        #expect(long.batches.isEmpty && long.refused.keys.sorted() == [0, 1, 2, 3])
        let backwards = BatchPlan([0, 1], dependencies: [0: 1], size: 20)
        #expect(backwards.batches == [[1]] && backwards.refused.keys.sorted() == [0])
        #expect(BatchPlan([0], dependencies: [0: 0], size: 20).refused.count == 1)
    }
}
