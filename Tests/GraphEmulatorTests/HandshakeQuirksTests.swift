import AsyncHTTPClient
import HTTPTypes
import Logging
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphEmulator

/// What Graph is seen to do about handshakes now and then, and how long they may take.
@Suite(.timeLimit(.minutes(1))) struct HandshakeQuirksTests {
    /// A wait that ends when the test says so.
    private final class Gate: Sendable {
        let duration: Duration
        private let signal = WakeSignal()
        private let asked = Mutex(0)

        init(_ duration: Duration) {
            self.duration = duration
        }

        var count: Int { self.asked.withLock { $0 } }

        func open() { self.signal.raise() }

        /// Waits of this duration wait for the gate; all others are real.
        var clock: EmulatorClock {
            EmulatorClock(now: EmulatorClock.system.now) { duration in
                guard duration == self.duration else { return try await EmulatorClock.system.sleep(duration) }
                self.asked.withLock { $0 += 1 }
                await self.signal.wait()
                try Task.checkCancellation()
            }
        }
    }

    private static func renewal(_ emulator: TestCaller) -> String {
        "{\"expirationDateTime\":\"\(GraphDateTime.utc(emulator.clock.now() + 300 * minute))\"}"
    }

    private static func id(_ answer: TestCaller.Answer) throws -> String {
        try #require(try object(answer.body)["id"] as? String)
    }

    /// Ten seconds are allowed, and an answer before them will do.
    @Test func tenSeconds() async throws {
        let gate = Gate(.seconds(10))
        let call = ValidationCall(
            client: .shared, timeout: GraphEmulatorConfiguration().handshakeTimeout, requiresPlainText: false,
            namesStatus: false, logger: .silent, clock: gate.clock
        )
        try await withReceiver { receiver in
            try await call.validate(receiver.url, token: "a token")
            #expect(gate.count == 1)
        }
        let mute = WakeSignal()
        try await withReceiver { received, _ in
            gate.open()
            await mute.wait()
            return .echo(received)
        } _: { receiver in
            let error = await #expect(throws: GraphRefusal.self) { try await call.validate(receiver.url, token: "a token") }
            #expect(error == .validationTimedOut)
            #expect(error?.message == "Subscription validation request timed out.")
            #expect(receiver.waiting == 1)
            mute.raise()
        }
    }

    /// The create stays open as long as the handshake does, and nothing is there before.
    @Test func theCreateWaitsForTheHandshake() async throws {
        let gate = WakeSignal()
        try await withReceiver { received, _ in
            await gate.wait()
            return .good(received)
        } _: { receiver in
            try await withEmulator { emulator in
                let emulator = try await emulator.signedIn()
                async let created = emulator.subscribe(to: receiver.url)
                _ = try await receiver.next()
                let list = try await emulator.send(.GET, "/v1.0/subscriptions")
                #expect(list.body.contains("\"value\":[]"))
                gate.raise()
                #expect(try await created.status == 201)
            }
        }
    }

    @Test func notificationsMayComeBeforeTheAnswer() async throws {
        let gate = Gate(.seconds(3600))
        try await withReceiver { receiver in
            try await withEmulator {
                $0.clock = gate.clock
                $0.quirks.createdAnswerDelay = .seconds(3600)
            } _: { emulator in
                let emulator = try await emulator.signedIn()
                async let created = emulator.subscribe(to: receiver.url, changeType: "created")
                _ = try await receiver.next()
                while gate.count == 0 { await Task.yield() }
                let message = try await emulator.send(.POST, "/v1.0/users/sales@example.com/messages", "{\"subject\":\"x\"}")
                #expect(message.status == 201)
                let notification = try await receiver.next()
                gate.open()
                let answer = try await created
                #expect(notification.body.contains(try Self.id(answer)))
            }
        }
    }

    @Test func nothingIsTriedAgain() async throws {
        try await withReceiver { _, _ in
            Reply(status: .internalServerError)
        } _: { receiver in
            try await withEmulator { emulator in
                let answer = try await emulator.signedIn().subscribe(to: receiver.url)
                #expect(answer.status == 400)
                #expect(receiver.waiting == 1)
            }
        }
    }

    @Test func theStatusIsNamed() async throws {
        try await withReceiver { _, _ in
            Reply(status: .notFound)
        } _: { receiver in
            try await withEmulator {
                $0.quirks.namesHandshakeStatus = true
            } _: { emulator in
                let answer = try await emulator.signedIn().subscribe(to: receiver.url)
                #expect(
                    try answer.error == [
                        "ValidationError",
                        "Subscription validation request failed. HTTP status code is 'NotFound'. Notification endpoint must respond with 200 OK to validation request.",
                    ])
            }
        }
    }

    @Test func renewalsRepeatTheHandshakeIfThatIsWanted() async throws {
        for (onRenewal, onReauthorization) in [(true, false), (false, true), (false, false)] {
            try await withReceiver { receiver in
                try await withEmulator {
                    $0.quirks.validatesOnRenewal = onRenewal
                    $0.quirks.validatesOnReauthorization = onReauthorization
                    // Otherwise the receiver also hears that the token ends soon.
                    $0.tokenLifetime = .seconds(86_400)
                } _: { emulator in
                    let emulator = try await emulator.signedIn()
                    let url = receiver.url
                    let path = "/v1.0/subscriptions/\(try Self.id(try await emulator.subscribe(to: url, lifecycle: url)))"
                    _ = try await receiver.next()
                    _ = try await receiver.next()
                    #expect(try await emulator.send(.PATCH, path, Self.renewal(emulator)).status == 200)
                    #expect(receiver.waiting == (onRenewal ? 2 : 0))
                    #expect(try await emulator.send(.POST, "\(path)/reauthorize").status == 204)
                    #expect(receiver.waiting == (onRenewal || onReauthorization ? 2 : 0))
                }
            }
        }
    }

    @Test func aURLMayBeRemembered() async throws {
        let moved = MovedClock()
        try await withReceiver { receiver in
            try await withEmulator {
                $0.clock = moved.clock
                $0.quirks.validationCache = .seconds(60)
            } _: { emulator in
                let emulator = try await emulator.signedIn()
                #expect(try await emulator.subscribe(to: receiver.url, changeType: "created").status == 201)
                #expect(receiver.waiting == 1)
                #expect(try await emulator.subscribe(to: receiver.url, changeType: "updated").status == 201)
                #expect(receiver.waiting == 1)
                moved.advance(by: .seconds(60))
                #expect(try await emulator.subscribe(to: receiver.url, changeType: "deleted").status == 201)
                #expect(receiver.waiting == 2)
            }
        }
    }

    @Test func opaqueTokens() async throws {
        var graph = emptyGraph { $0.quirks.opaqueValidationTokens = true }
        let tokens = (0..<20).map { _ in graph.validationToken() }
        #expect(Set(tokens).count == 20)
        for character in "+/=% &ä" { #expect(tokens.joined().contains(character), "\(character)") }
        try await withReceiver { receiver in
            try await withEmulator {
                $0.quirks.opaqueValidationTokens = true
            } _: { emulator in
                let answer = try await emulator.signedIn().subscribe(to: receiver.url)
                #expect(answer.status == 201)
                let token = try await receiver.next().validationToken
                #expect(token?.count == 48)
            }
        }
    }

    @Test func onlySoManyAreRemembered() {
        var urls = ValidatedURLs()
        for number in 0...ValidatedURLs.maximumCount { urls.add("\(number)", until: 10) }
        #expect(!urls.contains("0", now: 0))
        #expect(urls.contains("1", now: 9))
        #expect(!urls.contains("1", now: 10))
    }

    @Test func warnings() async throws {
        let log = RecordedLog()
        try await withReceiver { received, _ in
            Reply(status: .ok, contentType: "text/html", body: received.validationToken ?? "")
        } _: { receiver in
            try await withEmulator(logger: log.logger) { _ in
            } _: { emulator in
                let emulator = try await emulator.signedIn()
                let path = "/v1.0/subscriptions/\(try Self.id(try await emulator.subscribe(to: receiver.url)))"
                #expect(log.warnings.count { $0.contains("text/plain") } == 1)
                #expect(try await emulator.send(.POST, "\(path)/reauthorize").status == 204)
                #expect(log.warnings.count { $0.contains("ten minutes") } == 0)
                #expect(try await emulator.send(.PATCH, path, Self.renewal(emulator)).status == 200)
                #expect(log.warnings.count { $0.contains("ten minutes") } == 1)
            }
        }
    }
}
