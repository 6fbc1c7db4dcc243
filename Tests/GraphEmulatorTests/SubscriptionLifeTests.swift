import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct SubscriptionLifeTests {
    @Test func itIsWrittenAsGraphWritesIt() throws {
        var graph = emptyGraph()
        var draft = SubscriptionDraft.mail("/users/sales@example.com/messages", changeType: "created,updated")
        draft.lifecycleNotificationURL = "http://127.0.0.1:9/lifecycle"
        let subscription = try graph.subscribe(draft)
        let head =
            #"{"id":"\#(subscription.id)","resource":"/users/sales@example.com/messages","applicationId":"\#(caller.applicationID)","changeType":"created,updated","clientState":"#
        let tail =
            #","notificationUrl":"http://127.0.0.1:9/notifications","notificationQueryOptions":null,"lifecycleNotificationUrl":"http://127.0.0.1:9/lifecycle","expirationDateTime":"2026-11-24T10:30:00Z","creatorId":"5d20c7e1-8a94-4b3f-a6d2-e91b04f7c385","includeResourceData":null,"latestSupportedTlsVersion":"v1_2","encryptionCertificate":null,"encryptionCertificateId":null,"notificationUrlAppId":null,"vapidPublicKey":null,"webPushEncryptionP256dhPublicKey":null,"webPushEncryptionSecret":null}"#
        #expect(String(buffer: subscription.json().bytes) == head + #""state-1""# + tail)
        #expect(String(buffer: subscription.json(showsClientState: false).bytes) == head + "null" + tail)
    }

    @Test func itIsGoneWhenItsTimeIsUp() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(.mail())
        let end = subscription.expiresAt
        #expect(try graph.subscription(subscription.id.uppercased(), of: caller, now: end - 1) == subscription)
        #expect(graph.subscriptions(of: caller, after: 0, now: end - 1).page.count == 1)
        let gone = refusal { () throws(GraphRefusal) in _ = try graph.subscription(subscription.id, of: caller, now: end) }
        #expect(gone == .unknownSubscription)
        #expect(graph.subscriptions(of: caller, after: 0, now: end).page.isEmpty)
    }

    /// What the token decides: who sees a subscription in lists and by its id, and who may change it.
    @Test func visibility() throws {
        var graph = emptyGraph()
        let ours = try graph.subscribe(.mail("users/\(sales.id)/messages"))
        let annas = try graph.subscribe(.mail("me/messages"), from: .user(anna))
        let salesOwn = try graph.subscribe(.mail("me/messages"), from: .user(sales))
        let theirs = try graph.subscribe(.mail("users/\(sales.id)/messages"), from: .application(.contosoIdentity, of: .contoso))
        func seen(by caller: Caller) -> [String] {
            graph.subscriptions(of: caller, after: 0, now: morning).page.map(\.id)
        }
        func isChangeable(_ subscription: EmulatedSubscription, by caller: Caller) -> Bool {
            refusal { () throws(GraphRefusal) in
                _ = try graph.proposeReauthorization(of: subscription.id, from: caller, now: morning)
            } == nil
        }
        var wide = Set(ResourceFamily.allDelegatedPermissions)
        wide.insert("Subscription.Read.All")
        let other = EmulatedApplication.contosoIdentity
        #expect(seen(by: caller) == [ours.id, annas.id, salesOwn.id])
        #expect(seen(by: .user(anna)) == [annas.id])
        #expect(seen(by: .user(anna, wide, application: other)) == [annas.id])
        #expect(seen(by: .user(ben, wide)) == [ours.id, annas.id, salesOwn.id, theirs.id])
        #expect(seen(by: .user(ben)) == [])
        #expect(isChangeable(ours, by: caller))
        #expect(!isChangeable(annas, by: caller))
        #expect(isChangeable(annas, by: .user(anna)))
        #expect(!isChangeable(annas, by: .user(anna, wide, application: other)))
        #expect(!isChangeable(annas, by: .user(ben, wide)))
        #expect(!isChangeable(ours, by: .user(sales)))
        #expect(annas.creatorID == anna.id)
        #expect(annas.resource == "me/messages")
        #expect(annas.watch.paths == ["users/\(anna.id)/messages"])
        #expect(ours.creatorID == EmulatedApplication.contoso.servicePrincipalID)
    }

    @Test func reauthorizing() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(.mail())
        var later = caller
        later.tokenExpiresAt = morning + 30 * minute
        #expect(try graph.reauthorize(subscription.id, from: later, now: morning + 5 * minute) == false)
        let after = try graph.subscription(subscription.id, of: caller, now: morning + 5 * minute)
        #expect(after.expiresAt == subscription.expiresAt)
        #expect(graph.authorizations.isAuthorized(subscription.id, at: morning + 30 * minute - 1))
        #expect(!graph.authorizations.isAuthorized(subscription.id, at: morning + 30 * minute))

        var draft = SubscriptionDraft()
        draft.expiresAt = morning + 600 * minute
        func renew(_ now: Int64) throws(GraphRefusal) -> (subscription: EmulatedSubscription, isTooSoon: Bool) {
            try graph.update(subscription.id, with: draft, from: caller, requestedAt: now, now: now)
        }
        let soon = try renew(morning + 14 * minute)
        #expect(soon.isTooSoon)
        #expect(graph.authorizations.isAuthorized(subscription.id, at: morning + 30 * minute))
        #expect(try !renew(morning + 15 * minute).isTooSoon)
        #expect(try graph.reauthorize(subscription.id, from: caller, now: morning + 24 * minute))
        #expect(try !graph.reauthorize(subscription.id, from: caller, now: morning + 25 * minute))
    }

    /// Too soon after each other they fail now and then, if that is wanted.
    @Test func confusion() throws {
        var graph = emptyGraph { $0.quirks.confusesReauthorizationWithRenewal = true }
        let subscription = try graph.subscribe(.mail())
        _ = try graph.reauthorize(subscription.id, from: caller, now: morning)
        var outcomes: Set<String> = []
        for step in 1...40 {
            var draft = SubscriptionDraft()
            draft.expiresAt = morning + Int64(100 + step) * minute
            do throws(GraphRefusal) {
                let renewed = try graph.update(
                    subscription.id, with: draft, from: caller, requestedAt: morning, now: morning + 1
                )
                outcomes.insert(renewed.subscription.expiresAt == draft.expiresAt ? "renewed" : "forgotten")
            } catch {
                outcomes.insert(error.code)
            }
        }
        #expect(outcomes == ["renewed", "forgotten", "ResourceNotFound"])
    }

    /// What only a create may say is passed over by an update.
    @Test func whatCannotBeChanged() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(.mail())
        var draft = SubscriptionDraft.mail(
            "users/anna@example.com/messages", changeType: "deleted", url: "http://127.0.0.1:9/new")
        draft.clientState = "another"
        draft.lifecycleNotificationURL = "http://127.0.0.1:9/l"
        #expect(
            try graph.proposeUpdate(of: subscription.id, with: draft, from: caller, now: morning) == ["http://127.0.0.1:9/new"])
        let updated = try graph.update(subscription.id, with: draft, from: caller, requestedAt: morning, now: morning)
            .subscription
        var expected = subscription
        expected.notificationURL = "http://127.0.0.1:9/new"
        expected.renewedAt = morning
        #expect(updated == expected)
    }

    @Test func anotherApplicationDoesNotSeeIt() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(.mail())
        let other = Caller.application(.contosoIdentity, of: .contoso)
        #expect(
            refusal { () throws(GraphRefusal) in _ = try graph.subscription(subscription.id, of: other, now: morning) } != nil)
        #expect(
            refusal { () throws(GraphRefusal) in try graph.deleteSubscription(subscription.id, of: other, now: morning) } != nil)
        #expect(graph.subscriptions(of: other, after: 0, now: morning).page.isEmpty)
    }

    @Test func renewing() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(.mail())
        var draft = SubscriptionDraft()
        func refused() -> GraphRefusal? {
            refusal { () throws(GraphRefusal) in
                _ = try graph.proposeUpdate(of: subscription.id, with: draft, from: caller, now: morning)
            }
        }
        #expect(refused() == .nothingToUpdate)
        draft.expiresAt = morning + 10_071 * minute
        #expect(refused()?.message == "Subscription expiration can only be 10070 minutes in the future.")
        draft.expiresAt = morning + 10_070 * minute
        #expect(refused() == nil)
        draft.notificationURL = "http://example.com/"
        #expect(refused() == .unsupportedScheme("http"))
        draft.notificationURL = nil
        let renewed = try graph.update(
            subscription.id, with: draft, from: caller, requestedAt: morning, now: morning + 5
        ).subscription
        #expect(renewed.expiresAt == morning + 10_070 * minute)
        #expect(renewed.notificationURL == subscription.notificationURL)
        #expect(try graph.subscription(subscription.id, of: caller, now: morning + 5) == renewed)

        draft.expiresAt = morning + minute
        let short = try graph.update(
            subscription.id, with: draft, from: caller, requestedAt: morning, now: morning + 5
        ).subscription
        #expect(short.expiresAt == morning + 45 * minute)
        let late = refusal { () throws(GraphRefusal) in
            _ = try graph.update(
                subscription.id, with: draft, from: caller, requestedAt: morning, now: morning + 45 * minute
            )
        }
        #expect(late == .unknownSubscription)
    }

    @Test func renewingPastTheMaximumOfTeams() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(.mail("chats/getAllMessages"))
        var draft = SubscriptionDraft()
        draft.expiresAt = morning + 4321 * minute
        let refused = refusal { () throws(GraphRefusal) in
            _ = try graph.proposeUpdate(of: subscription.id, with: draft, from: caller, now: morning)
        }
        #expect(refused?.message.hasPrefix("Operation: Update; Exception: [Status Code: BadRequest; Reason: Expiration") == true)
        draft.expiresAt = morning + 61 * minute
        #expect(
            refusal { () throws(GraphRefusal) in
                _ = try graph.proposeUpdate(of: subscription.id, with: draft, from: caller, now: morning)
            } == .lifecycleURLRequired
        )
    }

    @Test func deletingTakesBackWhatWasNotSent() throws {
        var graph = emptyGraph()
        let first = try graph.subscribe(.mail(changeType: "created"))
        let second = try graph.subscribe(.mail(changeType: "created,updated"))
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        _ = try graph.create([:], in: scope, now: morning)
        try graph.deleteSubscription(first.id, of: caller, now: morning)
        let posts = graph.posts(at: morning + minute)
        #expect(posts.count == 1)
        #expect(posts.first?.count == 1)
        #expect(posts.first?.first?.contains(second.id) == true)
        #expect(refusal { () throws(GraphRefusal) in try graph.deleteSubscription(first.id, of: caller, now: morning) } != nil)
    }

    @Test func pages() throws {
        var graph = emptyGraph { $0.pageSize = 2 }
        for resource in ["users", "groups", "users/a", "users/b", "users/c"] {
            _ = try graph.subscribe(.mail(resource, changeType: "updated"))
        }
        let first = graph.subscriptions(of: caller, after: 0, now: morning)
        #expect(first.page.map(\.resource) == ["users", "groups"])
        #expect(first.hasMore)
        let second = graph.subscriptions(of: caller, after: first.page[1].number, now: morning)
        #expect(second.page.map(\.resource) == ["users/a", "users/b"])
        let third = graph.subscriptions(of: caller, after: second.page[1].number, now: morning)
        #expect(third.page.map(\.resource) == ["users/c"])
        #expect(!third.hasMore)
    }

    @Test func skipTokens() throws {
        for number in [0, 1, 35, 36, 123_456] { #expect(try SkipToken(SkipToken(number: number).text).number == number) }
        for text in ["", "s", "x1", "s-1", "s+1", "s01", "sA", "s99999999999999999999", "s 1"] {
            #expect(refusal { () throws(GraphRefusal) in _ = try SkipToken(text) } == .invalidOption("$skiptoken"), "\(text)")
        }
    }

    @Test(arguments: [
        "", "null", "[]", "{", "{}x", #"{"changeType":1}"#, #"{"NotificationURL":"x"}"#, #"{"changetype":"created"}"#,
        #"{"expirationDateTime":"2026-11-24T09:30:00"}"#, #"{"expirationDateTime":"2018-09-5T00:00:00Z"}"#,
        #"{"includeResourceData":"yes"}"#, #"{"resource":{}}"#, #"{"clientState":["x"]}"#, "{\"resource\":\"\u{1}\"}",
    ])
    func malformedBodies(_ body: String) {
        let refused = refusal { () throws(GraphRefusal) in
            _ = try SubscriptionDraft(ByteBuffer(string: body), for: "creation")
        }
        #expect(refused == .malformedSubscription("creation"))
        #expect(
            refused?.message
                == "Could not process subscription creation payload. Are all property names spelled and camelCased properly? Also are the datetimeoffset values in a valid internet Date and Time format?"
        )
    }

    @Test func everyPropertyIsRead() throws {
        let draft = try SubscriptionDraft(
            ByteBuffer(
                string: #"""
                    {"@odata.type":"#microsoft.graph.subscription","changeType":"created","notificationUrl":"u","lifecycleNotificationUrl":"l",
                     "resource":"r","expirationDateTime":"2026-11-24T11:30:00+02:00","clientState":"c","includeResourceData":false,
                     "latestSupportedTlsVersion":"v1_3","notificationQueryOptions":"q","notificationUrlAppId":"a","id":null,
                     "encryptionCertificate":"e","encryptionCertificateId":"i","webPushEncryptionSecret":"s"}
                    """#
            ),
            for: "creation"
        )
        var expected = SubscriptionDraft()
        expected.changeType = "created"
        expected.notificationURL = "u"
        expected.lifecycleNotificationURL = "l"
        expected.resource = "r"
        expected.expiresAt = morning
        expected.clientState = "c"
        expected.includeResourceData = false
        expected.latestSupportedTLSVersion = "v1_3"
        expected.notificationQueryOptions = "q"
        expected.notificationURLAppID = "a"
        expected.hasWebPushKeys = true
        expected.encryptionCertificate = "e"
        expected.encryptionCertificateID = "i"
        #expect(draft == expected)
    }

    private static let answers: [(Int, String?, String?, GraphRefusal?)] = [
        (200, "text/plain", "t", nil), (200, "text/plain; charset=utf-8", "t", nil), (200, "TEXT/PLAIN;charset=utf-8", "t", nil),
        (200, "text/html", "t", nil), (200, nil, "t", nil), (201, "text/plain", "t", .validationNotOK),
        (202, "text/plain", "t", .validationNotOK), (204, "text/plain", "", .validationNotOK), (302, nil, "", .validationNotOK),
        (404, nil, "", .validationNotOK), (500, "text/plain", "t", .validationNotOK),
        (200, "text/plain", "t\n", .validationMismatch),
        (200, "text/plain", "\"t\"", .validationMismatch), (200, "text/plain", "\u{FEFF}t", .validationMismatch),
        (200, "text/plain", "", .validationMismatch), (200, "text/plain", nil, .validationMismatch),
    ]

    @Test(arguments: answers)
    func handshakeAnswers(_ status: Int, _ type: String?, _ body: String?, _ refusal: GraphRefusal?) {
        let answer = ValidationCall.Answer(status: status, contentType: type, body: body.map { ByteBuffer(string: $0) })
        #expect(answer.refusal(token: "t", requiresPlainText: false) == refusal)
        let strict = answer.refusal(token: "t", requiresPlainText: true)
        #expect(strict == (refusal ?? (answer.isPlainText ? nil : .validationNotPlainText)))
    }
}
