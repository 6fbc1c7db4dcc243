import Testing

@testable import GraphNotifications

@Suite struct BackoffTests {
    private let backoff = Backoff(base: .seconds(2), maximum: .seconds(300))

    @Test(arguments: [(1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (1_000_000, 300), (0, 2), (-5, 2)])
    func doublesUpToTheMaximum(failures: Int, seconds: Int) {
        #expect(self.backoff.delay(afterFailures: failures, random: 1) == .seconds(seconds))
        #expect(self.backoff.delay(afterFailures: failures, random: 0) == .seconds(seconds) / 2)
    }

    @Test func theLimitHoldsForAnyBase() {
        #expect(Backoff(base: .seconds(10), maximum: .seconds(3)).delay(afterFailures: 1, random: 1) == .seconds(3))
    }
}
