import HTTPTypes
import Testing

import struct GraphNotifications.ChangeTypes

@testable import GraphEmulator

@Suite struct SubscriptionRulesTests {
    /// What can be watched how long, in minutes, and for which changes.
    @Test(arguments: [
        ("users/u/messages", 10_070, "created,updated,deleted"),
        ("/Users/u/MailFolders('inbox')/Messages", 10_070, "created,updated,deleted"),
        ("users/u/events", 10_070, "created,updated,deleted"),
        ("users/u/contactFolders/f/contacts", 10_070, "created,updated,deleted"),
        ("users", 41_760, "updated,deleted"), ("groups/g", 41_760, "updated,deleted"), ("drives/d/root", 42_300, "updated"),
        ("sites/s/lists/l", 42_300, "updated"), ("communications/callRecords", 4230, "created,updated"),
        ("communications/presences/u", 60, "updated"), ("communications/presences?x", 60, "updated"),
        ("teams/t/schedule/shifts", 360, "created,updated,deleted"), ("chats/getAllMessages", 4320, "created,updated,deleted"),
        ("chats/c", 4320, "created,updated"), ("teams/getAllMessages", 4320, "created,updated,deleted"),
        ("security/alerts", 43_200, "created,updated,deleted"), ("print/printers/p/jobs", 4230, "updated"),
        ("communications/onlineMeetings(joinWebUrl='x')/meetingCallEvents", 4230, "updated"),
    ])
    func resources(_ resource: String, _ minutes: Int64, _ changes: String) throws {
        let rule = try #require(ResourceRule.rule(for: ResourcePath(resource)))
        #expect(rule.maximumMinutes == minutes)
        #expect(rule.changeTypes.description == changes)
    }

    @Test(arguments: ["", "/", "nonsense", "users/u/memberOf", "users/u/messages/m", "users/u/mailFolders/inbox", "teams/t/x"])
    func unsupportedResources(_ resource: String) {
        #expect(ResourceRule.rule(for: ResourcePath(resource)) == nil)
    }

    /// Every pattern finds the rule it belongs to: none hides another.
    @Test func everyPatternIsReachable() {
        for rule in ResourceRule.all {
            for path in rule.paths { #expect(ResourceRule.rule(for: ResourcePath(path.text)) == rule, "\(path.text)") }
        }
    }

    private static func refused(_ change: (inout SubscriptionDraft) -> Void) -> GraphRefusal? {
        var draft = SubscriptionDraft.mail()
        change(&draft)
        var graph = emptyGraph()
        return refusal { () throws(GraphRefusal) in _ = try graph.propose(draft, from: caller, now: morning) }
    }

    @Test func whatIsRequired() {
        #expect(Self.refused { _ in } == nil)
        #expect(Self.refused { $0.changeType = nil } == .missingProperty("changeType"))
        #expect(Self.refused { $0.notificationURL = nil } == .missingProperty("notificationUrl"))
        #expect(Self.refused { $0.resource = nil } == .missingProperty("resource"))
        #expect(Self.refused { $0.expiresAt = nil } == .missingProperty("expirationDateTime"))
        #expect(
            GraphRefusal.missingProperty("expirationDateTime").message
                == "expirationDateTime is a required property for subscription creation"
        )
        #expect(Self.refused { $0.clientState = nil } == nil)
        #expect(Self.refused { $0.clientState = String(repeating: "x", count: 128) } == nil)
        #expect(Self.refused { $0.clientState = String(repeating: "x", count: 129) } == .clientStateTooLong)
    }

    @Test(arguments: [
        ("https://127.0.0.1/n", nil), ("http://localhost:5000/n?shard=4", nil), ("http://[::1]:8080/n", nil),
        ("ftp://127.0.0.1/n", "NotificationUrl scheme='ftp' is not supported."),
        ("EventHub:https://x", nil), ("EventGrid:?azuresubscriptionid=1", nil),
        ("http://example.com/n", "NotificationUrl scheme='http' is not supported."),
        ("nonsense", "Invalid notification url='nonsense'."),
        ("http:///n", "Invalid notification url='http:///n'."),
        ("http://127.0.0.1/a b", "Invalid notification url='http://127.0.0.1/a b'."),
        ("http://127.0.0.1@example.com/", "Invalid notification url='http://127.0.0.1@example.com/'."),
        (
            "https://example.com/n",
            "This emulator notifies only this machine, and 'example.com' is not a loopback address. Its configuration can allow other hosts."
        ),
    ])
    func urls(_ url: String, _ message: String?) {
        #expect(Self.refused { $0.notificationURL = url }?.message == message)
        #expect(Self.refused { $0.lifecycleNotificationURL = url }?.message == message)
    }

