import RealTimeTesting
import Testing

@testable import GraphNotifications

@Suite struct ThrottleGateTests {
    private var gate = ThrottleGate(share: 1)

    /// Asks with a new ticket.
    private mutating func ask(
        _ operation: GraphOperation, tenant: String = "a", count: Int = 1, now: Duration, patience: Duration = .seconds(60)
    ) -> ThrottleGate.Step {
        var ticket = ThrottleGate.Ticket(operation, tenant: tenant, count: count, deadline: now + patience)
        return self.gate.next(&ticket, now: now)
    }

    @Test(arguments: [
        (GraphOperation.list, 25, 40), (.write, 500, 2_000), (.read, 500, 2_000), (.reauthorize, 1_000, 4_000),
    ])
    mutating func aTenantHasItsLimit(operation: GraphOperation, tenantLimit: Int, applicationLimit: Int) {
        for _ in 0..<tenantLimit { #expect(self.ask(operation, now: .zero) == .go) }
        #expect(self.ask(operation, now: .seconds(1)) == .wait(until: .seconds(20)))
        var going = tenantLimit
        for tenant in ["b", "c", "d", "e"] {
            for _ in 0..<tenantLimit where self.ask(operation, tenant: tenant, now: .seconds(2)) == .go { going += 1 }
        }
        #expect(going == applicationLimit)
    }

    @Test mutating func theRestIsNotPaced() {
        for _ in 0..<10_000 { #expect(self.ask(.other, now: .zero) == .go) }
        self.gate.hold(.other, tenant: "a", until: .seconds(50))
        #expect(self.ask(.other, now: .zero) == .go)
    }

    @Test mutating func eachKindHasItsOwnWindow() {
        for _ in 0..<25 { _ = self.ask(.list, now: .zero) }
        #expect(self.ask(.list, now: .zero) == .wait(until: .seconds(20)))
        #expect(self.ask(.read, now: .zero) == .go && self.ask(.write, now: .zero) == .go)
    }

    @Test mutating func whoWouldWaitTooLongIsRefusedAndTakesNothing() {
        for _ in 0..<25 { _ = self.ask(.list, now: .zero) }
        for _ in 0..<100 { #expect(self.ask(.list, now: .zero, patience: .seconds(19)) == .refuse(until: .seconds(20))) }
        #expect(self.ask(.list, now: .seconds(20)) == .go)
    }

    @Test mutating func afterAHoldTheyGoOneByOne() {
        self.gate.hold(.list, tenant: "a", until: .seconds(10))
        #expect(self.ask(.list, tenant: "b", now: .seconds(1)) == .go)
        #expect(self.ask(.list, now: .seconds(1)) == .wait(until: .seconds(10)))
        #expect(self.ask(.list, now: .seconds(1)) == .wait(until: .milliseconds(10_800)))
        #expect(self.ask(.list, now: .seconds(1)) == .wait(until: .milliseconds(11_600)))
        self.gate.hold(.list, tenant: "a", until: .seconds(5))
        #expect(self.ask(.list, now: .seconds(6)) == .wait(until: .milliseconds(12_400)))
    }

    @Test mutating func aHoldHoldsThoseWhoAlreadyWait() {
        for _ in 0..<25 { _ = self.ask(.list, now: .zero) }
        var ticket = ThrottleGate.Ticket(.list, tenant: "a", deadline: .seconds(60))
        #expect(self.gate.next(&ticket, now: .zero) == .wait(until: .seconds(20)))
        self.gate.hold(.list, tenant: "a", until: .seconds(33))
        #expect(self.gate.next(&ticket, now: .seconds(20)) == .wait(until: .seconds(33)))
        #expect(self.gate.next(&ticket, now: .seconds(33)) == .go)
        self.gate.hold(.list, tenant: "a", until: .seconds(3_600))
        #expect(self.ask(.list, now: .seconds(34)) == .refuse(until: .seconds(3_600)))
    }

    @Test mutating func aLongQueueInOneTenantTakesNothingFromAnother() {
        for _ in 0..<75 { _ = self.ask(.list, tenant: "busy", now: .zero) }
        for _ in 0..<15 { #expect(self.ask(.list, tenant: "calm", now: .seconds(1)) == .go) }
        #expect(self.ask(.list, tenant: "calm", now: .seconds(1)) == .wait(until: .seconds(20)))
    }

    @Test func aShareOfTheLimits() {
        var gate = ThrottleGate(share: 0.5)
        let going = (0..<25).count { _ in
            var ticket = ThrottleGate.Ticket(.list, tenant: "a", deadline: .seconds(60))
            return gate.next(&ticket, now: .zero) == .go
        }
        #expect(going == 12)
    }

    @Test(arguments: 1...10)
    func inNoStretchOfTimeAreThereTooMany(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var gate = ThrottleGate(share: 1)
        var waiting: [(ticket: ThrottleGate.Ticket, wake: Duration)] = []
        var gone: [(tenant: String, at: Duration)] = []
        for second in 0..<200 {
            let now = Duration.seconds(second)
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let tenant = ["a", "b", "c"].randomElement(using: &random)!
                waiting.append((ThrottleGate.Ticket(.list, tenant: tenant, deadline: now + .seconds(60)), now))
            }
            if second % 50 == 17 { gate.hold(.list, tenant: "b", until: now + .seconds(9)) }
            var still: [(ticket: ThrottleGate.Ticket, wake: Duration)] = []
            for var entry in waiting {
                guard entry.wake <= now else {
                    still.append(entry)
                    continue
                }
                switch gate.next(&entry.ticket, now: now) {
                case .go: gone.append((entry.ticket.tenant, now))
                case .wait(let moment): still.append((entry.ticket, moment))
                case .refuse: break
                }
            }
            waiting = still
        }
        #expect(gone.count > 250)
        for (index, first) in gone.enumerated() {
            let stretch = gone[index...].prefix { $0.at < first.at + .seconds(20) }
            #expect(stretch.count <= 40 && stretch.count { $0.tenant == first.tenant } <= 25)
        }
        #expect(!gone.contains { $0.tenant == "b" && ($0.at > .seconds(17) && $0.at < .seconds(26)) })
    }

    @Test mutating func quietTenantsAreForgotten() {
        for tenant in 0..<1_024 { _ = self.ask(.read, tenant: "\(tenant)", now: .zero) }
        _ = self.ask(.read, tenant: "late", now: .seconds(100))
        #expect(Mirror(reflecting: self.gate).children.contains { ($0.value as? any Collection)?.count == 1 })
    }
}
