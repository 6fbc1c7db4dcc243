import HTTPTypes
import NIOHTTP1
import Testing

@testable import GraphEmulator

@Suite(.timeLimit(.minutes(1))) struct RichDeliveryTests {
    private static let mail = "/v1.0/users/sales@example.com/messages"
    private static let letter = #"{"subject":"Hello","body":{"contentType":"text","content":"Secret"}}"#

    private static func body(
        _ url: String, _ certificate: TestCertificate, clock: EmulatorClock, lifecycle: String? = nil, appID: String? = nil
    ) -> String {
        let expiry = GraphDateTime.utc(clock.now() + 60 * minute)
        let lifecycle = lifecycle.map { ",\"lifecycleNotificationUrl\":\"\($0)\"" } ?? ""
        let appID = appID.map { ",\"notificationUrlAppId\":\"\($0)\"" } ?? ""
        return
            "{\"changeType\":\"created,deleted\",\"notificationUrl\":\"\(url)\"\(lifecycle)\(appID),\"resource\":\"users/sales@example.com/messages?$select=subject\",\"expirationDateTime\":\"\(expiry)\",\"clientState\":\"state-1\",\"includeResourceData\":true,\"encryptionCertificate\":\"\(certificate.base64)\",\"encryptionCertificateId\":\"first\"}"
    }

    private static func items(_ received: Received) throws -> [[String: Any]] {
        try #require(try object(received.body)["value"] as? [[String: Any]])
    }

    private static func content(_ received: Received) throws -> [String: Any] {
        try #require(try Self.items(received).first?["encryptedContent"] as? [String: Any])
    }

    @Test func theOwnerReadsWhatWasSelected() async throws {
        let certificate = try TestCertificate()
        try await withReceiver { receiver in
            try await withEmulator { emulator in
                let signedIn = try await emulator.signedIn()
                let created = try await signedIn.send(
                    .POST, "/v1.0/subscriptions", Self.body(receiver.url, certificate, clock: emulator.clock))
                #expect(created.status == 201)
                let subscription = try object(created.body)
                #expect(subscription["includeResourceData"] as? Bool == true)
                #expect(subscription["encryptionCertificateId"] as? String == "first")
                _ = try await receiver.next()
                let mail = try object(try await emulator.send(.POST, Self.mail, Self.letter).body)
                let id = try #require(mail["id"] as? String)

                let post = try await receiver.next()
                let item = try #require(try Self.items(post).first)
                #expect(item["resource"] as? String == "Users('\(sales.id)')/messages('\(id)')")
                #expect((try object(post.body)["validationTokens"] as? [String])?.count == 1)
                #expect(!post.body.contains("Secret") && !post.body.contains("Hello"))
                let content = try Self.content(post)
                #expect(content["encryptionCertificateId"] as? String == "first")
                let message = try object(try certificate.open(content))
                #expect(message["subject"] as? String == "Hello")
                #expect(message["id"] as? String == id)
                #expect(message["body"] == nil)

                // A fresh key each time.
                _ = try await emulator.send(.POST, Self.mail, Self.letter)
                let next = try Self.content(try await receiver.next())
                #expect(next["data"] as? String != content["data"] as? String)
                #expect(try object(try certificate.open(next))["subject"] as? String == "Hello")

                // Nothing is left to tell of what was deleted.
                let path = "\(Self.mail)/\(id.replacing("=", with: "%3D"))"
                #expect(try await emulator.send(.DELETE, path).status == 204)
                let deleted = try await receiver.next()
                #expect(try Self.items(deleted).first?["encryptedContent"] == nil)
                #expect((try object(deleted.body)["validationTokens"] as? [String])?.count == 1)
            }
        }
    }

    /// A new certificate is for new notifications; one that is sent again stays as it was.
    @Test func certificatesAreChanged() async throws {
        let first = try TestCertificate()
        let second = try TestCertificate()
        let clock = SteppedClock(startingAt: morning)
        try await withReceiver { received, number in
            number == 1 ? Reply(status: .serviceUnavailable) : .good(received)
        } _: { receiver in
            try await withControlledEmulator {
                $0.clock = clock.clock
                $0.retries = RetrySchedule()
            } _: { emulator, control in
                let signedIn = try await emulator.signedIn()
                let created = try await signedIn.send(
                    .POST, "/v1.0/subscriptions", Self.body(receiver.url, first, clock: emulator.clock))
                let id = try #require(try object(created.body)["id"] as? String)
                _ = try await receiver.next()
                _ = try await emulator.send(.POST, Self.mail, Self.letter)
                try await control.advance(by: .seconds(1))
                let expiry = GraphDateTime.utc(clock.now + 90 * minute)
                let renewed = try await signedIn.send(
                    .PATCH, "/v1.0/subscriptions/\(id)",
                    "{\"expirationDateTime\":\"\(expiry)\",\"encryptionCertificate\":\"\(second.base64)\",\"encryptionCertificateId\":\"second\"}"
                )
                #expect(renewed.status == 200)
                #expect(try object(renewed.body)["encryptionCertificateId"] as? String == "second")
                _ = try await emulator.send(.POST, Self.mail, Self.letter)
                try await control.advance(by: .seconds(60))
                let refused = try await receiver.next()
                let new = try Self.content(try await receiver.next())
                let again = try await receiver.next()
                #expect(again.body == refused.body)
                #expect(try Self.content(again)["encryptionCertificateId"] as? String == "first")
                _ = try first.open(Self.content(again))
                #expect(new["encryptionCertificateId"] as? String == "second")
                _ = try second.open(new)
            }
        }
    }

    @Test func richAndPlainSubscriptionsShareAPost() async throws {
        let certificate = try TestCertificate()
        let clock = SteppedClock(startingAt: morning)
        try await withReceiver { receiver in
            try await withControlledEmulator {
                $0.clock = clock.clock
            } _: { emulator, control in
                let signedIn = try await emulator.signedIn()
                let other = "99999999-0000-4000-8000-000000000009"
                _ = try await signedIn.send(
                    .POST, "/v1.0/subscriptions",
                    Self.body(receiver.url, certificate, clock: emulator.clock, lifecycle: receiver.url, appID: other))
                _ = try await signedIn.subscribe(to: receiver.url)
                _ = try await emulator.send(.POST, Self.mail, Self.letter)
                try await control.advance(by: .seconds(1))
                for _ in 0..<3 { _ = try await receiver.next() }
                var posts: [Received] = []
                for _ in 0..<receiver.waiting { posts.append(try await receiver.next()) }
                let items = try posts.flatMap { try Self.items($0) }
                #expect(items.filter { $0["encryptedContent"] != nil }.count == 1)
                #expect(items.filter { $0["lifecycleEvent"] != nil }.count == 1)
                #expect(items.count == 3)
                for post in posts {
                    let isRich = try Self.items(post).contains { $0["encryptedContent"] != nil || $0["lifecycleEvent"] != nil }
                    #expect((try object(post.body)["validationTokens"] as? [String])?.count == (isRich ? 1 : nil))
                }
            }
        }
    }

    @Test func flawsReachTheReceiver() async throws {
        let certificate = try TestCertificate()
        let clock = SteppedClock(startingAt: morning)
        try await withReceiver { receiver in
            try await withControlledEmulator {
                $0.clock = clock.clock
            } _: { emulator, control in
                let created = try await emulator.signedIn().send(
                    .POST, "/v1.0/subscriptions", Self.body(receiver.url, certificate, clock: emulator.clock))
                let id = try #require(try object(created.body)["id"] as? String)
                _ = try await receiver.next()
                func next() async throws -> Received {
                    _ = try await emulator.send(.POST, Self.mail, Self.letter)
                    try await control.advance(by: .seconds(1))
                    return try await receiver.next()
                }
                try control.set(Fault(.subscription(id), .content(.wrongSignature), count: 1))
                let tampered = try Self.content(try await next())
                #expect(throws: TestCertificate.Tampered.self) { try certificate.open(tampered) }
                try control.set(Fault(.subscription(id), .tokens(.missing), count: 1))
                #expect(try await !next().body.contains("validationTokens"))
                try control.set(Fault(.subscription(id), .tokens(.null), count: 1))
                let misconfigured = try await next()
                #expect(misconfigured.body.hasSuffix(#","validationTokens":null}"#))
                #expect(try Self.items(misconfigured).first?["encryptedContent"] == nil)
                _ = try certificate.open(Self.content(try await next()))
            }
        }
    }
}
