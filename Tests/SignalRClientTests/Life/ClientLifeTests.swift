import Testing

@testable import SignalRClient

@Suite struct ClientLifeTests {
    /// A point in time, in milliseconds.
    struct Moment: InstantProtocol {
        var milliseconds: Int64

        func advanced(by duration: Duration) -> Moment {
            let (seconds, attoseconds) = duration.components
            return Moment(milliseconds: self.milliseconds + seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        }
        func duration(to other: Moment) -> Duration { .milliseconds(other.milliseconds - self.milliseconds) }
        static func < (left: Moment, right: Moment) -> Bool { left.milliseconds < right.milliseconds }
        static func at(_ seconds: Double) -> Moment { Moment(milliseconds: Int64(seconds * 1_000)) }
    }

    private func life(_ change: (inout HubClient.Configuration) -> Void = { _ in }) -> ClientLife<Moment> {
        var configuration = HubClient.Configuration()
        change(&configuration)
        return ClientLife(configuration: configuration)
    }

    /// A life with a connection that opened at 0.
    private func open(_ change: (inout HubClient.Configuration) -> Void = { _ in }) -> ClientLife<Moment> {
        var life = self.life(change)
        #expect(life.begin() && life.connected(at: .at(0)) == .shakeHands && life.accepted(at: .at(0)) == false)
        return life
    }

    /// How long the life waits before another attempt; `nil` if it has ended.
    private func delay(_ life: inout ClientLife<Moment>, _ now: Double) -> Duration? {
        if case .retry(let delay, _) = life.disconnected(at: .at(now), random: 0) { delay } else { nil }
    }

    /// Why the life has ended.
    private func end(_ life: inout ClientLife<Moment>, _ now: Double) -> SignalRClientError.Code? {
        if case .end(let error) = life.disconnected(at: .at(now), random: 0) { error.code } else { nil }
    }

    @Test func opensInOrder() {
        var life = self.life()
        #expect(!life.wantsConnection && life.refusal?.code == .notConnected)
        #expect(life.begin() && !life.begin() && life.wantsConnection)
        #expect(life.connected(at: .at(0)) == .shakeHands && life.isShakingHands && !life.isOpen && life.wantsFrames)
        #expect(life.refusal?.code == .notConnected)
        #expect(life.accepted(at: .at(1)) == false)
        #expect(life.isOpen && life.refusal == nil && !life.isShakingHands)
        // Once is enough.
        #expect(life.accepted(at: .at(1)) == nil && life.connected(at: .at(1)) == .nothing)
    }

    @Test func pingsOnTimeAndHearsTheServer() {
        var life = self.open()
        #expect(life.tick(now: .at(14.9)) == .nothing)
        #expect(life.tick(now: .at(15)) == .ping)
        #expect(life.tick(now: .at(16)) == .nothing)
        life.heard(at: .at(20))
        #expect(life.tick(now: .at(30)) == .ping)
        #expect(life.tick(now: .at(45)) == .ping)
        #expect(life.tick(now: .at(49.9)) == .nothing)
        #expect(life.tick(now: .at(50)) == .drop)
        #expect(!life.wantsFrames && life.tick(now: .at(51)) == .nothing)
        #expect(self.delay(&life, 50) == .zero)
    }

    @Test func silenceOfOurOwnIsNotTheServers() {
        var life = self.open { $0.keepAliveInterval = .seconds(1_000) }
        life.pausedReading()
        // Nothing can be heard.
        life.heard(at: .at(1))
        #expect(life.tick(now: .at(100)) == .nothing)
        life.resumedReading(at: .at(100))
        #expect(life.tick(now: .at(129)) == .nothing)
        #expect(life.tick(now: .at(130)) == .drop)
    }

    @Test func theHandshakeMustCome() {
        var life = self.life { $0.handshakeTimeout = .seconds(2) }
        #expect(life.begin() && life.connected(at: .at(10)) == .shakeHands)
        #expect(life.tick(now: .at(11.9)) == .nothing)
        #expect(life.tick(now: .at(12)) == .drop)
        #expect(self.end(&life, 12) == .timedOut)
        #expect(life.refusal?.code == .timedOut)
    }

    @Test func theFirstFailureEndsItUnlessRetriesAreWanted() {
        var life = self.life()
        _ = life.begin()
        life.failed(SignalRClientError(.unreachable, "no"), at: .at(0))
        #expect(self.end(&life, 0) == .unreachable)

        var patient = self.life { $0.retriesFirstConnection = true }
        _ = patient.begin()
        for delay in [Duration.zero, .seconds(2), .seconds(10), .seconds(30)] {
            patient.failed(SignalRClientError(.unreachable, "no"), at: .at(0))
            #expect(self.delay(&patient, 0) == delay && !patient.wantsConnection)
            patient.waited()
            #expect(patient.wantsConnection)
        }
        patient.failed(SignalRClientError(.unreachable, "no"), at: .at(0))
        #expect(self.end(&patient, 0) == .unreachable)
    }

