import Testing

@testable import GraphEmulator

@Suite struct LifecycleScheduleTests {
    /// The minutes at which an event comes, up to `end`.
    private static func events(_ schedule: LifecycleSchedule, until end: Int64) -> [Int64] {
        var schedule = schedule
        return (0...end).filter { schedule.take(now: $0 * minute) }
    }

    @Test func withinTheLastHourOneComesAtOnceAndEveryQuarter() {
        let schedule = LifecycleSchedule(from: 0, to: 60 * minute, isNew: true)
        #expect(Self.events(schedule, until: 60) == [0, 15, 30, 45, 60])
        #expect(Self.events(LifecycleSchedule(from: 0, to: 45 * minute, isNew: true), until: 40) == [0, 15, 30])
    }

    @Test func oneComesInAdvanceOfALongLife() {
        #expect(Self.events(LifecycleSchedule(from: 0, to: 300 * minute, isNew: true), until: 280) == [120, 240, 255, 270])
        #expect(Self.events(LifecycleSchedule(from: 0, to: 180 * minute, isNew: true), until: 150) == [120, 135, 150])
    }

    @Test func afterAnAnswerThereIsRestForHalfOfWhatItGave() {
        #expect(Self.events(LifecycleSchedule(from: 0, to: 60 * minute, isNew: false), until: 60) == [30, 45, 60])
        #expect(Self.events(LifecycleSchedule(from: 0, to: 40 * minute, isNew: false), until: 40) == [20, 35])
        #expect(Self.events(LifecycleSchedule(from: 0, to: 300 * minute, isNew: false), until: 250) == [120, 240])
    }

    @Test func whoComesLateTakesOne() {
        var schedule = LifecycleSchedule(from: 0, to: 60 * minute, isNew: true)
        #expect(schedule.take(now: 50 * minute) == true)
        #expect(schedule.take(now: 50 * minute) == false)
        #expect(schedule.next == 60 * minute)
    }

    @Test func oneCanBeHurried() {
        var schedule = LifecycleSchedule(from: 0, to: 6000 * minute, isNew: true)
        #expect(schedule.take(now: 10 * minute) == false)
        schedule.hurry(now: 10 * minute)
        #expect(schedule.take(now: 10 * minute) == true)
        #expect(schedule.take(now: 24 * minute) == false)
        #expect(schedule.take(now: 25 * minute) == true)
    }
}
