import HTTPTypes
import NIOHTTP1
import Testing

@testable import GraphEmulator

@Suite(.timeLimit(.minutes(1))) struct RequestFaultTests {
    @Test func aRequestIsAnsweredWithTheStatus() async throws {
        try await withControlledEmulator { emulator, control in
            try control.set(Fault(.route("GET /v1.0/users"), .status(503, retryAfter: .decimal(2.128)), count: 1))
            try control.set(Fault(.route("/v1.0/users/*"), .status(429), count: 1))
            let first = try await emulator.send(.GET, "/v1.0/users?$top=1")
            #expect(first.status == 503)
            #expect(first.fields.first(name: "Retry-After") == "2.128")
            #expect(try first.error.first == "ServiceUnavailable")
            #expect(try await emulator.send(.GET, "/v1.0/users").status == 200)
            let other = try await emulator.send(.GET, "/v1.0/users/\(sales.id)")
            #expect(other.status == 429)
            #expect(other.fields.first(name: "Retry-After") == nil)
            #expect(try other.error.first == "TooManyRequests")
            #expect(control.faults.isEmpty)
        }
    }

    @Test func itIsDoneAndAnsweredWithAnotherStatus() async throws {
        try await withReceiver { receiver in
            try await withControlledEmulator { emulator, control in
                let emulator = try await emulator.signedIn()
                try control.set(Fault(.route("POST /v1.0/subscriptions"), .doneButStatus(504), count: 1))
                #expect(try await emulator.subscribe(to: receiver.url).status == 504)
                _ = try await receiver.next()
                let list = try object(try await emulator.send(.GET, "/v1.0/subscriptions").body)
                #expect((list["value"] as? [Any])?.count == 1)
                // Whoever tries again hears of the one that is there.
                #expect(try await emulator.subscribe(to: receiver.url).status == 409)
            }
        }
    }

    @Test func theAnswerBreaksOff() async throws {
        try await withControlledEmulator { emulator, control in
            try control.set(Fault(.route("/v1.0/users"), .drop, count: 1))
            await #expect(throws: (any Error).self) { try await emulator.send(.GET, "/v1.0/users") }
            #expect(try await emulator.send(.GET, "/v1.0/users").status == 200)
        }
    }

    /// The waits are those of the clock.
    @Test func theAnswerComesLateOrNotAtAll() async throws {
        let clock = SteppedClock(startingAt: morning)
        try await withControlledEmulator {
            $0.clock = clock.clock
        } _: { emulator, control in
            try control.set(Fault(.route("/v1.0/users"), .delay(.seconds(30)), count: 1))
            async let late = emulator.send(.GET, "/v1.0/users")
            while clock.sleeperCount == 0 { try await Task.sleep(for: .milliseconds(1)) }
            try await control.advance(by: .seconds(30))
            #expect(try await late.status == 200)
            try control.set(Fault(.route("/v1.0/users/**"), .timeout))
            async let never = emulator.send(.GET, "/v1.0/users")
            while clock.sleeperCount == 0 { try await Task.sleep(for: .milliseconds(1)) }
            try await control.advance(by: .seconds(300))
            #expect(try await never.status == 504)
        }
    }

    @Test func whoAsksTooOftenIsTold() async throws {
        try await withControlledEmulator {
            $0.throttling?.lists = ThrottleLimits.Limit(perApplication: 3, perTenant: 2)
            $0.clock = StoppedClock().clock
        } _: { emulator, control in
            let emulator = try await emulator.signedIn()
            for _ in 0..<2 { #expect(try await emulator.send(.GET, "/v1.0/subscriptions").status == 200) }
            let refused = try await emulator.send(.GET, "/v1.0/subscriptions")
            #expect(refused.status == 429)
            #expect(refused.fields.first(name: "Retry-After") == "20")
            #expect(try refused.error.first == "TooManyRequests")
            try control.throttle(1, retryAfter: .none)
            let throttled = try await emulator.send(.GET, "/v1.0/subscriptions/x")
            #expect(throttled.status == 429)
            #expect(throttled.fields.first(name: "Retry-After") == nil)
            #expect(try await emulator.send(.GET, "/v1.0/subscriptions/x").status == 404)
        }
    }
}
