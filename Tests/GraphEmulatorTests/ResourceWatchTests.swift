import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct ResourceWatchTests {
    private static func watched(_ resource: String, as user: String? = nil, changeType: String = "updated") throws
        -> ResourceWatch
    {
        var graph = emptyGraph()
        graph.settleIn(now: morning)
        let asker = EmulatedTenant.contoso.user(user ?? "").map { Caller.user($0) } ?? caller
        return try graph.subscribe(.mail(resource, changeType: changeType), from: asker).watch
    }

    @Test func namesBecomeIDs() throws {
        let inbox = try #require(WellKnownFolder.named("Inbox")).id(of: sales.id)
        for resource in [
            "users/SALES@example.com/mailFolders('Inbox')/messages", "/Users/\(sales.id)/mailfolders/\(inbox)/Messages",
        ] {
            let watch = try Self.watched(resource)
            #expect(watch.paths == ["users/\(sales.id)/mailfolders/\(inbox)/messages"])
        }
        #expect(try Self.watched("me/messages", as: anna.id).paths == ["users/\(anna.id)/messages"])
        let drive = TenantData.driveID(of: anna.id)
        #expect(try Self.watched("me/drive/root", as: anna.id).paths == ["drives/\(drive)/root"])
        #expect(try Self.watched("drives/\(drive)/root").paths == ["drives/\(drive)/root"])
        #expect(
            try Self.watched("communications/presences/\(anna.id.uppercased())", as: ben.id).paths
                == ["communications/presences/\(anna.id)"])
        #expect(try Self.watched("teams/getAllMessages").paths == ["teams/getallmessages"])
        #expect(try Self.watched("chats/19:A@thread.v2/messages").paths == ["chats/19:A@thread.v2/messages"])
        let rich = try Self.watched("users/\(sales.id)/messages?$select=subject, isRead&$filter=isRead eq true")
        #expect(rich.select == ["subject", "isRead"])
        #expect(rich.filter == .compare(["isRead"], .eq, true))
    }

    @Test func meIsAnotherForEachUser() throws {
        var graph = emptyGraph()
        _ = try graph.subscribe(.mail("me/messages"), from: .user(anna))
        _ = try graph.subscribe(.mail("me/messages"), from: .user(sales))
        #expect(
            refusal { () throws(GraphRefusal) in _ = try graph.subscribe(.mail("/me/messages"), from: .user(anna)) }?.status
                == .conflict)
    }

    @Test func whatResourceDataNeedsOfAnOutlookResource() {
        func refused(_ query: String) -> GraphRefusal? {
            var graph = emptyGraph()
            var draft = SubscriptionDraft.mail("users/sales@example.com/messages\(query)")
            draft.includeResourceData = true
            return refusal { () throws(GraphRefusal) in _ = try graph.propose(draft, from: caller, now: morning) }
        }
        #expect(refused("") == .selectRequired)
        for query in [
            "?$select=body", "?$select=subject,uniqueBody", "?$select=subject&$top=5", "?$select=subject&$expand=attachments",
        ] {
            #expect(refused(query) == .optionsNotSupported, "\(query)")
        }
        #expect(ResourceRule.rule(for: ResourcePath("users/u/messages"))?.maximumMinutes(withResourceData: true) == 1440)
        #expect(ResourceRule.rule(for: ResourcePath("users"))?.maximumMinutes(withResourceData: true) == nil)
        #expect(ResourceRule.rule(for: ResourcePath("chats/c"))?.maximumMinutes(withResourceData: true) == 4320)
    }

    /// A change finds those who watch it through an index, whose entries go with the subscriptions.
    @Test func theIndexFollowsTheSubscriptions() throws {
        var table = SubscriptionTable()
        var graph = emptyGraph()
        var subscriptions: [EmulatedSubscription] = []
        for number in Int64(0)..<5 {
            let subscription = try graph.subscribe(
                .mail(
                    "users/sales@example.com/messages",
                    changeType: ["created", "updated", "deleted", "created,updated", "created,deleted"][Int(number)],
                    expiresAt: morning + (60 + number) * minute))
            subscriptions.append(subscription)
            table.insert(subscription)
        }
        let state = ResourceChange.State(
            id: "m", immutableID: nil, watched: ["users/\(sales.id)/messages"], etag: nil, members: [:])
        let change = ResourceChange(
            tenantID: caller.tenantID, kind: .message, before: nil, after: state, announced: nil, name: nil, details: [:])
        func numbers(at now: Int64) -> [Int] { table.concerned(by: change, now: now).map(\.0.number) }
        #expect(numbers(at: morning) == [1, 4, 5])
        table.remove(subscriptions[3], counting: morning)
        #expect(numbers(at: morning) == [1, 5])
        #expect(numbers(at: morning + 60 * minute) == [5])
        var renewed = subscriptions[4]
        renewed.expiresAt = morning + 200 * minute
        table.replace(renewed)
        #expect(numbers(at: morning + 100 * minute) == [5])
        #expect(numbers(at: morning + 200 * minute) == [])
        let foreign = ResourceChange(
            tenantID: "other", kind: .message, before: nil, after: state, announced: nil, name: nil, details: [:])
        table.insert(subscriptions[0])
        #expect(table.concerned(by: foreign, now: morning).isEmpty)
        #expect(table.live(at: morning).count == 1)
    }

    @Test func contentForNotificationsThatCarryIt() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(.mail())
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        let message = try graph.create(["subject": "Hello"], in: scope, now: morning)
        let state = graph.data(of: caller.tenantID).state(of: message, in: scope.key)
        let change = ResourceChange(
            tenantID: caller.tenantID, kind: .message, before: nil, after: state, announced: nil,
            name: TenantData.name(of: message, in: scope.key), details: [:]
        )
        let selected = try JSONValue(try #require(change.content(for: subscription, select: ["subject", "isRead"])).bytes).object
        #expect(selected?.map(\.name) == ["@odata.type", "@odata.id", "@odata.etag", "id", "subject", "isRead"])
        let whole = try JSONValue(try #require(change.content(for: subscription)).bytes).object
        #expect(whole?["body"] != nil)
        let gone = ResourceChange(
            tenantID: caller.tenantID, kind: .message, before: state, after: nil, announced: nil, name: change.name, details: [:])
        #expect(gone.content(for: subscription) == nil)
    }
}
