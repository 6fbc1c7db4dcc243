import HTTPTypes
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphEmulator

/// Hours and days over real sockets, in as much time as the work takes.
@Suite(.timeLimit(.minutes(2))) struct SteppedEmulatorTests {
    private static let hello = #"{"subject":"Hello"}"#
    private static let mail = "/v1.0/users/sales@example.com/messages"

    @Test func fourHoursOfRetries() async throws {
        let clock = SteppedClock(startingAt: morning)
        let isDown = Mutex(true)
        try await withReceiver { received, _ in
            received.validationToken == nil && isDown.withLock { $0 } ? Reply(status: .serviceUnavailable) : .good(received)
        } _: { receiver in
            try await withControlledEmulator {
                $0.clock = clock.clock
                $0.retries = RetrySchedule()
            } _: { emulator, control in
                _ = try await emulator.signedIn().subscribe(to: receiver.url)
                _ = try await receiver.next()
                _ = try await emulator.send(.POST, Self.mail, Self.hello)
                try await control.advance(by: .seconds(3 * 3600))
                // 10, 20, 40 … 1,800 s, more or less.
                #expect((11...15).contains(receiver.waiting))
                #expect(control.deliveries().map(\.state) == [.waiting])
                isDown.withLock { $0 = false }
                try await control.advance(by: .seconds(3600))
                let record = try #require(control.deliveries().first)
                #expect(record.state == .delivered)
                #expect(record.attemptCount == receiver.waiting)
                #expect(control.waiting == (0, 0))
                var bodies: Set<String> = []
                for _ in 0..<receiver.waiting { bodies.insert(try await receiver.next().body) }
                #expect(bodies.count == 1)
            }
        }
    }

    @Test func afterFourHoursItIsLost() async throws {
        let clock = SteppedClock(startingAt: morning)
        try await withReceiver { received, _ in
            received.validationToken == nil ? Reply(status: .serviceUnavailable) : .good(received)
        } _: { receiver in
            try await withControlledEmulator {
                $0.clock = clock.clock
                $0.retries = RetrySchedule()
            } _: { emulator, control in
                _ = try await emulator.signedIn().subscribe(to: receiver.url)
                _ = try await emulator.send(.POST, Self.mail, Self.hello)
                try await control.advance(by: .seconds(5 * 3600))
                let record = try #require(control.deliveries().first)
                #expect(record.state == .lost)
                #expect(record.attempts.last.map { $0.at <= morning + 240 * minute } == true)
                #expect(control.waiting == (0, 0))
            }
        }
    }

    /// An application that answers each `reauthorizationRequired` by a renewal keeps its subscription.
    @Test func threeDaysOfRenewals() async throws {
        let clock = SteppedClock(startingAt: morning)
        let renew = Mutex<(@Sendable (String) async throws -> Void)?>(nil)
        let renewals = Mutex(0)
        try await withReceiver { received, _ in
            guard received.body.contains("reauthorizationRequired") else { return .good(received) }
            do {
                let items = try object(received.body)["value"] as? [[String: Any]] ?? []
                for id in items.compactMap({ $0["subscriptionId"] as? String }) { try await renew.withLock { $0 }?(id) }
                return Reply()
            } catch {
                return Reply(status: .internalServerError)
            }
        } _: { receiver in
            try await withControlledEmulator {
                $0.clock = clock.clock
                $0.authorization = AuthorizationPolicy(.withhold)
            } _: { emulator, control in
                renew.withLock {
                    $0 = { id in
                        let expiry = GraphDateTime.utc(emulator.clock.now() + 120 * minute)
                        let answer = try await emulator.signedIn().send(
                            .PATCH, "/v1.0/subscriptions/\(id)", "{\"expirationDateTime\":\"\(expiry)\"}")
                        #expect(answer.status == 200)
                        renewals.withLock { $0 += 1 }
                    }
                }
                _ = try await emulator.signedIn().subscribe(to: receiver.url + "/n", lifecycle: receiver.url + "/l")
                try await control.advance(by: .seconds(3 * 86_400))
                // One at once, then one each half hour: the tokens are good for an hour.
                #expect((140...150).contains(renewals.withLock { $0 }))
                _ = try await emulator.send(.POST, Self.mail, Self.hello)
                try await control.advance(by: .seconds(1))
                #expect(control.deliveries().last?.kind == .change)
                #expect(control.deliveries().last?.state == .delivered)
                #expect(control.deliveries().allSatisfy { $0.attemptCount == 1 })
            }
        }
    }

    /// What came of a day with chance in it.
    private static func aDay(seed: UInt64) async throws -> [String] {
        let clock = SteppedClock(startingAt: morning)
        var seen: [String] = []
        try await withReceiver { receiver in
            try await withControlledEmulator {
                $0.seed = seed
                $0.clock = clock.clock
                $0.retries = RetrySchedule()
                $0.latency = .upTo(.seconds(2))
                $0.activityInterval = .seconds(600)
            } _: { emulator, control in
                try control.set(Fault(.deliveries, .status(503), probability: 0.3))
                try control.set(Fault(.deliveries, .duplicate, probability: 0.1))
                try control.set(Fault(.deliveries, .reorder, probability: 0.1))
                for user in ["sales", "anna", "ben"] {
                    let expiry = GraphDateTime.utc(morning + 9000 * minute)
                    _ = try await emulator.signedIn().send(
                        .POST, "/v1.0/subscriptions",
                        "{\"changeType\":\"created,updated,deleted\",\"notificationUrl\":\"\(receiver.url)/\(user)\",\"resource\":\"users/\(user)@example.com/messages\",\"expirationDateTime\":\"\(expiry)\"}"
                    )
                }
                try await control.advance(by: .seconds(86_400))
                seen = control.deliveries(limit: 500).map { record in
                    "\(record.url.split(separator: "/").last ?? "") \(record.startedAt) \(record.items) \(record.attempts.map { "\($0.at) \($0.outcome)" })"
                }
                for _ in 0..<receiver.waiting { seen.append(try await receiver.next().body) }
            }
        }
        return seen
    }

    @Test func withTheSameSeedTheDayIsTheSame() async throws {
        let day = try await Self.aDay(seed: 5)
        #expect(day.count > 100)
        #expect(try await Self.aDay(seed: 5).sorted() == day.sorted())
        #expect(try await Self.aDay(seed: 6).sorted() != day.sorted())
    }

    @Test func onlyASteppedClockIsMovedByHand() async throws {
        try await withControlledEmulator { _, control in
            let error = await #expect(throws: GraphEmulatorError.self) { try await control.advance(by: .seconds(1)) }
            #expect(error?.code == .clockNotStepped)
        }
    }

    @Test func onAScaledClockWaitsAreShort() async throws {
        try await withReceiver { received, number in
            number == 1 ? Reply(status: .serviceUnavailable) : .good(received)
        } _: { receiver in
            try await withControlledEmulator {
                $0.clock = .scaled(by: 1000)
                $0.retries = RetrySchedule()
            } _: { emulator, control in
                _ = try await emulator.signedIn().subscribe(to: receiver.url)
                _ = try await receiver.next()
                _ = try await emulator.send(.POST, Self.mail, Self.hello)
                let first = try await receiver.next()
                // After 10 s, which is 10 ms.
                #expect(try await receiver.next().body == first.body)
                // A receiver that takes its time is not slow, although the clock is fast.
                #expect(control.endpoints.allSatisfy { $0.condition == "normal" })
            }
        }
    }

    /// A receiver that does not answer has its real seconds, and the clock waits for it.
    @Test func timeStandsStillForTheNetwork() async throws {
        let clock = SteppedClock(startingAt: morning)
        let gate = WakeSignal()
        try await withReceiver { received, number in
            if number == 1 { await gate.wait() }
            return .good(received)
        } _: { receiver in
            try await withControlledEmulator {
                $0.clock = clock.clock
                $0.deliveryTimeout = .milliseconds(50)
                $0.retries = RetrySchedule()
            } _: { emulator, control in
                _ = try await emulator.signedIn().subscribe(to: receiver.url)
                _ = try await emulator.send(.POST, Self.mail, Self.hello)
                try await control.advance(by: .seconds(60))
                let record = try #require(control.deliveries().first)
                #expect(record.attempts.map(\.outcome) == ["timedOut", "accepted"])
                #expect(record.attempts.first.map { $0.latency >= 50 && $0.at < morning + 1000 } == true)
            }
            gate.raise()
        }
    }

    @Test func aTimeoutThatIsPlayedTakesNoTime() async throws {
        let clock = SteppedClock(startingAt: morning)
        try await withReceiver { receiver in
            try await withControlledEmulator {
                $0.clock = clock.clock
                $0.retries = RetrySchedule()
            } _: { emulator, control in
                try control.set(Fault(.deliveries, .timeout, count: 1))
                _ = try await emulator.signedIn().subscribe(to: receiver.url)
                _ = try await receiver.next()
                _ = try await emulator.send(.POST, Self.mail, Self.hello)
                try await control.advance(by: .seconds(60))
                // It came, its answer did not count, and it came again.
                #expect(try await receiver.next().body == receiver.next().body)
                #expect(receiver.waiting == 0)
                #expect(control.deliveries().first?.attempts.map(\.outcome) == ["timedOut", "accepted"])
                #expect(control.deliveries().first?.attempts.first?.latency == 3000)
            }
        }
    }

    @Test func aResetBeginsAnew() async throws {
        try await withReceiver { receiver in
            try await withControlledEmulator { emulator, control in
                let signedIn = try await emulator.signedIn()
                _ = try await signedIn.subscribe(to: receiver.url)
                _ = try await receiver.next()
                try control.set(Fault(.deliveries, .drop))
                control.reset()
                #expect(control.faults.isEmpty)
                let list = try await signedIn.send(.GET, "/v1.0/subscriptions")
                #expect(list.body.contains("\"value\":[]"))
                #expect(try await signedIn.subscribe(to: receiver.url).status == 201)
                _ = try await receiver.next()
                _ = try await emulator.send(.POST, Self.mail, Self.hello)
                #expect(try await receiver.next().body.contains("created"))
            }
        }
    }

    @Test func hubsAreNotAskedAndOnlyTheLogTells() async throws {
        try await withControlledEmulator { emulator, control in
            let hub = "EventHub:https://contoso.servicebus.windows.net/eventhubname/changes?tenantId=contoso.example"
            let grid = "EventGrid:?azuresubscriptionid=1&resourcegroup=r&partnertopic=t&location=l"
            let emulator = try await emulator.signedIn()
            #expect(try await emulator.subscribe(to: hub).status == 201)
            #expect(try await emulator.subscribe(to: grid, changeType: "created").status == 201)
            while control.waiting.deliveries > 0 { try await Task.sleep(for: .milliseconds(1)) }
            // What a hub gets in place of a handshake.
            #expect(control.deliveries().map(\.subscriptions) == [["NA"]])
            #expect(control.deliveries().map(\.url) == [hub])
            _ = try await emulator.send(.POST, Self.mail, Self.hello)
            while control.deliveries().filter({ $0.subscriptions != ["NA"] && $0.state == .delivered }).count < 2 {
                try await Task.sleep(for: .milliseconds(1))
            }
            let urls = Set(control.deliveries().filter { $0.subscriptions != ["NA"] }.map(\.url))
            #expect(urls == [hub, grid])
        }
    }

    @Test func whatDoesNotLiveIsSaid() async throws {
        try await withControlledEmulator { _, control in
            let error = #expect(throws: GraphEmulatorError.self) { try control.removeSubscription("x") }
            #expect(error?.code == .unknownSubscription)
            #expect(throws: GraphEmulatorError.self) { try control.missed("x") }
            #expect(throws: GraphEmulatorError.self) { try control.requireReauthorization(of: "x") }
        }
    }
}