    @Test func waitsGrowUntilAConnectionLasts() {
        var life = self.open()
        #expect(self.delay(&life, 0.5) == .zero)
        life.waited()
        #expect(life.connected(at: .at(1)) == .shakeHands && life.accepted(at: .at(1)) == true)
        // Lost at once: no success.
        #expect(self.delay(&life, 1.5) == .seconds(2))
        life.waited()
        #expect(life.connected(at: .at(4)) == .shakeHands && life.accepted(at: .at(4)) == true)
        #expect(self.delay(&life, 5) == .zero)
    }

    @Test func thePolicyKnowsWhatHappened() {
        let policy = RetryPolicy { attempt in
            attempt.error.code == .unauthorized
                ? nil : .milliseconds(attempt.failures * 100) + attempt.elapsed * 10 + .milliseconds(Int(attempt.random * 4))
        }
        var life = self.open { $0.retryPolicy = policy }
        guard case .retry(.milliseconds(2), let error) = life.disconnected(at: .at(100), random: 0.5) else {
            Issue.record("No retry.")
            return
        }
        #expect(error.code == .connectionLost)
        life.waited()
        life.failed(SignalRClientError(.unreachable, "no"), at: .at(101))
        #expect(self.delay(&life, 101) == .milliseconds(10_100))
        life.waited()
        life.failed(SignalRClientError(.unauthorized, "no"), at: .at(102))
        #expect(self.end(&life, 102) == .unauthorized)
    }

    @Test(arguments: [true, false]) func theServersGoodbyeDecides(allowReconnect: Bool) {
        var life = self.open()
        life.dismissed(SignalRClientError(.closed, "bye", allowReconnect: allowReconnect), at: .at(5))
        #expect(!life.isOpen && !life.wantsFrames)
        // What follows it changes nothing.
        life.failed(.lost, at: .at(5))
        if allowReconnect {
            #expect(self.delay(&life, 5) == .zero)
        } else {
            #expect(self.end(&life, 5) == .closed)
        }
    }

    @Test func stoppingWaitsForTheServersGoodbye() {
        var life = self.open()
        #expect(life.stop(at: .at(1)) == .sayGoodbye)
        #expect(life.stop(at: .at(1)) == .nothing && life.refusal?.code == .closed && life.wantsFrames)
        #expect(life.tick(now: .at(5.9)) == .nothing)
        #expect(life.tick(now: .at(6)) == .drop)
        #expect(self.end(&life, 6) == .closed)
    }

    @Test func stoppingEndsWhateverIsUnderWay() {
        var waiting = self.open()
        #expect(self.delay(&waiting, 1) == .zero)
        #expect(waiting.stop(at: .at(1)) == .giveUp)
        waiting.waited()
        #expect(!waiting.wantsConnection && self.end(&waiting, 1) == .closed)

        var shaking = self.life()
        #expect(shaking.begin() && shaking.connected(at: .at(0)) == .shakeHands && shaking.stop(at: .at(0)) == .giveUp)
        #expect(self.end(&shaking, 0) == .connectionLost)
    }

    // MARK: - Stateful reconnect

    /// A life with a connection that opened at 0 and may go on over another socket.
    private func stateful(_ change: (inout HubClient.Configuration) -> Void = { _ in }) -> ClientLife<Moment> {
        var life = self.life(change)
        #expect(life.begin() && life.connected(at: .at(0)) == .shakeHands)
        #expect(life.accepted(at: .at(0), isStateful: true) == false)
        return life
    }

    /// How long the life waits before it takes another socket; `nil` if the connection has ended.
    private func resumption(_ life: inout ClientLife<Moment>, _ now: Double) -> Duration? {
        if case .resume(let delay) = life.disconnected(at: .at(now), random: 0) { delay } else { nil }
    }

    @Test func aConnectionOutlivesItsSocket() {
        var life = self.stateful { $0.retryPolicy = .never }
        life.lost(.lost, at: .at(5))
        #expect(life.isCut && !life.isOpen && !life.wantsFrames && life.refusal == nil)
        // What follows a loss changes nothing.
        life.failed(.lost, at: .at(5))
        #expect(self.resumption(&life, 5) == .zero && !life.isResuming)
        life.waited()
        #expect(life.isResuming && !life.isCut && !life.wantsConnection && life.refusal == nil)
        #expect(life.connected(at: .at(6)) == .resume && life.wantsFrames && !life.isShakingHands)
        #expect(life.tick(now: .at(7)) == .nothing)
        life.resumed(at: .at(7))
        #expect(life.isOpen && life.tick(now: .at(21)) == .nothing && life.tick(now: .at(22)) == .ping)
        #expect(life.tick(now: .at(37)) == .drop && life.isCut)
    }

