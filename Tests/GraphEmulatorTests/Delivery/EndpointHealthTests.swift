import Testing

@testable import GraphEmulator

@Suite struct EndpointHealthTests {
    private static let fast: Int64 = 20
    private static let slow: Int64 = 3000
    private static let tooSlow: Int64 = 10_000

    private var health = EndpointHealth(policy: SlowEndpointPolicy(), slowAfter: .seconds(3), dropAfter: .seconds(10))

    private mutating func answers(_ fast: Int, _ slow: Int, _ tooSlow: Int = 0, at now: Int64 = 0) {
        for (count, latency) in [(fast, Self.fast), (slow, Self.slow), (tooSlow, Self.tooSlow)] {
            for _ in 0..<count { _ = self.health.answered(after: latency, now: now) }
        }
    }

    @Test mutating func oneInTenMayBeSlow() {
        self.answers(18, 2)
        #expect(self.health.condition == .normal)
        #expect(self.health.admit(now: 0) == .send)
        #expect(self.health.answered(after: Self.slow, now: 1000) == true)
        #expect(self.health.condition == .slow)
        #expect(self.health.since == 1000)
        #expect(self.health.admit(now: 1000) == .delay(600_000))
    }

    @Test mutating func fewAnswersSayNothing() {
        self.answers(0, 19)
        #expect(self.health.condition == .normal)
        self.answers(0, 1)
        #expect(self.health.condition == .slow)
    }

    @Test mutating func whatIsLongerAgoThanTenMinutesDoesNotCount() {
        self.answers(0, 19)
        self.answers(1, 1, at: 600_000)
        #expect(self.health.condition == .normal)
        self.answers(0, 18, at: 1_100_000)
        #expect(self.health.condition == .slow)
    }

    @Test mutating func aSampleThatIsAnsweredInTimeEndsIt() {
        self.answers(0, 20)
        #expect(self.health.admit(now: 599_999) == .delay(600_000))
        for _ in 0..<10 { #expect(self.health.admit(now: 600_000) == .probe) }
        // The sample is full.
        #expect(self.health.admit(now: 600_000) == .delay(600_000))
        #expect(self.health.answered(after: Self.fast, isProbe: true, now: 600_100) == true)
        #expect(self.health.condition == .normal)
        #expect(self.health.admit(now: 600_100) == .send)
    }

    @Test mutating func aSampleThatIsNotKeepsItForAnotherTenMinutes() {
        self.answers(0, 20)
        #expect(self.health.admit(now: 600_000) == .probe)
        #expect(self.health.answered(after: Self.slow, isProbe: true, now: 603_000) == false)
        #expect(self.health.condition == .slow)
        #expect(self.health.since == 0)
        #expect(self.health.admit(now: 700_000) == .delay(600_000))
        #expect(self.health.admit(now: 1_203_000) == .probe)
    }

    @Test mutating func aSampleThatNobodyAnsweredIsTakenAgain() {
        self.answers(0, 20)
        for _ in 0..<10 { #expect(self.health.admit(now: 600_000) == .probe) }
        #expect(self.health.admit(now: 1_199_999) == .delay(600_000))
        #expect(self.health.admit(now: 1_200_000) == .probe)
    }

    @Test mutating func aboveFifteenPercentBeyondTenSecondsNothingIsSent() {
        self.answers(17, 0, 3)
        #expect(self.health.condition == .slow)
        // Exactly 15 % is not too much; one more is.
        self.health = EndpointHealth(policy: SlowEndpointPolicy(), slowAfter: .seconds(3), dropAfter: .seconds(10))
        self.answers(0, 0, 3)
        self.answers(16, 0)
        #expect(self.health.condition == .normal)
        self.answers(0, 0, 1)
        #expect(self.health.condition == .drop)
        #expect(self.health.admit(now: 0) == .drop)
    }

    @Test mutating func aSlowEndpointMayGetWorse() {
        self.answers(0, 20)
        self.answers(10, 6, 4, at: 1000)
        #expect(self.health.condition == .drop)
        #expect(self.health.admit(now: 1000) == .drop)
    }

    /// How it was treated before, how long the sample took, how it is treated then.
    @Test(arguments: [(Int64(20), EndpointHealth.Condition.normal), (5000, .slow), (10_000, .drop)])
    mutating func aSampleEndsDropping(_ latency: Int64, _ condition: EndpointHealth.Condition) {
        self.answers(0, 0, 20)
        #expect(self.health.admit(now: 599_999) == .drop)
        #expect(self.health.admit(now: 600_000) == .probe)
        #expect(self.health.answered(after: latency, isProbe: true, now: 610_000) == (condition != .drop))
        #expect(self.health.condition == condition)
    }

    @Test mutating func fastErrorsAreAnswers() {
        self.answers(1000, 0)
        #expect(self.health.condition == .normal)
        #expect(self.health.isForgettable(at: 0) == false)
        #expect(self.health.isForgettable(at: 600_000) == true)
    }
}
