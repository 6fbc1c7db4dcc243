import Testing

@testable import GraphNotifications

@Suite struct SubscriptionStateMachineTests {
    private let hour: Int64 = 3_600_000

    private func active(expiresAt: Int64, jitter: Double = 0) -> SubscriptionStateMachine {
        var machine = SubscriptionStateMachine(now: 0)
        _ = machine.tick(now: 0)
        machine.confirmed(id: "s1", expiresAt: expiresAt, confirmedAt: 0, now: 0, jitter: jitter)
        return machine
    }

    private func fail(
        _ machine: inout SubscriptionStateMachine, now: Int64, delay: Int64, permanent: Bool = false, uncertain: Bool = false
    ) {
        machine.failed(now: now, delay: delay, isPermanent: permanent, isUncertain: uncertain)
    }

    @Test func isCreatedAndRenewedAtHalfOfItsLife() {
        var machine = SubscriptionStateMachine(now: 0)
        #expect(machine.label == "waiting")
        #expect(machine.tick(now: 0) == .create(clearing: nil))
        #expect(machine.label == "creating" && machine.dueAt == nil)
        #expect(machine.tick(now: 0) == .nothing)
        machine.confirmed(id: "s1", expiresAt: self.hour, confirmedAt: 0, now: 0, jitter: 0)
        #expect(machine.label == "active" && machine.live?.id == "s1" && machine.live?.expiresAt == self.hour)
        #expect(machine.tick(now: 0) == .wait(until: self.hour / 2))
        #expect(machine.tick(now: self.hour / 2 - 1) == .wait(until: self.hour / 2))
        #expect(machine.tick(now: self.hour / 2) == .renew(id: "s1"))
        #expect(machine.label == "renewing")
        machine.confirmed(id: "s1", expiresAt: 2 * self.hour, confirmedAt: self.hour, now: self.hour, jitter: 0)
        #expect(machine.dueAt == self.hour * 3 / 2)
    }

    @Test func jitterIsAFifthAtMost() {
        #expect(self.active(expiresAt: 1_000_000, jitter: -1).dueAt == 400_000)
        #expect(self.active(expiresAt: 1_000_000, jitter: 1).dueAt == 600_000)
    }

    @Test func anExpiryInThePastDoesNotSpin() {
        var machine = self.active(expiresAt: -5)
        #expect(machine.tick(now: 0) == .wait(until: 60_000))
        #expect(machine.tick(now: 60_000) == .create(clearing: -1, afterLoss: true))
        #expect(self.active(expiresAt: 1_500).dueAt == 1_000)
    }

    @Test func aFailedCreateIsTriedAgain() {
        var machine = SubscriptionStateMachine(now: 0)
        _ = machine.tick(now: 0)
        self.fail(&machine, now: 10, delay: 100)
        #expect(machine.failures == 1 && machine.label == "waiting")
        #expect(machine.tick(now: 109) == .wait(until: 110))
        #expect(machine.tick(now: 110) == .create(clearing: nil))
        self.fail(&machine, now: 110, delay: 100, permanent: true)
        #expect(machine.failures == 2 && machine.label == "failed")
        #expect(machine.tick(now: 210) == .create(clearing: nil))
        machine.confirmed(id: "s1", expiresAt: self.hour, confirmedAt: 210, now: 210, jitter: 0)
        #expect(machine.failures == 0 && machine.label == "active")
    }

    @Test func whatMayExistIsClearedBeforeTheNextCreate() {
        var machine = SubscriptionStateMachine(now: 0)
        _ = machine.tick(now: 0)
        self.fail(&machine, now: 0, delay: 1, uncertain: true)
        #expect(machine.tick(now: 1) == .create(clearing: 0))
        self.fail(&machine, now: 1, delay: 1)
        #expect(machine.tick(now: 2) == .create(clearing: 0))
        machine.confirmed(id: "s1", expiresAt: self.hour, confirmedAt: 2, now: 2, jitter: 0)
        machine.lost(now: 3)
        #expect(machine.tick(now: 3) == .create(clearing: nil, afterLoss: true))
        var interrupted = SubscriptionStateMachine(now: 0, mayExist: true)
        #expect(interrupted.tick(now: 0) == .create(clearing: -1))
    }

