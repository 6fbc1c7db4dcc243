import Foundation
import HTTPTypes
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphEmulator

@Suite(.timeLimit(.minutes(1))) struct HandshakeTests {
    @Test func theRequestIsGraphs() async throws {
        try await withReceiver { receiver in
            try await withEmulator { emulator in
                let answer = try await emulator.signedIn().subscribe(to: receiver.url + "/n?shard=4")
                #expect(answer.status == 201)
                let request = try await receiver.next()
                #expect(request.method == "POST")
                let beginning =
                    "/n?shard=4&validationToken=Validation%3a+Testing+client+application+reachability+for+subscription+Request-Id%3a+"
                #expect(request.uri.hasPrefix(beginning))
                #expect(request.uri.dropFirst(beginning.count).count == 36)
                #expect(request.fields[.contentType] == "text/plain; charset=utf-8")
                #expect(request.fields[.contentLength] == "0")
                #expect(request.fields[.authorization] == nil)
                #expect(request.fields[.userAgent] == nil)
                #expect(request.body == "")
                #expect(receiver.waiting == 0)
            }
        }
    }

    @Test func bothURLsAreAskedEvenIfEqual() async throws {
        try await withReceiver { receiver in
            try await withEmulator { emulator in
                let emulator = try await emulator.signedIn()
                let url = receiver.url + "/n"
                #expect(try await emulator.subscribe(to: url, lifecycle: url).status == 201)
                let first = try await receiver.next().uri
                let second = try await receiver.next().uri
                #expect(first.hasPrefix("/n?validationToken="))
                #expect(second.hasPrefix("/n?validationToken="))
                #expect(first != second)
                #expect(receiver.waiting == 0)
            }
        }
    }

    /// What can be refused without the receiver does not reach it.
    @Test func nothingIsCalledForWhatIsWrongAnyway() async throws {
        try await withReceiver { receiver in
            try await withEmulator { emulator in
                let emulator = try await emulator.signedIn()
                let good: [String: Any] = [
                    "changeType": "created", "notificationUrl": receiver.url, "resource": "users/sales@example.com/messages",
                    "expirationDateTime": GraphDateTime.utc(emulator.clock.now() + 120 * minute),
                ]
                func status(_ change: (inout [String: Any]) -> Void) async throws -> Int {
                    var body = good
                    change(&body)
                    let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
                    return try await emulator.send(.POST, "/v1.0/subscriptions", text).status
                }
                for name in good.keys { #expect(try await status { $0[name] = nil } == 400, "\(name)") }
                #expect(try await status { $0["NotificationURL"] = receiver.url } == 400)
                #expect(try await status { $0["lifecycleNotificationUrl"] = "ftp://127.0.0.1/" } == 400)
                #expect(try await status { $0["changeType"] = "moved" } == 400)
                #expect(try await status { $0["includeResourceData"] = true } == 400)
                #expect(receiver.waiting == 0)
                #expect(try await status { _ in } == 201)
                #expect(receiver.waiting == 1)
            }
        }
    }

    private enum Behaviour: String, CaseIterable {
        case created, noContent, redirect, notFound, serverError, encoded, quoted, newline, empty, large
    }

    /// Each wrong answer, on each of the two URLs: the error, and nothing is created.
    @Test(arguments: ["/n", "/l"]) func wrongAnswers(_ wrong: String) async throws {
        let behaviour = Mutex(Behaviour.created)
        let notOK =
            "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request."
        let mismatch = "Subscription validation request failed. Response must exactly match validationToken query parameter."
        try await withReceiver { received, _ in
            guard received.uri.hasPrefix(wrong) else { return .good(received) }
            let token = received.validationToken ?? ""
            return switch behaviour.withLock({ $0 }) {
            case .created: Reply(status: .created, body: token)
            case .noContent: Reply(status: .noContent)
            case .redirect: Reply(status: .found, body: token)
            case .notFound: Reply(status: .notFound)
            case .serverError: Reply(status: .internalServerError, body: token)
            case .encoded: Reply(status: .ok, body: PercentCoding.encodeForm(token))
            case .quoted: Reply(status: .ok, body: "\"\(token)\"")
            case .newline: Reply(status: .ok, body: token + "\n")
            case .empty: Reply(status: .ok)
            case .large: Reply(status: .ok, body: String(repeating: "x", count: 100_000))
            }
        } _: { receiver in
            try await withEmulator { emulator in
                let emulator = try await emulator.signedIn()
                for next in Behaviour.allCases {
                    behaviour.withLock { $0 = next }
                    let answer = try await emulator.subscribe(to: receiver.url + "/n", lifecycle: receiver.url + "/l")
                    let isMismatch = [.encoded, .quoted, .newline, .empty, .large].contains(next)
                    #expect(answer.status == 400, "\(next)")
                    #expect(try answer.error == ["ValidationError", isMismatch ? mismatch : notOK], "\(next)")
                }
                #expect(try await emulator.send(.GET, "/v1.0/subscriptions").body.contains("\"value\":[]"))
            }
        }
    }

    @Test func contentTypeMattersOnlyIfItIsSaidTo() async throws {
        let reply: @Sendable (Received, Int) async -> Reply = { received, _ in
            Reply(status: .ok, contentType: "text/html", body: received.validationToken ?? "")
        }
        try await withReceiver(reply) { receiver in
            try await withEmulator { emulator in
                let answer = try await emulator.signedIn().subscribe(to: receiver.url)
                #expect(answer.status == 201)
            }
            try await withEmulator {
                $0.requiresPlainTextHandshake = true
            } _: { emulator in
                let answer = try await emulator.signedIn().subscribe(to: receiver.url)
                #expect(answer.status == 400)
                #expect(try answer.error.first == "ValidationError")
            }
        }
    }

    @Test func noAnswerInTime() async throws {
        let gate = WakeSignal()
        try await withReceiver { received, _ in
            await gate.wait()
            return .echo(received)
        } _: { receiver in
            try await withEmulator {
                $0.handshakeTimeout = .milliseconds(50)
            } _: { emulator in
                let answer = try await emulator.signedIn().subscribe(to: receiver.url)
                #expect(answer.status == 400)
                #expect(try answer.error == ["ValidationError", "Subscription validation request timed out."])
            }
            gate.raise()
        }
    }

    @Test func nobodyListens() async throws {
        // A port that was free a moment ago, and that nobody has now.
        let url = Mutex("")
        try await withReceiver { receiver in url.withLock { $0 = receiver.url } }
        try await withEmulator { emulator in
            let answer = try await emulator.signedIn().subscribe(to: url.withLock { $0 })
            #expect(answer.status == 400)
            #expect(try answer.error.first == "ValidationError")
        }
    }

    @Test func aNewURLIsAskedAndAPlainRenewalIsNot() async throws {
        let isBroken = Mutex(false)
        try await withReceiver { received, _ in
            isBroken.withLock { $0 } ? Reply(status: .notFound) : .good(received)
        } _: { receiver in
            try await withEmulator { emulator in
                let emulator = try await emulator.signedIn()
                let created = try await emulator.subscribe(to: receiver.url + "/old")
                _ = try await receiver.next()
                let id = try #require(try object(created.body)["id"] as? String)
                isBroken.withLock { $0 = true }

                let expiry = GraphDateTime.utc(emulator.clock.now() + 300 * minute)
                let renewed = try await emulator.send(
                    .PATCH, "/v1.0/subscriptions/\(id)", "{\"expirationDateTime\":\"\(expiry)\"}"
                )
                #expect(renewed.status == 200)
                #expect(try object(renewed.body)["expirationDateTime"] as? String == expiry)
                #expect(receiver.waiting == 0)

                let moved = "{\"notificationUrl\":\"\(receiver.url)/new\"}"
                #expect(try await emulator.send(.PATCH, "/v1.0/subscriptions/\(id)", moved).status == 400)
                #expect(try await receiver.next().uri.hasPrefix("/new?validationToken="))
                let kept = try await emulator.send(.GET, "/v1.0/subscriptions/\(id)")
                #expect(try object(kept.body)["notificationUrl"] as? String == receiver.url + "/old")

                isBroken.withLock { $0 = false }
                let changed = try await emulator.send(.PATCH, "/v1.0/subscriptions/\(id)", moved)
                #expect(try object(changed.body)["notificationUrl"] as? String == receiver.url + "/new")
            }
        }
    }
}