    @Test func urlsWithOtherSettings() {
        var strict = emptyGraph { $0.requiresHTTPS = true }
        #expect(
            refusal { () throws(GraphRefusal) in _ = try strict.propose(.mail(), from: caller, now: morning) }
                == .unsupportedScheme("http")
        )
        var open = emptyGraph { $0.notifiesOtherHosts = true }
        #expect(
            refusal { () throws(GraphRefusal) in
                _ = try open.propose(.mail(url: "https://example.com/n"), from: caller, now: morning)
            } == nil
        )
    }

    @Test(arguments: [
        ("users/sales@example.com/messages", "created", nil), ("users/sales@example.com/messages", "Created, UPDATED", nil),
        ("users/sales@example.com/messages", "created,moved", "Invalid 'changeType' attribute: 'moved'."),
        ("users/sales@example.com/messages", "created,", "Invalid 'changeType' attribute: ''."),
        ("users", "created", "Invalid 'changeType' attribute: 'created'."), ("users", "updated,deleted", nil),
        ("users/u/drive/root", "created", "Invalid 'changeType' attribute: 'created'."),
        ("nonsense", "created", "Operation: Create; Exception: [Status Code: BadRequest; Reason: Unsupported workload.]"),
        (
            "me/messages", "created",
            "Operation: Create; Exception: [Status Code: BadRequest; Reason: /me request is only valid with delegated authentication flow.]"
        ),
    ])
    func changeTypes(_ resource: String, _ changeType: String, _ message: String?) {
        let refused = Self.refused {
            $0.resource = resource
            $0.changeType = changeType
        }
        #expect(refused?.message == message)
    }

    @Test func queryOptionsOfTheResource() {
        #expect(Self.refused { $0.resource = "users/sales@example.com/messages?$select=subject" } == nil)
        #expect(Self.refused { $0.resource = "users/sales@example.com/messages?$top=5" } == .optionsNotSupported)
        #expect(Self.refused { $0.resource = "users/sales@example.com/messages?$filter=isRead eq false" } == nil)
        #expect(
            Self.refused { $0.resource = "users/sales@example.com/messages?$filter=isRead eq" } == .invalidFilter("isRead eq"))
        let rich = Self.refused {
            $0.resource = "users"
            $0.changeType = "updated"
            $0.includeResourceData = true
        }
        #expect(rich == .noResourceData)
        #expect(Self.refused { $0.hasWebPushKeys = true } == .webPushOnly)
    }

    @Test func teamsWantALifecycleURLForMoreThanAnHour() {
        func chats(_ minutes: Int64, lifecycle: String?) -> GraphRefusal? {
            Self.refused {
                $0.resource = "chats/getAllMessages"
                $0.expiresAt = morning + minutes * minute
                $0.lifecycleNotificationURL = lifecycle
            }
        }
        #expect(chats(60, lifecycle: nil) == nil)
        #expect(chats(61, lifecycle: nil) == .lifecycleURLRequired)
        #expect(chats(61, lifecycle: "http://127.0.0.1/l") == nil)
    }

    /// Each resource: the longest lifetime is accepted, a minute more is not.
    @Test(arguments: ResourceRule.all)
    func longestLifetime(_ rule: ResourceRule) throws {
        let resource = try #require(rule.paths.first).text.replacing("users/{user}", with: "users/sales@example.com")
        var draft = SubscriptionDraft.mail(
            resource, changeType: rule.changeTypes.description, expiresAt: morning + rule.maximumMinutes * minute
        )
        draft.lifecycleNotificationURL = "http://127.0.0.1/l"
        // Some resources are open to users only.
        let isForUsers = ResourcePath(resource).family?.permissions(for: .read, isAppOnly: true).isEmpty == true
        let caller = isForUsers ? Caller.user(sales) : caller
        var graph = emptyGraph()
        #expect(try graph.subscribe(draft, from: caller).expiresAt == morning + rule.maximumMinutes * minute)
        graph = emptyGraph()
        draft.expiresAt = morning + (rule.maximumMinutes + 1) * minute
        let refused = refusal { () throws(GraphRefusal) in _ = try graph.subscribe(draft, from: caller) }
        #expect(refused?.code == "ExtensionError")
        #expect(refused?.status == .badRequest)
    }

    @Test func textsOfTooLong() {
        func text(_ resource: String, _ minutes: Int64) -> String? {
            var draft = SubscriptionDraft.mail(resource, changeType: "updated", expiresAt: morning + minutes * minute)
            draft.lifecycleNotificationURL = "http://127.0.0.1/l"
            var graph = emptyGraph()
            return refusal { () throws(GraphRefusal) in _ = try graph.subscribe(draft) }?.message
        }
        #expect(
            text("users/sales@example.com/messages", 10_080)
                == "Subscription expiration can only be 10070 minutes in the future."
        )
        #expect(
            text("chats/getAllMessages", 4321)
                == "Operation: Create; Exception: [Status Code: BadRequest; Reason: Expiration time '2026-11-27T09:31:00Z' ('-3.00:01:00' from now) is beyond allowed max '3.00:00:00'.]"
        )
    }

    @Test func whatIsTooShortIsRaised() throws {
        var graph = emptyGraph()
        let short = try graph.subscribe(.mail(changeType: "created", expiresAt: morning + 10 * minute))
        #expect(short.expiresAt == morning + 45 * minute)
        let past = try graph.subscribe(.mail(changeType: "updated", expiresAt: morning - 10 * minute))
        #expect(past.expiresAt == morning + 45 * minute)
    }

    @Test func theSameAgainIsAConflict() throws {
        var graph = emptyGraph()
        let first = try graph.subscribe(.mail("users/sales@example.com/messages", changeType: "created,updated"))
        func again(_ resource: String, _ changeType: String, from caller: Caller = caller) -> GraphRefusal? {
            refusal { () throws(GraphRefusal) in
                _ = try graph.propose(.mail(resource, changeType: changeType), from: caller, now: morning)
            }
        }
        let conflict = GraphRefusal(
            .conflict, "ObjectIdentifierInUse", "Subscription Id \(first.id) already exists for the requested combination"
        )
        #expect(again("users/sales@example.com/messages", "created,updated") == conflict)
        #expect(again("/Users('Sales@example.com')/Messages", "updated, created") == conflict)
        #expect(again("users/sales@example.com/messages", "created") == nil)
        #expect(again("users/anna@example.com/messages", "created,updated") == nil)
        let other = Caller.application(.contosoIdentity, of: .contoso)
        #expect(again("users/sales@example.com/messages", "created,updated", from: other) == nil)
        #expect(
            refusal { () throws(GraphRefusal) in
                _ = try graph.propose(
                    .mail(changeType: "created,updated", expiresAt: morning + 200 * minute), from: caller,
                    now: morning + 60 * minute
                )
            } == nil
        )
    }

    @Test func duplicatesCanBeAllowed() throws {
        var graph = emptyGraph { $0.allowsDuplicates = true }
        let first = try graph.subscribe(.mail())
        #expect(try graph.subscribe(.mail()).id != first.id)
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        _ = try graph.create([:], in: scope, now: morning)
        #expect(graph.deliver(at: morning + minute).flatMap { $0 }.count == 2)
    }

    @Test func mailboxesAndFoldersThatAreNotThere() {
        func refused(_ resource: String) -> GraphRefusal? {
            var graph = emptyGraph()
            return refusal { () throws(GraphRefusal) in _ = try graph.subscribe(.mail(resource)) }
        }
        #expect(refused("users/nobody@example.com/messages") == .unknownMailbox)
        #expect(refused("users/sales@example.com/mailFolders/nowhere/messages") == .unknownFolder)
        #expect(refused("users/\(sales.id)/mailFolders('SentItems')/messages") == nil)
    }

    @Test func aMailboxHasOnlySoManySubscriptions() throws {
        var graph = emptyGraph {
            $0.quotas.perMailbox = 2
            $0.limits.subscriptions = 3
        }
        _ = try graph.subscribe(.mail(changeType: "created"))
        _ = try graph.subscribe(.mail(changeType: "updated"))
        let refused = refusal { () throws(GraphRefusal) in _ = try graph.subscribe(.mail(changeType: "deleted")) }
        #expect(refused?.status == .forbidden)
        #expect(
            refused?.message
                == "Operation: Create; Exception: [Status Code: 429; Reason: Resource 'SubscriptionCountReached' has reached limit of '2'. Please retry after '12/31/9999 11:59:59 PM']"
        )
        _ = try graph.subscribe(.mail("users/anna@example.com/messages"))
        #expect(refusal { () throws(GraphRefusal) in _ = try graph.subscribe(.mail("users", changeType: "updated")) } == .tooMany)
    }
}