    @Test func failedRenewalsGoOnUntilItExpires() {
        var asleep = self.active(expiresAt: 3_000)
        #expect(asleep.tick(now: 3_000) == .create(clearing: 2_999, afterLoss: true))
        var other = self.active(expiresAt: 10_000)
        #expect(other.tick(now: 5_000) == .renew(id: "s1"))
        self.fail(&other, now: 5_000, delay: 1_000)
        #expect(other.tick(now: 6_000) == .renew(id: "s1"))
        self.fail(&other, now: 6_000, delay: 100_000)
        #expect(other.label == "active")
        // Its end comes before the next attempt.
        #expect(other.tick(now: 6_001) == .wait(until: 10_000))
        #expect(other.tick(now: 10_000) == .create(clearing: 9_999, afterLoss: true))
    }

    @Test func whatGraphLostIsCreatedAnew() {
        var machine = self.active(expiresAt: self.hour)
        #expect(machine.tick(now: self.hour / 2) == .renew(id: "s1"))
        machine.lost(now: self.hour / 2)
        #expect(machine.live == nil)
        #expect(machine.tick(now: self.hour / 2) == .create(clearing: nil, afterLoss: true))
        machine.lost(now: self.hour / 2)
        #expect(machine.label == "creating")
    }

    @Test func whatTheStoreKnowsIsAskedAfter() {
        var machine = SubscriptionStateMachine(id: "s1", expiresAt: self.hour, now: 0, isCurrent: true)
        #expect(machine.live?.id == "s1" && machine.label == "active")
        #expect(machine.tick(now: 0) == .check(id: "s1"))
        self.fail(&machine, now: 0, delay: 10)
        #expect(machine.tick(now: 10) == .check(id: "s1"))
        // It was confirmed long ago: due soon.
        machine.confirmed(id: "s1", expiresAt: self.hour, confirmedAt: -self.hour, now: 20, jitter: -1)
        #expect(machine.dueAt == 20)
        #expect(machine.tick(now: 20) == .renew(id: "s1"))

        var lost = SubscriptionStateMachine(id: "s1", expiresAt: self.hour, now: 0, isCurrent: true)
        _ = lost.tick(now: 0)
        lost.lost(now: 1)
        #expect(lost.tick(now: 1) == .create(clearing: nil, afterLoss: true))

        var expired = SubscriptionStateMachine(id: "s1", expiresAt: 5, now: 5, isCurrent: true)
        #expect(expired.tick(now: 5) == .create(clearing: 4, afterLoss: true))
    }

    @Test func aChangedDeclarationReplaces() {
        var machine = SubscriptionStateMachine(id: "old", expiresAt: self.hour, now: 0, isCurrent: false)
        #expect(machine.tick(now: 0) == .remove(ids: ["old"], forget: false))
        self.fail(&machine, now: 0, delay: 7)
        #expect(machine.tick(now: 6) == .wait(until: 7))
        #expect(machine.tick(now: 7) == .remove(ids: ["old"], forget: false))
        machine.wasRemoved(forgotten: false, now: 8)
        // Between the two nothing is delivered.
        #expect(machine.tick(now: 8) == .create(clearing: nil, afterLoss: true))
        machine.confirmed(id: "new", expiresAt: self.hour, confirmedAt: 8, now: 8, jitter: 0)
        #expect(machine.label == "active" && !machine.isUndeclared)

        var lost = SubscriptionStateMachine(id: "old", expiresAt: self.hour, now: 0, isCurrent: false)
        lost.lost(now: 1)
        #expect(lost.tick(now: 1) == .create(clearing: nil, afterLoss: true))
        lost.confirmed(id: "new", expiresAt: self.hour, confirmedAt: 1, now: 1, jitter: 0)
        #expect(lost.tick(now: 2_000) == .wait(until: 1 + (self.hour - 1) / 2))
    }

    @Test func whatIsUndeclaredGoes() {
        var machine = self.active(expiresAt: self.hour)
        machine.undeclare(now: 5)
        #expect(machine.label == "deleted" && machine.isUndeclared && !machine.isRemoved)
        #expect(machine.tick(now: 5) == .remove(ids: ["s1"], forget: true))
        machine.hurry(now: 5)
        machine.reauthorize(now: 5)
        machine.lost(now: 5)
        #expect(machine.tick(now: 5) == .nothing)
        machine.wasRemoved(forgotten: true, now: 6)
        #expect(machine.isRemoved && machine.dueAt == nil && machine.live == nil)
        #expect(machine.tick(now: 7) == .nothing)
    }

