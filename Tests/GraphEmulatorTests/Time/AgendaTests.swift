import Testing

@testable import GraphEmulator

@Suite struct AgendaTests {
    private var agenda = Agenda<String>()

    @Test mutating func turnsComeByTheirMomentAndThenInOrder() {
        self.agenda.set("b", at: 20)
        self.agenda.set("c", at: 10)
        self.agenda.set("a", at: 20)
        #expect(self.agenda.next == 10)
        #expect(self.agenda.pop(by: 9) == nil)
        #expect((0..<4).map { _ in self.agenda.pop(by: 20) } == ["c", "b", "a", nil])
        #expect(self.agenda.next == nil)
    }

    @Test mutating func whatIsMovedOrRemovedDoesNotComeAtItsOldMoment() {
        self.agenda.set("a", at: 10)
        self.agenda.set("b", at: 11)
        self.agenda.set("a", at: 30)
        self.agenda.remove("b")
        #expect(self.agenda["a"] == 30)
        #expect(self.agenda["b"] == nil)
        #expect(self.agenda.next == 30)
        self.agenda.set("a", at: 5)
        #expect(self.agenda.pop(by: 5) == "a")
        #expect(self.agenda.pop(by: 100) == nil)
    }

    /// A model that sorts all it has.
    @Test mutating func itAgreesWithASortedList() {
        var random = EmulatorRandom(seed: 7)
        var model: [String: (moment: Int64, order: Int)] = [:]
        for step in 0..<5000 {
            let key = "\(Int.random(in: 0..<20, using: &random))"
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                self.agenda.remove(key)
                model[key] = nil
            case 1:
                let due = model.min { ($0.value.moment, $0.value.order) < ($1.value.moment, $1.value.order) }
                #expect(self.agenda.next == due?.value.moment)
                #expect(self.agenda.pop(by: .max) == due?.key)
                if let due { model[due.key] = nil }
            default:
                let moment = Int64.random(in: 0..<1000, using: &random)
                self.agenda.set(key, at: moment)
                if model[key]?.moment != moment { model[key] = (moment, step) }
            }
        }
    }
}
