import AsyncHTTPClient
import CryptoExtras
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphEmulator

/// The admin side over real sockets.
@Suite(.timeLimit(.minutes(2))) struct AdminTests {
    private static let mail = "/v1.0/users/sales@example.com/messages"
    private static let hello = #"{"subject":"Hello"}"#

    /// Runs `body` with an emulator on a switched clock that stands, and somebody who calls its admin side.
    private func withAdmin(
        _ change: (inout GraphEmulatorConfiguration) -> Void = { _ in },
        _ body: (_ graph: TestCaller, _ admin: TestCaller) async throws -> Void
    ) async throws {
        let clock = SwitchedClock(.stepped)
        var configuration = GraphEmulatorConfiguration(
            port: 0, directory: EmulatedSeed(signingKey: testKey.privateKey.pemRepresentation), seed: 1
        )
        configuration.adminPort = 0
        configuration.clock = clock.clock
        change(&configuration)
        let adminPort = Mutex(0)
        try await withServer { onReady in
            try GraphEmulator(
                configuration: configuration,
                onReady: { ports in
                    adminPort.withLock { $0 = ports.admin ?? 0 }
                    onReady(ports.plain)
                },
                logger: .silent
            )
        } _: { port in
            try await body(
                TestCaller(base: "http://127.0.0.1:\(port)", clock: configuration.clock),
                TestCaller(base: "http://127.0.0.1:\(adminPort.withLock { $0 })/emulator/v1", clock: configuration.clock)
            )
        }
    }

    private func sentence(_ answer: TestCaller.Answer) throws -> String? { try object(answer.body)["error"] as? String }

    private func list(_ name: String, _ answer: TestCaller.Answer) throws -> [[String: Any]] {
        try #require(try object(answer.body)[name] as? [[String: Any]])
    }

    @Test func theStateTellsEverything() async throws {
        try await withReceiver { receiver in
            try await self.withAdmin { graph, admin in
                _ = try await graph.signedIn().subscribe(to: receiver.url, clientState: "state-9")
                _ = try await graph.send(.POST, Self.mail, Self.hello)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"1s"}"#)
                _ = try await admin.send(.POST, "/faults", #"{"effect":"drop","probability":0.5}"#)
                let answer = try await admin.send(.GET, "/state")
                let state = try object(answer.body)
                let subscription = try #require((state["subscriptions"] as? [[String: Any]])?.first)
                #expect(!answer.body.contains("state-9"))
                #expect(subscription["authorizedNow"] as? Bool == true)
                #expect(subscription["authorizedUntil"] is String)
                var counts = try #require(state["counts"] as? [String: Int])
                #expect(counts.removeValue(forKey: "objects") ?? 0 > 16)
                #expect(
                    counts == [
                        "users": 3, "messages": 13, "subscriptions": 1, "deliveries": 1, "waiting": 0, "withheld": 0, "faults": 1,
                    ])
                #expect((state["clock"] as? [String: Any])?["mode"] as? String == "stepped")
                let endpoint = try #require((state["endpoints"] as? [[String: Any]])?.first)
                #expect(endpoint["url"] as? String == receiver.url)
                #expect(endpoint["condition"] as? String == "normal")
                let fault = try #require((state["faults"] as? [[String: Any]])?.first)
                #expect(fault["effect"] as? String == "drop")
                #expect(try self.list("endpoints", try await admin.send(.GET, "/endpoints")).count == 1)
                #expect(try object(try await admin.send(.GET, "").body)["graph"] as? String == graph.base)
                #expect(try await admin.send(.POST, "/reset").status == 204)
                let afterwards = try object(try await admin.send(.GET, "/state").body)["counts"] as? [String: Int]
                #expect(afterwards?["subscriptions"] == 0)
                #expect(afterwards?["faults"] == 0)
                #expect(afterwards?["deliveries"] == 0)
            }
        }
    }

    @Test func deliveriesTellAttemptsStatusAndLatency() async throws {
        try await withReceiver { received, number in
            received.validationToken == nil && number < 2 ? Reply(status: .serviceUnavailable) : .good(received)
        } _: { receiver in
            try await self.withAdmin { graph, admin in
                let created = try await graph.signedIn().subscribe(to: receiver.url)
                let id = try #require(try object(created.body)["id"] as? String)
                _ = try await graph.send(.POST, Self.mail, Self.hello)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":1}"#)
                let waiting = try self.list("deliveries", try await admin.send(.GET, "/deliveries?outcome=waiting"))
                #expect(waiting.count == 1)
                #expect(waiting[0]["attemptCount"] as? Int == 1)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"PT1M"}"#)
                let all = try self.list("deliveries", try await admin.send(.GET, "/deliveries"))
                #expect(all.count == 1)
                #expect(all[0]["outcome"] as? String == "delivered")
                #expect(all[0]["subscriptions"] as? [String] == [id])
                let attempts = try #require(all[0]["attempts"] as? [[String: Any]])
                #expect(attempts.map { $0["status"] as? Int } == [503, 202])
                #expect(attempts.map { $0["outcome"] as? String } == ["refused", "accepted"])
                #expect(attempts.allSatisfy { ($0["latency"] as? Int ?? -1) >= 0 })
                for query in ["subscription=\(id)", "url=\(receiver.url)", "outcome=delivered", "after=0&limit=1"] {
                    #expect(
                        try self.list("deliveries", try await admin.send(.GET, "/deliveries?\(query)")).count == 1, "\(query)")
                }
                for query in ["subscription=x", "url=\(receiver.url)/x", "outcome=lost", "after=1"] {
                    #expect(try self.list("deliveries", try await admin.send(.GET, "/deliveries?\(query)")).isEmpty, "\(query)")
                }
            }
        }
    }

    @Test func aStreamTellsEachChange() async throws {
        try await withReceiver { receiver in
            try await self.withAdmin { graph, admin in
                _ = try await graph.signedIn().subscribe(to: receiver.url)
                var request = HTTPClientRequest(url: admin.base + "/deliveries")
                request.headers.add(name: "Accept", value: "text/event-stream")
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
                #expect(response.headers["content-type"] == ["text/event-stream"])
                _ = try await graph.send(.POST, Self.mail, Self.hello)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"1s"}"#)
                var text = ""
                for try await chunk in response.body {
                    text += String(buffer: chunk)
                    if text.contains(#""outcome":"delivered","attemptCount":1"#) { break }
                }
                #expect(text.contains("event: delivery\ndata: {\"number\":1,"))
                // Who comes back does not hear again what it knows.
                let id = try #require(text.split(separator: "\n").last { $0.hasPrefix("id: ") }?.dropFirst(4))
                request.headers.add(name: "Last-Event-ID", value: String(id))
                let resumed = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
                _ = try await admin.send(.POST, "/reset")
                var rest = ""
                for try await chunk in resumed.body {
                    rest += String(buffer: chunk)
                    if rest.contains("event: ") { break }
                }
                #expect(rest.contains("event: reset\n"))
                #expect(!rest.contains("event: delivery"))
            }
        }
    }

    @Test func subscriptionsAreLostRemovedAndNeedAuthorization() async throws {
        try await withReceiver { receiver in
            try await self.withAdmin { graph, admin in
                let lifecycle = receiver.url + "/lifecycle"
                let created = try await graph.signedIn().subscribe(to: receiver.url, lifecycle: lifecycle)
                let id = try #require(try object(created.body)["id"] as? String)
                _ = try await (receiver.next(), receiver.next())
                let lose = try await admin.send(.POST, "/subscriptions/\(id)/lose")
                #expect(lose.status == 200)
                #expect(try object(lose.body)["told"] as? String == lifecycle)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"1s"}"#)
                #expect(try await receiver.next().body.contains(#""lifecycleEvent":"missed""#))
                _ = try await admin.send(.POST, "/subscriptions/\(id)/reauthorize", #"{"revoke":false}"#)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"1s"}"#)
                #expect(try await receiver.next().body.contains(#""lifecycleEvent":"reauthorizationRequired""#))
                let next = try await admin.send(.POST, "/subscriptions/\(id)/lose", #"{"next":1}"#)
                #expect(next.status == 201)
                _ = try await graph.send(.POST, Self.mail, Self.hello)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"1s"}"#)
                #expect(try await receiver.next().body.contains(#""lifecycleEvent":"missed""#))
                #expect(try await admin.send(.POST, "/subscriptions/\(id)/remove").status == 200)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"1s"}"#)
                #expect(try await receiver.next().body.contains(#""lifecycleEvent":"subscriptionRemoved""#))
                let again = try await admin.send(.POST, "/subscriptions/\(id)/remove")
                #expect(again.status == 404)
                #expect(try self.sentence(again) == "There is no subscription '\(id)', or its time is up.")
            }
        }
    }

    @Test func whoIsNotToldIsSaid() async throws {
        try await withReceiver { receiver in
            try await self.withAdmin { graph, admin in
                let created = try await graph.signedIn().subscribe(to: receiver.url)
                let id = try #require(try object(created.body)["id"] as? String)
                let answer = try object(try await admin.send(.POST, "/subscriptions/\(id)/lose").body)
                #expect(answer["told"] is NSNull)
                #expect(answer["remark"] as? String == "The subscription has no lifecycleNotificationUrl.")
            }
        }
    }

    @Test func faultsAndThrottlingAreSetAndLifted() async throws {
        try await self.withAdmin { graph, admin in
            let caller = try await graph.signedIn()
            let throttle = try await admin.send(.POST, "/throttle", #"{"retryAfter":7}"#)
            #expect(throttle.status == 201)
            let refused = try await caller.send(.GET, "/v1.0/subscriptions")
            #expect(refused.status == 429)
            #expect(refused.fields["retry-after"] == ["7"])
            let other = try await admin.send(.POST, "/faults", #"{"effect":"status","status":503,"route":"GET /v1.0/users"}"#)
            let number = try #require(try object(other.body)["id"] as? Int)
            #expect(try await admin.send(.DELETE, "/throttle").status == 204)
            #expect(try await caller.send(.GET, "/v1.0/subscriptions").status == 200)
            #expect(try await caller.send(.GET, "/v1.0/users").status == 503)
            #expect(try self.list("faults", try await admin.send(.GET, "/faults")).map { $0["id"] as? Int } == [number])
            #expect(try await admin.send(.DELETE, "/faults/\(number)").status == 204)
            #expect(try await caller.send(.GET, "/v1.0/users").status == 200)
            #expect(try await admin.send(.DELETE, "/faults/\(number)").status == 404)
            _ = try await admin.send(.POST, "/throttle")
            #expect(try await admin.send(.DELETE, "/faults").status == 204)
            #expect(try self.list("faults", try await admin.send(.GET, "/faults")).isEmpty)
        }
    }

    @Test func theClockIsSwitchedWhileItRuns() async throws {
        try await self.withAdmin { _, admin in
            let scaled = try await admin.send(.POST, "/clock", #"{"mode":"scaled","rate":60}"#)
            #expect(try object(scaled.body)["rate"] as? Double == 60)
            // A clock that goes by itself can be moved all the same, and goes on.
            let before = admin.clock.now()
            let moved = try await admin.send(.POST, "/clock/advance", #"{"by":"P3D"}"#)
            #expect(try object(moved.body)["mode"] as? String == "scaled")
            #expect(admin.clock.now() >= before + 3 * 24 * 60 * minute)
            _ = try await admin.send(.POST, "/clock", #"{"mode":"stepped"}"#)
            let now = try object(try await admin.send(.GET, "/clock").body)["now"] as? String
            #expect(now == GraphDateTime.utc(admin.clock.now()))
        }
    }

    @Test func aSwitchedClockThatGoesByItselfDelivers() async throws {
        try await withReceiver { receiver in
            try await self.withAdmin { graph, admin in
                _ = try await graph.signedIn().subscribe(to: receiver.url)
                _ = try await receiver.next()
                _ = try await graph.send(.POST, Self.mail, Self.hello)
                // What waits when the clock is switched is sent too.
                _ = try await admin.send(.POST, "/clock", #"{"mode":"real"}"#)
                #expect(try await receiver.next().body.contains(#""changeType":"created""#))
                _ = try await graph.send(.POST, Self.mail, Self.hello)
                #expect(try await receiver.next().body.contains(#""changeType":"created""#))
            }
        }
    }

    @Test func aClockOfItsOwnIsNotSwitched() async throws {
        try await self.withAdmin {
            $0.clock = .system
        } _: { _, admin in
            let switched = try await admin.send(.POST, "/clock", #"{"mode":"stepped"}"#)
            #expect(switched.status == 400)
            #expect(try await admin.send(.POST, "/clock/advance", #"{"by":"1h"}"#).status == 400)
        }
    }

    @Test func activityHappensWhenAsked() async throws {
        try await self.withAdmin { _, admin in
            #expect(try await admin.send(.POST, "/activity", #"{"times":40}"#).status == 204)
            let counts = try object(try await admin.send(.GET, "/state").body)["counts"] as? [String: Int]
            #expect((counts?["messages"] ?? 0) > 12)
        }
    }

    @Test func tenantsTellWhatApplicationsMayDoAndNoSecrets() async throws {
        try await self.withAdmin { _, admin in
            let answer = try await admin.send(.GET, "/tenants")
            #expect(!answer.body.contains("contoso-development-secret"))
            #expect(!answer.body.contains("contoso-identity-header"))
            let tenant = try #require(try self.list("tenants", answer).first)
            #expect(tenant["name"] as? String == "Contoso")
            #expect((tenant["users"] as? [[String: Any]])?.count == 3)
            let application = try #require((tenant["applications"] as? [[String: Any]])?.first)
            #expect((application["applicationPermissions"] as? [String])?.contains("Mail.Read") == true)
        }
    }

    @Test func aPermissionThatIsTakenAwayEndsAuthorizations() async throws {
        try await withReceiver { receiver in
            try await self.withAdmin { graph, admin in
                let mail = #"{"application":"contoso relay","permission":"mail.\#("%")","tenant":"Contoso"}"#
                let created = try await graph.signedIn().subscribe(to: receiver.url, lifecycle: receiver.url + "/lifecycle")
                let id = try #require(try object(created.body)["id"] as? String)
                _ = try await (receiver.next(), receiver.next())
                for name in ["readbasic", "readbasic.all", "readwrite"] {
                    let body = mail.replacing("%", with: name)
                    #expect(try await admin.send(.POST, "/permissions/revoke", body).status == 200)
                }
                // Another one is still enough.
                #expect(try await self.subscription(id, admin)["authorizedNow"] as? Bool == true)
                let last = try await admin.send(.POST, "/permissions/revoke", mail.replacing("%", with: "read"))
                let left = try #require(try object(last.body)["applicationPermissions"] as? [String])
                #expect(!left.contains { $0.hasPrefix("Mail.") })
                #expect(try await self.subscription(id, admin)["authorizedNow"] as? Bool == false)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"1s"}"#)
                #expect(try await receiver.next().body.contains(#""lifecycleEvent":"reauthorizationRequired""#))
                // The next token is too weak.
                let refused = try await graph.signedIn().subscribe(to: receiver.url, changeType: "created")
                #expect(refused.status == 403)
                _ = try await admin.send(.POST, "/permissions/grant", mail.replacing("%", with: "read"))
                let caller = try await graph.signedIn()
                #expect(try await caller.subscribe(to: receiver.url, changeType: "created").status == 201)
            }
        }
    }

    private func subscription(_ id: String, _ admin: TestCaller) async throws -> [String: Any] {
        let state = try object(try await admin.send(.GET, "/state").body)
        let all = try #require(state["subscriptions"] as? [[String: Any]])
        return try #require(all.first { $0["id"] as? String == id })
    }

    @Test func anAuthorizationEndsWhenToldTo() async throws {
        try await withReceiver { receiver in
            try await self.withAdmin {
                $0.authorization = AuthorizationPolicy(.withhold)
            } _: { graph, admin in
                let created = try await graph.signedIn().subscribe(to: receiver.url)
                let id = try #require(try object(created.body)["id"] as? String)
                _ = try await receiver.next()
                let answer = try await admin.send(.POST, "/subscriptions/\(id)/authorization", #"{"endsIn":"10m"}"#)
                #expect(
                    try object(answer.body)["authorizedUntil"] as? String == GraphDateTime.utc(admin.clock.now() + 10 * minute)
                )
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"9m"}"#)
                #expect(try await self.subscription(id, admin)["authorizedNow"] as? Bool == true)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"1m"}"#)
                _ = try await graph.send(.POST, Self.mail, Self.hello)
                let counts = try object(try await admin.send(.GET, "/state").body)["counts"] as? [String: Int]
                #expect(counts?["withheld"] == 1)
                // A new one lets go what waited.
                _ = try await admin.send(.POST, "/subscriptions/\(id)/authorization", #"{"endsIn":"1h"}"#)
                _ = try await admin.send(.POST, "/clock/advance", #"{"by":"1s"}"#)
                #expect(try await receiver.next().body.contains(#""changeType":"created""#))
            }
        }
    }

    @Test func keysAreRotatedAndTokensOfBeforeAreGood() async throws {
        try await self.withAdmin { graph, admin in
            let caller = try await graph.signedIn()
            let before = try #require(try object(try await admin.send(.GET, "/keys").body)["keys"] as? [String])
            let rotated = try await admin.send(.POST, "/keys")
            #expect(rotated.status == 201)
            let after = try #require(try object(rotated.body)["keys"] as? [String])
            #expect(after.count == 2 && after[1] == before[0] && after[0] != before[0])
            #expect(try await caller.send(.GET, "/v1.0/subscriptions").status == 200)
            #expect(try await graph.signedIn().send(.GET, "/v1.0/subscriptions").status == 200)
        }
    }

    @Test func anotherSeedTakesTheirPlace() async throws {
        try await self.withAdmin { graph, admin in
            let seed =
                #"{"tenants":[{"id":"t1","name":"Fabrikam","users":[{"id":"u1","displayName":"U","userPrincipalName":"u@fabrikam.example"}]}]}"#
            #expect(try await admin.send(.POST, "/seed", seed).status == 200)
            #expect(try await graph.send(.GET, "/v1.0/users/u@fabrikam.example").status == 200)
            #expect(try await graph.send(.GET, "/v1.0/users/sales@example.com").status == 404)
            // Beginning anew is beginning with the same.
            _ = try await admin.send(.POST, "/reset")
            #expect(try await graph.send(.GET, "/v1.0/users/u@fabrikam.example").status == 200)
            let wrong = try await admin.send(.POST, "/seed", #"{"tenants":[]}"#)
            #expect(wrong.status == 400)
            #expect(try self.sentence(wrong) == "The emulator has no tenants: give it at least one.")
        }
    }

    @Test func throttlingMayGiveNoHint() async throws {
        try await self.withAdmin { graph, admin in
            #expect(try await admin.send(.POST, "/throttle", #"{"retryAfterStyle":"none"}"#).status == 201)
            let refused = try await graph.send(.GET, "/v1.0/subscriptions")
            #expect(refused.status == 429)
            #expect(refused.fields["retry-after"].isEmpty)
        }
    }

    @Test func namesThatWereMeantAreSaid() async throws {
        try await withReceiver { receiver in
            try await self.withAdmin { graph, admin in
                let created = try await graph.signedIn().subscribe(to: receiver.url)
                let id = try #require(try object(created.body)["id"] as? String)
                let almost = "\(id.dropLast())\(id.hasSuffix("0") ? "1" : "0")"
                for (path, body) in [
                    ("/subscriptions/\(almost)/remove", "{}"),
                    ("/faults", #"{"effect":"drop","subscription":"\#(almost)"}"#),
                ] {
                    let answer = try await admin.send(.POST, path, body)
                    #expect(answer.status == 404)
                    #expect(try self.sentence(answer) == "There is no subscription '\(almost)'; did you mean '\(id)'?")
                }
                for (body, status, sentence) in [
                    (
                        #"{"application":"Contoso Rely","permission":"Mail.Read"}"#, 404,
                        "There is no application 'Contoso Rely'; did you mean 'Contoso Relay'?"
                    ),
                    (
                        #"{"application":"Contoso Relay","permission":"Mail.Raed"}"#, 400,
                        "There is no application permission 'Mail.Raed'; did you mean 'Mail.Read'?"
                    ),
                    (
                        #"{"application":"Contoso Relay","permission":"Mail.Read","tenant":"contosi"}"#, 404,
                        "There is no tenant 'contosi'; did you mean 'Contoso'?"
                    ),
                    (#"{"aplication":"x"}"#, 400, "There is no member 'aplication'; did you mean 'application'?"),
                ] {
                    let answer = try await admin.send(.POST, "/permissions/grant", body)
                    #expect(answer.status == status)
                    #expect(try self.sentence(answer) == sentence)
                }
            }
        }
    }

    @Test(arguments: [
        ("POST", "/seed", "[]", 400), ("POST", "/seed", #"{"tenant":[]}"#, 400), ("PUT", "/keys", "", 405),
        ("POST", "/permissions", "{}", 404), ("POST", "/permissions/grant", "{}", 400),
        ("POST", "/subscriptions/x/authorization", "{}", 404),
        ("POST", "/throttle", #"{"retryAfterStyle":"none","retryAfter":3}"#, 400),
        ("GET", "/nothing", "", 404), ("GET", "/reset", "", 405), ("DELETE", "/state", "", 405), ("PUT", "/clock", "{}", 405),
        ("POST", "/clock", "{", 400), ("POST", "/clock", #"{"mode":"scaled"}"#, 400),
        ("POST", "/clock", #"{"mode":"steped"}"#, 400),
        ("POST", "/clock/advance", #"{"by":"soon"}"#, 400), ("POST", "/clock/advance", #"{"by":-1}"#, 400),
        ("POST", "/clock/advance", "", 400), ("GET", "/deliveries?outcom=lost", "", 400), ("GET", "/deliveries?limit=0", "", 400),
        ("GET", "/deliveries?after=x", "", 400), ("GET", "/deliveries?outcome=gone", "", 400), ("GET", "/state?x=1", "", 400),
        ("POST", "/faults", #"{"effect":"status","status":99}"#, 400), ("POST", "/faults", #"{"effect":"drop","count":0}"#, 400),
        ("DELETE", "/faults/x", "", 404), ("POST", "/subscriptions/x/lose", #"{"next":1}"#, 404),
        ("POST", "/subscriptions/x/loose", "", 404), ("POST", "/activity", #"{"times":0}"#, 400), ("POST", "/reset", "[]", 400),
        ("POST", "/throttle", #"{"count":0}"#, 400), ("POST", "/reset", String(repeating: " ", count: 70_000), 413),
    ])
    func whatIsWrongIsOneSentence(method: String, path: String, body: String, status: Int) async throws {
        try await self.withAdmin { _, admin in
            let answer = try await admin.send(HTTPMethod(rawValue: method), path, body.isEmpty ? nil : body)
            #expect(answer.status == status)
            let sentence = try #require(try self.sentence(answer))
            #expect(!sentence.contains("\n"))
            #expect(sentence.hasSuffix(".") || sentence.hasSuffix("?"))
            if status == 405 { #expect(answer.fields["allow"].count == 1) }
        }
    }

    @Test func pagesFromElsewhereAreRefused() async throws {
        try await self.withAdmin { _, admin in
            for field in [("Host", "evil.example"), ("Origin", "https://evil.example"), ("Origin", "null")] {
                let answer = try await admin.send(.POST, "/reset", fields: [field])
                #expect(answer.status == 403, "\(field)")
            }
            let neighbour = try await admin.send(.POST, "/reset", fields: [("Origin", "http://localhost:3000")])
            #expect(neighbour.status == 403)
            let own = admin.base.prefix(admin.base.count - "/emulator/v1".count)
            #expect(try await admin.send(.POST, "/reset", fields: [("Origin", String(own))]).status == 204)
        }
    }

    @Test func aTakenPortIsSaidToBeTheAdminSides() async throws {
        try await withReceiver { receiver in
            var configuration = GraphEmulatorConfiguration(port: 0)
            configuration.adminPort = Int(receiver.url.split(separator: ":").last ?? "")
            let error = await #expect(throws: AdminListenerError.self) {
                try await GraphEmulator(configuration: configuration, logger: .silent).run()
            }
            #expect(error?.port == configuration.adminPort)
            #expect(error?.cause is IOError)
        }
    }
}