    @Test func socketsAreTriedUntilThereIsNoMoreHope() {
        var life = self.stateful()
        var now = 100.0
        var delays: [Duration] = []
        while let delay = self.resumption(&life, now) {
            delays.append(delay)
            now += Double(delay.components.seconds) + Double(delay.components.attoseconds) / 1e18 + 1
            life.waited()
            life.failed(SignalRClientError(.unreachable, "no"), at: .at(now))
        }
        #expect(Array(delays.prefix(8)) == [0, 50, 100, 200, 400, 800, 1_600, 1_600].map { Duration.milliseconds($0) })
        #expect(now >= 115 && now < 119)
        // Then there is another connection, by the policy.
        #expect(!life.isCut && life.refusal?.code == .notConnected)
        life.waited()
        #expect(life.wantsConnection)
    }

    @Test func aServerThatDoesNotKnowTheConnectionEndsIt() {
        var life = self.stateful()
        #expect(self.resumption(&life, 5) == .zero)
        life.waited()
        life.failed(SignalRClientError(.negotiationFailed, "404"), at: .at(5))
        guard case .retry(.zero, let error) = life.disconnected(at: .at(5), random: 0) else {
            Issue.record("No retry.")
            return
        }
        #expect(error.code == .connectionLost)
        // The next one is not stateful unless that is agreed anew.
        life.waited()
        #expect(life.connected(at: .at(5)) == .shakeHands && life.accepted(at: .at(5)) == true)
        #expect(self.delay(&life, 9) == .zero)
    }

    @Test func theServerMustSayWhereItGoesOn() {
        var life = self.stateful { $0.reconnectTimeout = .seconds(3) }
        #expect(self.resumption(&life, 5) == .zero)
        life.waited()
        #expect(life.connected(at: .at(6)) == .resume)
        #expect(life.tick(now: .at(7.9)) == .nothing && life.tick(now: .at(8)) == .drop)
        #expect(self.delay(&life, 8) == .zero)
    }

    @Test func socketsThatBringNothingComeSlowerAndSlower() {
        var life = self.stateful { $0.reconnectTimeout = .seconds(3) }
        func resume(_ now: Double) {
            life.waited()
            #expect(life.connected(at: .at(now)) == .resume)
            life.resumed(at: .at(now))
        }
        #expect(self.resumption(&life, 5) == .zero)
        resume(5)
        #expect(self.resumption(&life, 5.1) == .milliseconds(50))
        resume(5.2)
        life.progressed()
        #expect(self.resumption(&life, 6.1) == .zero)
        resume(6.2)
        // One that lasts has been a success, even if nothing was said.
        #expect(self.resumption(&life, 60) == .zero)
        resume(60.2)
        #expect(self.resumption(&life, 60.9) == .milliseconds(50))
        resume(62.9)
        #expect(self.resumption(&life, 63) == nil)
    }

    @Test(arguments: [true, false]) func goodbyesAreForTheWholeConnection(isResuming: Bool) {
        for (allowReconnect, code) in [(true, nil), (false, SignalRClientError.Code.closed)] {
            var life = self.stateful()
            if isResuming {
                #expect(self.resumption(&life, 5) == .zero)
                life.waited()
                #expect(life.connected(at: .at(5)) == .resume)
            }
            life.dismissed(SignalRClientError(.closed, "bye", allowReconnect: allowReconnect), at: .at(5))
            life.lost(.lost, at: .at(5))
            #expect(!life.isCut && self.end(&life, 5) == code)
        }
        var life = self.stateful()
        #expect(self.resumption(&life, 5) == .zero)
        if isResuming { life.waited() }
        life.abandoned(SignalRClientError(.connectionLost, "no"), at: .at(5))
        #expect(!life.isCut && self.delay(&life, 5) == .zero)
    }

    @Test func stoppingEndsACutConnection() {
        for isResuming in [true, false] {
            var life = self.stateful()
            #expect(self.resumption(&life, 5) == .zero)
            if isResuming { life.waited() }
            #expect(life.stop(at: .at(5)) == .giveUp)
            life.waited()
            #expect(life.connected(at: .at(5)) == .nothing && self.end(&life, 5) == .closed)
        }
        var leaving = self.stateful()
        #expect(leaving.stop(at: .at(1)) == .sayGoodbye)
        leaving.lost(.lost, at: .at(1))
        #expect(self.end(&leaving, 1) == .closed)
    }

    @Test func backoffStaysInItsBounds() {
        let policy = RetryPolicy.backoff(base: .seconds(1), maximum: .seconds(30))
        func delay(_ failures: Int, _ random: Double) -> Duration? {
            policy.delay(before: .init(failures: failures, elapsed: .zero, error: .lost, random: random))
        }
        #expect(delay(0, 0) == .milliseconds(500) && delay(0, 1) == .seconds(1))
        #expect(delay(3, 0) == .seconds(4) && delay(3, 1) == .seconds(8))
        #expect(delay(1_000, 0) == .seconds(15) && delay(1_000, 7) == .seconds(30))
        let never = RetryPolicy.never.delay(before: .init(failures: 0, elapsed: .zero, error: .lost, random: 0))
        #expect(never == nil)
    }
}
