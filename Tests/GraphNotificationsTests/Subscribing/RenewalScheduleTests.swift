import Testing

@testable import GraphNotifications

@Suite struct RenewalScheduleTests {
    private let day: Int64 = 86_400_000

    /// How many of the moments lie in each of ten equal parts of a span.
    private func tenths(_ moments: [Int64], from start: Int64, to end: Int64) -> [Int] {
        var counts = [Int](repeating: 0, count: 10)
        for moment in moments { counts[min(9, Int((moment - start) * 10 / (end - start)))] += 1 }
        return counts
    }

    @Test func thousandsCreatedTogetherAreSpreadOverAFifthOfTheirLife() {
        var random = SystemRandomNumberGenerator()
        let life = 7 * self.day
        let moments = (0..<10_000).map { _ in
            RenewalSchedule.renewal(
                confirmedAt: 0, expiresAt: life, now: 0, jitter: Double.random(in: -1..<1, using: &random)
            )
        }
        #expect(moments.allSatisfy { (life * 2 / 5...life * 3 / 5).contains($0) })
        // 1,000 expected in each, and hardly ever 200 more or less: that is more than six standard deviations.
        for count in self.tenths(moments, from: life * 2 / 5, to: life * 3 / 5) { #expect(abs(count - 1_000) < 200) }
        let busiest = Dictionary(grouping: moments) { $0 / 60_000 }.values.map(\.count).max() ?? 0
        #expect(busiest < 30)
    }

    @Test func thoseThatBecameDueMeanwhileAreSpreadOverTenMinutes() {
        let moments = (0..<1_000).map { number in
            RenewalSchedule.renewal(
                confirmedAt: 0, expiresAt: 7 * self.day, now: 6 * self.day, jitter: Double(number) / 500 - 1
            )
        }
        #expect(moments.first == 6 * self.day && moments.allSatisfy { $0 < 6 * self.day + 600_000 })
        for count in self.tenths(moments, from: 6 * self.day, to: 6 * self.day + 600_000) { #expect((99...101).contains(count)) }
    }

    @Test func littleTimeLeftIsNotWastedOnSpreading() {
        // Four minutes are left: within one.
        let due = RenewalSchedule.renewal(confirmedAt: 0, expiresAt: 1_000_000, now: 760_000, jitter: 0.999)
        #expect((760_000...820_000).contains(due))
        #expect(RenewalSchedule.renewal(confirmedAt: 0, expiresAt: 10, now: 20, jitter: 1) == 20)
        #expect(RenewalSchedule.renewal(confirmedAt: 5, expiresAt: 5, now: 5, jitter: 1) == 5)
    }
}
