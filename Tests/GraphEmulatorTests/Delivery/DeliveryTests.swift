import HTTPTypes
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphEmulator

@Suite(.timeLimit(.minutes(1))) struct DeliveryTests {
    private static let hello = #"{"subject":"Hello","body":{"contentType":"text","content":"Hi"}}"#

    private static func items(_ received: Received) throws -> [[String: Any]] {
        try #require(try object(received.body)["value"] as? [[String: Any]])
    }

    @Test func mailFromCurlReachesTheReceiver() async throws {
        try await withReceiver { receiver in
            try await withEmulator { emulator in
                let created = try await emulator.signedIn().subscribe(to: receiver.url + "/n?shard=4")
                _ = try await receiver.next()
                let mail = try await emulator.send(.POST, "/v1.0/users/sales@example.com/messages", Self.hello)
                #expect(mail.status == 201)
                let message = try object(mail.body)

                let post = try await receiver.next()
                #expect(post.method == "POST")
                #expect(post.uri == "/n?shard=4")
                #expect(post.fields[.contentType] == "application/json")
                #expect(post.fields[.contentLength] == "\(post.body.utf8.count)")
                #expect(post.fields[.authorization] == nil)
                #expect(post.fields[.userAgent] == nil)
                let item = try #require(try Self.items(post).first)
                let subscription = try object(created.body)
                let id = try #require(message["id"] as? String)
                #expect(item["subscriptionId"] as? String == subscription["id"] as? String)
                #expect(item["clientState"] as? String == "state-1")
                #expect(item["changeType"] as? String == "created")
                #expect(item["resource"] as? String == "Users/\(sales.id)/Messages/\(id)")
                let data = try #require(item["resourceData"] as? [String: String])
                #expect(data["@odata.etag"] == message["@odata.etag"] as? String)
                #expect(data["id"] == id)
                let expiry = try #require(subscription["expirationDateTime"] as? String)
                #expect(item["subscriptionExpirationDateTime"] as? String == expiry.dropLast() + "+00:00")
            }
        }
    }

    @Test func whatIsNotAcceptedComesAgainAsItWas() async throws {
        try await withReceiver { received, number in
            switch number {
            case 0: .echo(received)
            case 1: Reply(status: .serviceUnavailable)
            case 2: Reply(status: .found)
            case 3: Reply(status: .notFound)
            default: Reply()
            }
        } _: { receiver in
            try await withEmulator { emulator in
                _ = try await emulator.signedIn().subscribe(to: receiver.url)
                _ = try await receiver.next()
                _ = try await emulator.send(.POST, "/v1.0/users/sales@example.com/messages", Self.hello)
                let first = try await receiver.next()
                for _ in 0..<3 { #expect(try await receiver.next().body == first.body) }

                // The next change comes alone: what was accepted does not come again.
                _ = try await emulator.send(.POST, "/v1.0/users/sales@example.com/messages", Self.hello)
                let second = try await receiver.next()
                #expect(second.body != first.body)
                #expect(receiver.waiting == 0)
            }
        }
    }

    @Test func anAnswerThatComesTooLateDoesNotCount() async throws {
        let gate = WakeSignal()
        try await withReceiver { received, number in
            if number == 1 { await gate.wait() }
            return .good(received)
        } _: { receiver in
            try await withEmulator {
                $0.deliveryTimeout = .milliseconds(50)
            } _: { emulator in
                _ = try await emulator.signedIn().subscribe(to: receiver.url)
                _ = try await receiver.next()
                _ = try await emulator.send(.POST, "/v1.0/users/sales@example.com/messages", Self.hello)
                let first = try await receiver.next()
                #expect(try await receiver.next().body == first.body)
            }
            gate.raise()
        }
    }

    @Test func aReceiverThatComesBackGetsWhatItMissed() async throws {
        let url = Mutex("")
        try await withReceiver { receiver in url.withLock { $0 = receiver.url } }
        var graph = emptyGraph()
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        _ = try graph.subscribe(.mail(url: url.withLock { $0 }))
        _ = try graph.create([:], in: scope, now: morning)
        let parcel = try #require(graph.deliveries.due(now: morning + 20).parcels.first)
        let verdict = graph.deliveries.finished(parcel, .unreachable, now: morning + 20)
        guard case .retry(let moment) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(graph.deliveries.due(now: moment - 1).parcels.isEmpty)
        #expect(graph.deliveries.due(now: moment).parcels.first?.batch.items == parcel.batch.items)
    }

    @Test func changesAtTheSameTimeShareAPost() async throws {
        let stopped = StoppedClock()
        try await withReceiver { receiver in
            try await withEmulator {
                $0.clock = stopped.clock
                $0.batchWindow = .milliseconds(100)
            } _: { emulator in
                let signedIn = try await emulator.signedIn()
                _ = try await signedIn.subscribe(to: receiver.url + "/n")
                _ = try await signedIn.subscribe(to: receiver.url + "/n", resource: "users/anna@example.com/messages")
                _ = try await receiver.next()
                _ = try await receiver.next()
                _ = try await emulator.send(.POST, "/v1.0/users/sales@example.com/messages", Self.hello)
                _ = try await emulator.send(.POST, "/v1.0/users/anna@example.com/messages", Self.hello)
                #expect(receiver.waiting == 0)
                stopped.advance(by: .milliseconds(100))
                let items = try Self.items(try await receiver.next())
                #expect(items.count == 2)
                #expect(Set(items.compactMap { $0["subscriptionId"] as? String }).count == 2)
            }
        }
    }

    @Test func orderIsKeptForASubscription() async throws {
        try await withReceiver { receiver in
            try await withEmulator {
                $0.batchWindow = .zero
            } _: { emulator in
                _ = try await emulator.signedIn().subscribe(to: receiver.url)
                _ = try await receiver.next()
                var sent: [String] = []
                for _ in 0..<40 {
                    let mail = try await emulator.send(.POST, "/v1.0/users/sales@example.com/messages", Self.hello)
                    sent.append(try #require(try object(mail.body)["id"] as? String))
                }
                var got: [String] = []
                while got.count < sent.count {
                    for item in try Self.items(try await receiver.next()) {
                        got.append(try #require((item["resourceData"] as? [String: String])?["id"]))
                    }
                }
                #expect(got == sent)
            }
        }
    }

    @Test func afterExpiryNothingComes() async throws {
        let moved = MovedClock()
        try await withReceiver { receiver in
            try await withEmulator {
                $0.clock = moved.clock
                $0.tokenLifetime = .seconds(100_000)
            } _: { emulator in
                let signedIn = try await emulator.signedIn()
                let created = try await signedIn.subscribe(to: receiver.url + "/short", changeType: "created")
                let id = try #require(try object(created.body)["id"] as? String)
                _ = try await receiver.next()
                moved.advance(by: .seconds(121 * 60))
                #expect(try await signedIn.send(.GET, "/v1.0/subscriptions/\(id)").status == 404)
                // No conflict: the other one is gone.
                _ = try await signedIn.subscribe(to: receiver.url + "/long", changeType: "created")
                _ = try await receiver.next()
                _ = try await emulator.send(.POST, "/v1.0/users/sales@example.com/messages", Self.hello)
                #expect(try await receiver.next().uri == "/long")
                #expect(receiver.waiting == 0)
            }
        }
    }

    @Test func somethingHappensByItself() async throws {
        try await withReceiver { receiver in
            try await withEmulator {
                $0.activityInterval = .milliseconds(10)
            } _: { emulator in
                _ = try await emulator.signedIn().subscribe(to: receiver.url)
                _ = try await receiver.next()
                for _ in 0..<3 { #expect(try !Self.items(try await receiver.next()).isEmpty) }
            }
        }
    }
}
