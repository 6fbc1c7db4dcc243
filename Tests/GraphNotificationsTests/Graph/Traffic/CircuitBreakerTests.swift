import Testing

@testable import GraphNotifications

@Suite struct CircuitBreakerTests {
    private var breaker = CircuitBreaker(threshold: 3, pause: Backoff(base: .seconds(10), maximum: .seconds(60)))

    private mutating func fail(_ subject: String, at now: Int = 0) -> CircuitBreaker.Change? {
        self.breaker.failed(subject, now: .seconds(now), random: 1)
    }

    @Test mutating func opensWhenDifferentThingsFail() {
        #expect(self.fail("a") == nil && self.fail("b") == nil)
        #expect(self.breaker.ask(now: .zero) == nil)
        #expect(self.fail("c") == .opened(until: .seconds(10)))
        #expect(self.breaker.ask(now: .seconds(9)) == .seconds(10))
        #expect(self.fail("late", at: 5) == nil)
        #expect(self.breaker.ask(now: .seconds(9)) == .seconds(10))
    }

    @Test mutating func oneThingThatAlwaysFailsOpensNothing() {
        for _ in 0..<1_000 { #expect(self.fail("a") == nil) }
        #expect(self.breaker.ask(now: .zero) == nil && !self.breaker.isIdle)
    }

    @Test mutating func whatWorksForgivesTheRest() {
        _ = self.fail("a")
        _ = self.fail("b")
        #expect(self.breaker.worked() == nil && self.breaker.isIdle)
        #expect(self.fail("c") == nil)
    }

    @Test mutating func oneTriesAfterThePause() {
        for subject in ["a", "b", "c"] { _ = self.fail(subject) }
        #expect(self.breaker.ask(now: .seconds(10)) == nil)
        #expect(self.breaker.ask(now: .seconds(10)) == .seconds(20))
        #expect(self.fail("a", at: 12) == .opened(until: .seconds(32)))
        #expect(self.breaker.ask(now: .seconds(32)) == nil)
        #expect(self.breaker.worked() == .closed && self.breaker.isIdle)
        #expect(self.breaker.ask(now: .seconds(32)) == nil)
    }

    @Test mutating func thePauseGrowsUpToALimitAndBeginsAnew() {
        for subject in ["a", "b", "c"] { _ = self.fail(subject) }
        var now = 10
        for pause in [20, 40, 60, 60] {
            #expect(self.breaker.ask(now: .seconds(now)) == nil)
            #expect(self.fail("a", at: now) == .opened(until: .seconds(now + pause)))
            now += pause
        }
        #expect(self.breaker.worked() == .closed)
        for subject in ["a", "b"] { _ = self.fail(subject, at: now) }
        #expect(self.fail("c", at: now) == .opened(until: .seconds(now + 10)))
    }

    @Test mutating func whoGivesUpLetsAnotherTry() {
        for subject in ["a", "b", "c"] { _ = self.fail(subject) }
        #expect(self.breaker.ask(now: .seconds(10)) == nil)
        self.breaker.abandoned(now: .seconds(11))
        #expect(self.breaker.ask(now: .seconds(11)) == nil)
    }
}