    @Test func undeclaredWhileARequestIsInFlight() {
        var creating = SubscriptionStateMachine(now: 0)
        _ = creating.tick(now: 0)
        creating.undeclare(now: 1)
        creating.confirmed(id: "s1", expiresAt: self.hour, confirmedAt: 2, now: 2, jitter: 0)
        #expect(creating.tick(now: 2) == .remove(ids: ["s1"], forget: true))

        var failing = SubscriptionStateMachine(now: 0)
        _ = failing.tick(now: 0)
        failing.undeclare(now: 1)
        self.fail(&failing, now: 2, delay: 10)
        #expect(failing.tick(now: 12) == .remove(ids: [], forget: true))
        self.fail(&failing, now: 12, delay: 10)
        #expect(failing.tick(now: 22) == .remove(ids: [], forget: true))

        // The removal in flight was only to replace it; its record is still there.
        var replacing = SubscriptionStateMachine(id: "old", expiresAt: self.hour, now: 0, isCurrent: false)
        _ = replacing.tick(now: 0)
        replacing.undeclare(now: 1)
        replacing.wasRemoved(forgotten: false, now: 2)
        #expect(replacing.tick(now: 2) == .remove(ids: [], forget: true))
    }

    @Test func anAuthorizationIsRenewedWithTheLife() {
        var machine = self.active(expiresAt: 24 * self.hour)
        // A tenth of its life is over: worth a renewal.
        machine.reauthorize(now: 3 * self.hour)
        #expect(machine.tick(now: 3 * self.hour) == .renew(id: "s1"))
        machine.confirmed(id: "s1", expiresAt: 27 * self.hour, confirmedAt: 3 * self.hour, now: 3 * self.hour, jitter: 0)
        machine.reauthorize(now: 3 * self.hour + 1_000)
        #expect(machine.isFreshlyAuthorized(now: 3 * self.hour + 1_000))
        #expect(machine.dueAt == 3 * self.hour + 600_000)
        machine.reauthorize(now: 3 * self.hour + 700_000)
        #expect(machine.tick(now: 3 * self.hour + 700_000) == .reauthorize(id: "s1"))
        machine.reauthorized(now: 3 * self.hour + 700_000)
        #expect(machine.dueAt == 15 * self.hour && machine.label == "active")
    }

    @Test func authorizingLeavesTheRenewalAloneForTenMinutes() {
        var machine = self.active(expiresAt: 4 * self.hour)
        let soon = 2 * self.hour - 1_000
        machine.reauthorize(now: 60_000)
        #expect(machine.tick(now: 60_000) == .reauthorize(id: "s1"))
        #expect(machine.label == "renewing")
        self.fail(&machine, now: 60_000, delay: 5_000)
        #expect(machine.tick(now: 65_000) == .reauthorize(id: "s1"))
        machine.reauthorized(now: soon)
        #expect(machine.dueAt == soon + 600_000)
        #expect(machine.tick(now: soon + 600_000) == .renew(id: "s1"))
        // Unless it would expire before.
        var short = self.active(expiresAt: 900_000)
        short.reauthorize(now: 1_000)
        _ = short.tick(now: 1_000)
        short.reauthorized(now: 1_000)
        #expect(short.dueAt == 450_500)
    }

    @Test func theNewOneIsThereBeforeTheOldOneGoes() {
        var machine = SubscriptionStateMachine(id: "old", expiresAt: self.hour, now: 0, isCurrent: true)
        machine.replace(now: 0, createsFirst: true)
        #expect(machine.tick(now: 0) == .create(clearing: nil, replacing: "old"))
        #expect(machine.live?.id == "old" && machine.mayBeCreated)
        self.fail(&machine, now: 0, delay: 10)
        #expect(machine.tick(now: 10) == .create(clearing: nil, replacing: "old"))
        machine.confirmed(id: "new", expiresAt: self.hour, confirmedAt: 10, now: 10, jitter: 0)
        #expect(machine.ids == ["new", "old"])
        #expect(machine.tick(now: 10) == .discard(id: "old"))
        self.fail(&machine, now: 10, delay: 50)
        #expect(machine.dueAt == 60)
        #expect(machine.tick(now: 60) == .discard(id: "old"))
        machine.discarded(now: 61)
        #expect(machine.ids == ["new"] && machine.dueAt == 10 + (self.hour - 10) / 2)

        // Graph has one of each only: then the old one goes first.
        var twin = SubscriptionStateMachine(id: "old", expiresAt: self.hour, now: 0, isCurrent: true)
        twin.replace(now: 0, createsFirst: true)
        _ = twin.tick(now: 0)
        self.fail(&twin, now: 0, delay: 10)
        twin.replace(now: 0, createsFirst: false)
        #expect(twin.tick(now: 0) == .remove(ids: ["old"], forget: false))
    }

