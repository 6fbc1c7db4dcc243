import Testing

@testable import SignalR

@Suite struct LongPollStateMachineTests {
    private typealias Machine = LongPollStateMachine<Int, LoopInstant>

    private func at(_ seconds: Int64) -> LoopInstant { LoopInstant(nanoseconds: seconds * 1_000_000_000) }

    /// One whose first poll came at the start.
    private func polled() -> Machine {
        var machine = Machine(pollTimeout: .seconds(90), disconnectTimeout: .seconds(15), closeTimeout: .seconds(5))
        let (replaced, verdict) = machine.poll(0, hasData: true, now: self.at(0))
        #expect(replaced == nil)
        #expect(verdict == .begin)
        return machine
    }

    private func poll(_ poll: Int, hasData: Bool = false, at seconds: Int64, of machine: inout Machine) -> String {
        let (replaced, verdict) = machine.poll(poll, hasData: hasData, now: self.at(seconds))
        return "\(verdict)" + (replaced.map { ", \($0) replaced" } ?? "")
    }

    private func tick(_ seconds: Int64, _ machine: inout Machine) -> String {
        switch machine.tick(now: self.at(seconds)) {
        case .answerEmpty(let poll): "empty \(poll)"
        case .dispose: "dispose"
        case .nothing: "nothing"
        }
    }

    @Test func theFirstPollIsAnsweredAtOnceWithoutData() {
        _ = self.polled()
    }

    @Test func dataThatWaitsIsAnsweredAtOnce() {
        var machine = self.polled()
        #expect(machine.dataWaits(now: self.at(1)) == nil)
        #expect(self.poll(1, hasData: true, at: 1, of: &machine) == "answer")
    }

    @Test func aHeldPollIsAnsweredOnce() {
        var machine = self.polled()
        #expect(self.poll(1, at: 1, of: &machine) == "hold")
        #expect(machine.dataWaits(now: self.at(2)) == 1)
        #expect(machine.dataWaits(now: self.at(2)) == nil)
    }

    @Test func aNewerPollReplacesTheOlder() {
        var machine = self.polled()
        #expect(self.poll(1, at: 1, of: &machine) == "hold")
        #expect(self.poll(2, at: 2, of: &machine) == "hold, 1 replaced")
        #expect(self.poll(3, hasData: true, at: 3, of: &machine) == "answer, 2 replaced")
        #expect(machine.dataWaits(now: self.at(4)) == nil)
    }

    @Test func aPollIsNotHeldForever() {
        var machine = self.polled()
        #expect(self.poll(1, at: 1, of: &machine) == "hold")
        // As long as it is held its client is there.
        #expect(self.tick(90, &machine) == "nothing")
        #expect(self.tick(91, &machine) == "empty 1")
        #expect(self.tick(105, &machine) == "nothing")
        #expect(self.tick(106, &machine) == "dispose")
        #expect(self.tick(107, &machine) == "nothing")
        #expect(self.poll(2, at: 107, of: &machine) == "end")
    }

    @Test func whoGivesUpAPollMayComeBack() {
        var machine = self.polled()
        #expect(self.poll(1, at: 1, of: &machine) == "hold")
        machine.dropped(now: self.at(20)) { $0 == 7 }
        #expect(self.tick(40, &machine) == "nothing")
        machine.dropped(now: self.at(40)) { $0 == 1 }
        #expect(machine.dataWaits(now: self.at(41)) == nil)
        #expect(self.tick(54, &machine) == "nothing")
        #expect(self.poll(2, hasData: true, at: 54, of: &machine) == "answer")
        #expect(self.tick(69, &machine) == "dispose")
    }

    @Test func theEndIsFetched() {
        var machine = self.polled()
        #expect(machine.close(now: self.at(10)) == nil)
        #expect(machine.isClosing)
        #expect(self.poll(1, hasData: true, at: 14, of: &machine) == "answer")
        #expect(self.poll(2, at: 15, of: &machine) == "end")
        #expect(self.poll(3, at: 15, of: &machine) == "end")
        #expect(self.tick(100, &machine) == "nothing")
    }

    @Test func theEndIsNotKeptForLong() {
        var machine = self.polled()
        #expect(machine.close(now: self.at(10)) == nil)
        #expect(self.tick(14, &machine) == "nothing")
        #expect(self.tick(15, &machine) == "dispose")
    }

    @Test func theEndAnswersAHeldPoll() {
        var machine = self.polled()
        #expect(self.poll(1, at: 1, of: &machine) == "hold")
        #expect(machine.close(now: self.at(2)) == 1)
        #expect(machine.close(now: self.at(2)) == nil)
        #expect(machine.end() == nil)
        var other = self.polled()
        #expect(self.poll(1, at: 1, of: &other) == "hold")
        #expect(other.end() == 1)
        #expect(other.end() == nil)
        #expect(self.poll(2, at: 2, of: &other) == "end")
    }
}
