import SignalRProtocol
import Testing

@Suite struct HubConnectionStateMachineTests {
    typealias Machine = HubConnectionStateMachine<TestInstant>

    private static let timing = HubTiming(
        handshakeTimeout: .seconds(10), keepAliveInterval: .seconds(15), clientTimeout: .seconds(30)
    )

    private static func connected(at now: TestInstant = .at(0)) -> Machine { Machine(openedAt: now, timing: Self.timing) }

    /// Accepted at the start, and silent since.
    private static func opened() -> Machine {
        var machine = Self.connected()
        machine.accepted(at: .at(0))
        return machine
    }

    @Test func theClocksOfASPNETCore() {
        #expect(
            HubTiming()
                == HubTiming(handshakeTimeout: .seconds(15), keepAliveInterval: .seconds(15), clientTimeout: .seconds(30))
        )
    }

    // MARK: - Handshake

    @Test func theFirstRecordIsTheHandshake() {
        var machine = Self.connected()
        #expect(!machine.isOpen)
        #expect(machine.received() == .readHandshake)
        #expect(machine.received() == .readHandshake)
        machine.accepted(at: .at(1))
        #expect(machine.isOpen)
        #expect(machine.received() == .readMessage)
    }

    @Test func aClientThatNeverShakesHandsIsRefused() {
        var machine = Self.connected(at: .at(100))
        #expect(machine.tick(now: .at(100)) == .nothing)
        #expect(machine.tick(now: .at(109.999)) == .nothing)
        #expect(machine.tick(now: .at(110)) == .refuseHandshake)
        #expect(machine.closed() == .endOnly)
        #expect(machine.tick(now: .at(200)) == .nothing)
    }

    @Test func noPingsBeforeTheHandshake() {
        var machine = Machine(openedAt: .at(0), timing: HubTiming(handshakeTimeout: .seconds(100)))
        #expect(machine.tick(now: .at(99)) == .nothing)
        machine.accepted(at: .at(99))
        #expect(machine.tick(now: .at(113)) == .nothing)
        #expect(machine.tick(now: .at(114)) == .ping)
    }

    @Test func aSecondAcceptanceChangesNothing() {
        var machine = Self.opened()
        machine.accepted(at: .at(14))
        #expect(machine.tick(now: .at(15)) == .ping)
    }

    @Test func acceptanceAfterTheEndChangesNothing() {
        var machine = Self.connected()
        #expect(machine.closed() == .endOnly)
        machine.accepted(at: .at(1))
        #expect(!machine.isOpen)
        #expect(machine.received() == .ignore)
    }

    // MARK: - Pings

    @Test func pingsComeWhenDueWhateverElseIsSent() {
        var machine = Self.opened()
        #expect(machine.tick(now: .at(14.999)) == .nothing)
        #expect(machine.tick(now: .at(15)) == .ping)
        #expect(machine.tick(now: .at(15)) == .nothing)
        machine.heard(at: .at(20))
        #expect(machine.tick(now: .at(29)) == .nothing)
        // A late tick makes the next ping later, not two at once.
        #expect(machine.tick(now: .at(47)) == .ping)
        #expect(machine.tick(now: .at(60)) == .nothing)
        #expect(machine.tick(now: .at(62)) == .ping)
    }

    // MARK: - Silence

    @Test func aClientThatNeverPingsMayBeSilent() {
        var machine = Self.opened()
        machine.heard(at: .at(1))
        for second in stride(from: 1.0, through: 1_000, by: 1) {
            let action = machine.tick(now: .at(second))
            #expect(action == .ping || action == .nothing)
        }
    }

    @Test func theFirstPingArmsTheTimeout() {
        var machine = Self.opened()
        machine.pinged(at: .at(5))
        _ = machine.tick(now: .at(34))
        #expect(machine.tick(now: .at(34.999)) == .nothing)
        #expect(machine.tick(now: .at(35)) == .close(.clientTimedOut))
        #expect(machine.closed() == .sendCloseAndEnd)
    }

    @Test func everyMessageBeginsTheSilenceAnew() {
        var machine = Self.opened()
        machine.pinged(at: .at(5))
        machine.heard(at: .at(20))
        _ = machine.tick(now: .at(20))
        machine.pinged(at: .at(40))
        _ = machine.tick(now: .at(40))
        #expect(machine.tick(now: .at(54)) == .nothing)
        #expect(machine.tick(now: .at(69)) == .ping)
        #expect(machine.tick(now: .at(70)) == .close(.clientTimedOut))
    }

    @Test func theTimeoutIsToldBeforeAPing() {
        var machine = Self.opened()
        machine.pinged(at: .at(0))
        #expect(machine.tick(now: .at(30)) == .close(.clientTimedOut))
    }

    @Test func aSlowMethodNeverCostsItsClientTheConnection() {
        var machine = Self.opened()
        machine.pinged(at: .at(0))
        machine.heard(at: .at(10))
        machine.dispatching()
        #expect(machine.tick(now: .at(1_000)) == .ping)
        // What comes in meanwhile does not start the clock: the method still runs.
        machine.pinged(at: .at(1_000))
        machine.heard(at: .at(1_000))
        #expect(machine.tick(now: .at(2_000)) == .ping)
        machine.idle(at: .at(2_000))
        #expect(machine.tick(now: .at(2_029)) == .ping)
        #expect(machine.tick(now: .at(2_030)) == .close(.clientTimedOut))
    }

    @Test func theFirstPingMayComeWhileAMethodRuns() {
        var machine = Self.opened()
        machine.dispatching()
        machine.pinged(at: .at(1))
        #expect(machine.tick(now: .at(100)) == .ping)
        machine.idle(at: .at(100))
        #expect(machine.tick(now: .at(129)) == .ping)
        #expect(machine.tick(now: .at(130)) == .close(.clientTimedOut))
    }

    @Test func theEndOfAMethodDoesNotArmTheTimeout() {
        var machine = Self.opened()
        machine.dispatching()
        machine.idle(at: .at(1))
        #expect(machine.tick(now: .at(1_000)) == .ping)
        #expect(machine.tick(now: .at(1_001)) == .nothing)
    }

    // MARK: - The end

    @Test func theEndIsToldOnce() {
        var machine = Self.opened()
        #expect(machine.closed() == .sendCloseAndEnd)
        #expect(machine.closed() == .nothing)
        #expect(!machine.isOpen)
        #expect(machine.received() == .ignore)
        machine.pinged(at: .at(0))
        machine.heard(at: .at(0))
        machine.idle(at: .at(0))
        #expect(machine.tick(now: .at(1_000)) == .nothing)
    }

    @Test func aConnectionThatNeverOpenedOnlyEnds() {
        var machine = Self.connected()
        #expect(machine.closed() == .endOnly)
        #expect(machine.closed() == .nothing)
    }
}