    @Test func whatIsLeftOverSurvivesARestartAndAFailingDelete() {
        var machine = SubscriptionStateMachine(
            id: "new", expiresAt: self.hour, now: 0, isCurrent: true, replacedID: "old"
        )
        #expect(machine.tick(now: 0) == .check(id: "new"))
        machine.confirmed(id: "new", expiresAt: self.hour, confirmedAt: 0, now: 0, jitter: 0)
        #expect(machine.tick(now: 0) == .discard(id: "old"))
        self.fail(&machine, now: 0, delay: 10 * self.hour, permanent: true)
        // It is renewed all the same.
        #expect(machine.tick(now: self.hour / 2) == .renew(id: "new"))
        machine.undeclare(now: self.hour / 2)
        self.fail(&machine, now: self.hour / 2, delay: 0)
        #expect(machine.tick(now: self.hour / 2 + 1_000) == .remove(ids: ["new", "old"], forget: true))
        var interrupted = SubscriptionStateMachine(now: 0, mayExist: true, replacedID: "old")
        #expect(interrupted.tick(now: 0) == .create(clearing: -1))
        interrupted.confirmed(id: "new", expiresAt: self.hour, confirmedAt: 0, now: 0, jitter: 0)
        #expect(interrupted.tick(now: 0) == .discard(id: "old"))
    }

    @Test func whatCouldNotBeToldIsToldLater() {
        var machine = self.active(expiresAt: self.hour)
        machine.lost(now: 0)
        _ = machine.tick(now: 0)
        machine.createdUntold(id: "s2", expiresAt: self.hour, now: 0, delay: 10)
        #expect(machine.live?.id == "s2" && machine.label == "active")
        #expect(machine.tick(now: 9) == .wait(until: 10))
        #expect(machine.tick(now: 10) == .tell(afterLoss: true))
        self.fail(&machine, now: 10, delay: 20)
        #expect(machine.tick(now: 30) == .tell(afterLoss: true))
        machine.confirmed(id: "s2", expiresAt: self.hour, confirmedAt: 0, now: 30, jitter: 0)
        #expect(machine.dueAt == self.hour / 2)
        // Who is not told until it is over is told of a loss.
        var late = SubscriptionStateMachine(now: 0)
        _ = late.tick(now: 0)
        late.createdUntold(id: "s1", expiresAt: 100, now: 0, delay: 200)
        #expect(late.tick(now: 200) == .create(clearing: 199, afterLoss: true))
    }

    @Test func whatTheListDoesNotHaveIsAskedAfter() {
        var machine = self.active(expiresAt: self.hour)
        machine.doubt(now: 5)
        #expect(machine.tick(now: 5) == .check(id: "s1"))
    }

    @Test func whatIsDeclaredAgainComesBack() {
        var machine = self.active(expiresAt: self.hour)
        machine.undeclare(now: 1)
        _ = machine.tick(now: 1)
        machine.redeclare(now: 2)
        machine.wasRemoved(forgotten: true, now: 3)
        #expect(machine.tick(now: 3) == .create(clearing: nil, afterLoss: true))
        var gone = self.active(expiresAt: self.hour)
        gone.undeclare(now: 1)
        _ = gone.tick(now: 1)
        gone.wasRemoved(forgotten: true, now: 2)
        gone.redeclare(now: 3)
        #expect(gone.tick(now: 3) == .create(clearing: nil))
    }

    @Test func whoHurriesDoesNotWait() {
        var machine = self.active(expiresAt: self.hour)
        machine.hurry(now: 3)
        #expect(machine.tick(now: 3) == .renew(id: "s1"))
        var absent = SubscriptionStateMachine(now: 0)
        _ = absent.tick(now: 0)
        self.fail(&absent, now: 0, delay: 300_000, permanent: true)
        absent.hurry(now: 4)
        #expect(absent.tick(now: 4) == .create(clearing: nil))
    }

    @Test func whatIsRefusedIsNotTried() {
        var machine = SubscriptionStateMachine(now: 0)
        machine.refuse()
        #expect(machine.label == "failed")
        #expect(machine.tick(now: .max - 1) == .wait(until: .max))
    }
}
