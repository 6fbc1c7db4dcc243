import Testing

@testable import GraphNotifications

@Suite struct EventRhythmTests {
    private let minute: Int64 = 60_000
    private let start: Int64 = 1_800_000_000_000

    private func rhythm(_ minutes: [Int64]) -> EventRhythm {
        var rhythm = EventRhythm()
        for offset in minutes { rhythm.note(self.start + offset * self.minute) }
        return rhythm
    }

    @Test func theUsualGapIsTheMedian() {
        #expect(self.rhythm([0, 5, 10]).usualGap == nil)
        #expect(self.rhythm([0, 5, 10, 200]).usualGap == 5 * self.minute)
        #expect(self.rhythm([0, 5, 10, 200]).last == self.start + 200 * self.minute)
        #expect(EventRhythm().usualGap == nil && EventRhythm().last == nil)
    }

    @Test func aBurstIsOneEvent() {
        var rhythm = EventRhythm()
        for batch in 0..<5 {
            for item in 0..<100 { rhythm.note(self.start + Int64(batch) * 10 * self.minute + Int64(item)) }
        }
        #expect(rhythm.usualGap == 10 * self.minute)
    }

    @Test func aClockThatIsPutBackChangesNothing() {
        var rhythm = self.rhythm([0, 5, 10, 15])
        rhythm.note(self.start)
        #expect(rhythm == self.rhythm([0, 5, 10, 15]))
    }

    @Test func onlyTheLastSixteenCount() {
        #expect(self.rhythm((0..<100).map { $0 * 2 } + (0..<16).map { 300 + $0 * 9 }).usualGap == 9 * self.minute)
    }

    @Test func silenceIsTenTimesTheUsualAndAnHour() {
        let busy = self.rhythm([0, 1, 2, 3])
        #expect(!busy.isSilent(now: self.start + 62 * self.minute))
        #expect(busy.isSilent(now: self.start + 63 * self.minute))
        let calm = self.rhythm([0, 60, 120, 180])
        #expect(!calm.isSilent(now: self.start + 779 * self.minute))
        #expect(calm.isSilent(now: self.start + 780 * self.minute))
        #expect(!self.rhythm([0, 1]).isSilent(now: .max / 2))
    }
}
