import Testing

@testable import GraphNotifications

@Suite struct CatchUpScheduleTests {
    private typealias Job = CatchUpSchedule.Job

    private static let configuration = CatchUpConfiguration(
        debounce: .seconds(2), longestDebounce: .seconds(5), maximumReads: 2, questionsAfterNothing: 2,
        pauseAfterNothing: .seconds(10), backoff: Backoff(base: .seconds(4), maximum: .seconds(60)),
        permanentBackoff: Backoff(base: .seconds(300), maximum: .seconds(3600))
    )
    private var schedule = CatchUpSchedule(configuration: configuration)

    private mutating func due(_ now: Int64) -> [String] { self.schedule.takeDue(now: now).jobs.map(\.subscription) }

    @Test mutating func aLossIsReadAtOnceAndOnce() {
        let mark = self.schedule.lost("a", isCertain: true, now: 1_000)
        #expect(self.schedule.pending == ["a"])
        let (jobs, wake) = self.schedule.takeDue(now: 1_000)
        #expect(jobs == [Job(subscription: "a", cause: .suspicion, mark: mark)] && wake == nil)
        #expect(self.due(9_999) == [])
        let isDone = self.schedule.finished(jobs[0], found: 3, now: 2_000, aged: 50_000)
        #expect(isDone && self.schedule.pendingCount == 0)
        #expect(self.schedule.takeDue(now: 2_000).wake == 50_000)
        #expect(self.schedule.takeDue(now: 50_000).jobs.map(\.cause) == [.age])
    }

    @Test mutating func whatIsToldMeanwhileIsReadAgain() {
        _ = self.schedule.lost("a", isCertain: true, now: 1_000)
        let job = self.schedule.takeDue(now: 1_000).jobs[0]
        let later = self.schedule.lost("a", isCertain: false, now: 1_000)
        #expect(later > job.mark)
        #expect(self.due(1_500) == [])
        _ = self.schedule.finished(job, found: 1, now: 2_000, aged: nil)
        // What the store keeps is not dealt with by this round.
        #expect(self.schedule.pending == ["a"])
        let again = self.schedule.takeDue(now: 2_000).jobs
        #expect(again.map(\.mark) == [later])
        _ = self.schedule.finished(again[0], found: 1, now: 3_000, aged: nil)
        #expect(self.schedule.pendingCount == 0)
    }

    @Test mutating func marksGoOnAfterARestart() {
        #expect(self.schedule.lost("a", isCertain: true, now: 1_000, mark: 5_000) == 5_000)
        #expect(self.schedule.lost("b", isCertain: true, now: 1_000) == 5_001)
    }

    @Test mutating func aBurstOfNotificationsIsOneQuestion() {
        for moment in stride(from: Int64(0), through: 1_000, by: 100) { self.schedule.notified("d", now: moment) }
        #expect(self.schedule.takeDue(now: 2_999).jobs == [])
        #expect(self.schedule.takeDue(now: 2_999).wake == 3_000)
        #expect(self.due(3_000) == ["d"])
    }

    @Test mutating func aBurstWithoutAnEndIsAskedForAfterAWhile() {
        for moment in stride(from: Int64(0), through: 4_900, by: 100) {
            self.schedule.notified("d", now: moment)
            #expect(self.due(moment) == [])
        }
        let jobs = self.schedule.takeDue(now: 5_000).jobs
        #expect(jobs.map(\.subscription) == ["d"])
        self.schedule.notified("d", now: 5_100)
        _ = self.schedule.finished(jobs[0], found: 2, now: 5_200, aged: nil)
        #expect(self.due(7_099) == [])
        #expect(self.due(7_100) == ["d"])
    }

    @Test mutating func whoKnowsOfNothingIsAskedAgain() {
        _ = self.schedule.lost("a", isCertain: true, now: 0)
        for moment in [Int64(0), 10_000, 50_000] {
            #expect(self.schedule.takeDue(now: moment - 1).jobs == [])
            let jobs = self.schedule.takeDue(now: moment).jobs
            #expect(jobs.count == 1)
            let isDone = self.schedule.finished(jobs[0], found: 0, now: moment, aged: nil)
            #expect(isDone == (moment == 50_000))
        }
        #expect(self.schedule.pendingCount == 0 && self.schedule.takeDue(now: 1_000_000).jobs == [])
    }

    @Test mutating func whereNothingMustBeFoundOneQuestionIsEnough() {
        _ = self.schedule.lost("a", isCertain: false, now: 0)
        let job = self.schedule.takeDue(now: 0).jobs[0]
        let isDone = self.schedule.finished(job, found: 0, now: 1, aged: nil)
        #expect(isDone && self.schedule.pendingCount == 0)
    }

    @Test mutating func failuresWaitLongerEachTime() {
        _ = self.schedule.lost("a", isCertain: true, now: 0)
        var moment: Int64 = 0
        for pause in [Int64(4_000), 8_000, 16_000] {
            let job = self.schedule.takeDue(now: moment).jobs[0]
            self.schedule.failed(job, isPermanent: false, retryAfter: nil, random: 1, now: moment)
            // Being told again does not make it work.
            _ = self.schedule.lost("a", isCertain: true, now: moment)
            #expect(self.schedule.takeDue(now: moment + pause - 1).jobs == [])
            moment += pause
        }
        let job = self.schedule.takeDue(now: moment).jobs[0]
        self.schedule.failed(job, isPermanent: false, retryAfter: .seconds(90), random: 1, now: moment)
        #expect(self.schedule.takeDue(now: moment).wake == moment + 90_000)
        let last = self.schedule.takeDue(now: moment + 90_000).jobs[0]
        #expect(self.schedule.failed(last, isPermanent: true, retryAfter: nil, random: 1, now: 0) == 5)
        #expect(self.schedule.takeDue(now: 0).wake == 3_600_000)
        #expect(self.schedule.pending == ["a"])
    }

    @Test mutating func onlySoManyAreReadAtOnce() {
        for name in ["a", "b", "c"] { _ = self.schedule.lost(name, isCertain: true, now: 0) }
        let jobs = self.schedule.takeDue(now: 0).jobs
        #expect(jobs.map(\.subscription) == ["a", "b"])
        #expect(self.due(0) == [])
        _ = self.schedule.finished(jobs[1], found: 1, now: 1, aged: nil)
        #expect(self.due(1) == ["c"])
    }
}
