import Testing

@testable import GraphNotifications

@Suite struct SubscriptionRequestTests {
    private func refusal(_ request: SubscriptionRequest, lifecycleURL: String? = nil) -> String? {
        do throws(GraphError) {
            try request.validate(lifecycleNotificationURL: lifecycleURL)
            return nil
        } catch {
            #expect(error.code == .invalidDeclaration)
            return error.message
        }
    }

    private let good = SubscriptionRequest(name: "sales", resource: "users/u/messages", changeTypes: .created)

    @Test func whatGraphTakes() {
        #expect(self.refusal(self.good) == nil)
        var request = self.good
        request.lifetime = .seconds(10_070 * 60)
        request.clientState = String(repeating: "x", count: 128)
        #expect(self.refusal(request) == nil)
        request.resource = "chats/getAllMessages"
        request.lifetime = .seconds(3600)
        #expect(self.refusal(request) == nil)
        request.lifetime = .seconds(4_320 * 60)
        #expect(self.refusal(request, lifecycleURL: "https://me.test/l") == nil)
    }

    @Test func objectsMayBeAskedFor() {
        var request = self.good
        request.includesResourceData = true
        request.resource = "users/u/messages?$select=subject"
        request.lifetime = .seconds(1440 * 60)
        #expect(self.refusal(request) == nil)
        request.lifetime = nil
        #expect(request.lifetime(hasLifecycleNotificationURL: true) == .seconds(1430 * 60))
        request.resource = "chats/getAllMessages"
        #expect(self.refusal(request) == nil)
    }

    @Test func whatGraphWouldRefuse() {
        let changes: [(inout SubscriptionRequest) -> Void] = [
            { $0.name = "" }, { $0.name = "a\nb" }, { $0.resource = "" }, { $0.resource = "https://graph.test/v1.0/users" },
            { $0.changeTypes = [] }, { $0.clientState = "" }, { $0.clientState = String(repeating: "x", count: 129) },
            { $0.lifetime = .zero }, { $0.lifetime = .seconds(10_071 * 60) },
            {
                $0.resource = "chats/getAllMessages"
                $0.lifetime = .seconds(3601)
            },
            { $0.includesResourceData = true }, { $0.resource = "users" }, { $0.resource = "me/drive/root" },
            { $0.resource = "users/u/messages?$top=5" },
            {
                $0.changeTypes = .updated
                $0.resource = "groups"
                $0.includesResourceData = true
            },
            {
                $0.resource = "users/u/messages?$select=subject"
                $0.includesResourceData = true
                $0.lifetime = .seconds(1441 * 60)
            },
        ]
        for change in changes {
            var request = self.good
            change(&request)
            let sentence = self.refusal(request)
            #expect(sentence?.hasSuffix(".") == true, "\(request)")
            #expect(sentence?.contains("xxx") == false)
        }
    }

    @Test func howADeclarationComparesWithWhatGraphHas() {
        typealias Standing = SubscriptionRequest.Standing
        let record = SubscriptionRecord(
            name: "sales", id: "s1", resource: "users/u/messages", changeTypes: .created, notificationURL: "n",
            lifecycleNotificationURL: "l", clientState: "secret", createdAt: 1
        )
        let cases: [(Standing, (inout SubscriptionRequest, inout SubscriptionRecord) -> Void)] = [
            (.current, { _, _ in }), (.moved, { $1.notificationURL = "before" }),
            (
                .different(createsFirst: true),
                {
                    $0.resource = "users/u/events"; _ = $1
                }
            ),
            (
                .different(createsFirst: true),
                {
                    $0.changeTypes = [.created, .deleted]; _ = $1
                }
            ),
            (
                .different(createsFirst: false),
                {
                    $0.account = "other"; $0.resource = "users/u/events"; _ = $1
                }
            ),
            (
                .different(createsFirst: false),
                {
                    $0.account = "other"; _ = $1
                }
            ),
            (
                .different(createsFirst: false),
                {
                    $0.includesResourceData = true; _ = $1
                }
            ),
            (
                .different(createsFirst: false),
                {
                    $0.clientState = "declared"; _ = $1
                }
            ),
            (
                .current,
                {
                    $0.clientState = "secret"; _ = $1
                }
            ),
            (.different(createsFirst: false), { $1.lifecycleNotificationURL = nil }),
            // Written before that was kept.
            (
                .current,
                {
                    $1.lifecycleNotificationURL = nil; $1.createdAt = nil
                }
            ),
        ]
        for (number, (expected, change)) in cases.enumerated() {
            var (request, record) = (self.good, record)
            change(&request, &record)
            let standing = request.standing(of: record, notificationURL: "n", lifecycleNotificationURL: "l")
            #expect(standing == expected, "\(number)")
        }
    }

    @Test func theDescriptionHidesTheSecret() {
        var request = self.good
        request.clientState = "hidden"
        let record = SubscriptionRecord(
            name: "a", resource: "r", changeTypes: .created, notificationURL: "n", clientState: "hidden"
        )
        let known = KnownSubscription(name: "a", id: "1", clientState: "hidden")
        let draft = SubscriptionDraft(
            resource: "r", changeTypes: .created, notificationURL: "n", expiresAt: 0, clientState: "hidden"
        )
        #expect(!"\(request) \(record) \(known) \(draft) \([record]) \([known])".contains("hidden"))
    }
}
