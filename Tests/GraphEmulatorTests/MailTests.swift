import HTTPTypes
import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct MailTests {
    @Test(arguments: [
        "{", "[]", "null", "{}{}", #"{"subject":1}"#, #"{"body":"text"}"#, #"{"isRead":"yes"}"#, #"{"toRecipients":{}}"#,
        #"{"toRecipients":["a@example.com"]}"#, #"{"importance":"urgent"}"#, #"{"receivedDateTime":"yesterday"}"#,
        "{\"subject\":\"\u{1}\"}", #"{"subject":"\ud800"}"#, String(repeating: "[", count: 100), #"{"isRead":null}"#,
    ])
    func malformedMessages(_ body: String) {
        let request = EmulatorRequest(.post, "/", body: ByteBuffer(string: body))
        #expect(
            refusal { () throws(GraphRefusal) in _ = try EntityType.message.accept(request.object()) } == .malformedBody)
    }

    @Test func emptyAndUnknown() {
        #expect(refusal { () throws(GraphRefusal) in _ = try EmulatorRequest(.post, "/").object() } == .emptyBody)
        let refused = refusal { () throws(GraphRefusal) in
            _ = try EntityType.message.accept(["Subject": "x", "colour": "red"])
        }
        #expect(refused == .unknownProperty("Subject", type: "microsoft.graph.message"))
    }

    @Test func everyPropertyIsRead() throws {
        let body = #"""
            {"@odata.type":"#microsoft.graph.message","subject":"Hé\n","body":{"contentType":"HTML","content":"<p>x</p>"},
             "from":{"emailAddress":{"name":"A","address":"a@example.com"}},
             "toRecipients":[{"emailAddress":{"address":"c@example.com","name":null}}],"ccRecipients":[],"importance":"High",
             "isRead":true,"categories":["x","y"],"receivedDateTime":"2026-11-24T10:30:00+01:00","id":"mine","flag":{"a":[1]}}
            """#
        let members = try EntityType.message.accept(EmulatorRequest(.post, "/", body: ByteBuffer(string: body)).object())
        let expected: JSONMembers = [
            "subject": "Hé\n", "body": ["contentType": "html", "content": "<p>x</p>"],
            "from": ["emailAddress": ["name": "A", "address": "a@example.com"]],
            "toRecipients": [["emailAddress": ["name": "c@example.com", "address": "c@example.com"]]], "ccRecipients": [],
            "importance": "high", "isRead": true, "categories": ["x", "y"], "receivedDateTime": "2026-11-24T09:30:00Z",
            "flag": ["a": [1]],
        ]
        #expect(members == expected)
    }

    @Test(arguments: [
        (false, "Hello", "Hello"), (false, "  a \r\n\n b  ", "a b"), (true, "<p>Hello <b>you</b></p><p>!</p>", "Hello you !"),
        (false, "<p>", "<p>"), (true, "a<", "a"), (false, "", ""),
        (false, String(repeating: "x", count: 300), String(repeating: "x", count: 255)),
        (false, String(repeating: "x ", count: 300), String(String(repeating: "x ", count: 300).prefix(255))),
    ])
    func previews(_ isHTML: Bool, _ content: String, _ preview: String) {
        #expect(MessageBody(isHTML: isHTML, content: content).preview == preview)
    }

    /// Word for word what a receiver gets.
    @Test func aChangeBecomesANotification() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(.mail())
        let scope = try graph.mailScope(user: "SALES@example.com", folder: nil)
        let created = try graph.create([:], in: scope, now: morning)
        #expect(created.id.wholeMatch(of: /AAMkAG[A-Za-z0-9_-]+AAA=/) != nil)
        #expect(created.container == WellKnownFolder.named("drafts")?.id(of: sales.id))
        let updated = try graph.update(created.id, in: scope, with: ["isRead": false], now: morning)
        #expect(updated.changeKey != created.changeKey)
        let drafts = try graph.mailScope(user: sales.id, folder: "Drafts")
        graph.remove(try graph.entity(created.id, in: drafts), in: drafts, now: morning)

        let items = try #require(graph.posts(at: morning + 20).first)
        let expected = [("created", created.etag), ("updated", updated.etag), ("deleted", updated.etag)]
        #expect(items.count == expected.count)
        for (item, (change, etag)) in zip(items, expected) {
            let resource = "Users/0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235/Messages/\(created.id)"
            let id = try #require(item.firstMatch(of: /^\{"id":"([A-Za-z0-9_-]{10}AAA)",/)?.1)
            let etag = etag.replacing("\"", with: "\\\"")
            #expect(
                item
                    == ##"{"id":"\##(id)","subscriptionId":"\##(subscription.id)","subscriptionExpirationDateTime":"2026-11-24T10:30:00+00:00","clientState":"state-1","changeType":"\##(change)","resource":"\##(resource)","tenantId":"7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611","resourceData":{"@odata.type":"#Microsoft.Graph.Message","@odata.id":"\##(resource)","@odata.etag":"\##(etag)","id":"\##(created.id)"}}"##
            )
        }
    }

    @Test func onlyWhoWatchesHears() throws {
        var graph = emptyGraph()
        func watch(_ resource: String, _ changeType: String, _ url: String) throws {
            _ = try graph.subscribe(.mail(resource, changeType: changeType, url: "http://127.0.0.1/\(url)"))
        }
        try watch("users/sales@example.com/messages", "created", "created")
        try watch("users/sales@example.com/messages", "updated", "updated")
        try watch("users/sales@example.com/mailFolders('inbox')/messages", "created,deleted", "inbox")
        try watch("users/anna@example.com/messages", "created", "anna")
        try watch("users/sales@example.com/events", "created", "events")
        func urls(_ change: (inout EmulatedGraph) throws -> Void) rethrows -> Set<String> {
            var copy = graph
            try change(&copy)
            return Set(copy.deliveries.due(now: morning + minute).parcels.map { String($0.url.dropFirst(17)) })
        }
        let inbox = try graph.mailScope(user: sales.id, folder: "inbox")
        let all = try graph.mailScope(user: sales.id, folder: nil)
        #expect(try urls { _ = try $0.create([:], in: inbox, now: morning) } == ["created", "inbox"])
        #expect(try urls { _ = try $0.create([:], in: all, now: morning) } == ["created"])

        let message = try graph.create([:], in: inbox, now: morning)
        _ = graph.deliver(at: morning + minute)
        #expect(try urls { _ = try $0.update(message.id, in: all, with: ["subject": "x"], now: morning) } == ["updated"])
        #expect(try urls { _ = try $0.update(message.id, in: all, with: [:], now: morning) } == [])
        #expect(urls { $0.remove(message, in: all, now: morning) } == ["inbox"])
    }

    @Test func anExpiredSubscriptionHearsNothing() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(.mail())
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        _ = try graph.create([:], in: scope, now: subscription.expiresAt - 1)
        #expect(graph.posts(at: subscription.expiresAt + minute).count == 1)
        _ = try graph.create([:], in: scope, now: subscription.expiresAt)
        #expect(graph.deliveries.count == 1)
    }

    @Test func aFullMailboxLosesItsOldest() throws {
        var graph = emptyGraph { $0.limits.messagesPerMailbox = 3 }
        _ = try graph.subscribe(.mail(changeType: "deleted"))
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        var ids: [String] = []
        for _ in 0..<5 { ids.append(try graph.create([:], in: scope, now: morning).id) }
        #expect(graph.entities(in: scope).map(\.id) == ids.suffix(3))
        let deleted = graph.posts(at: morning + minute).flatMap { $0 }
        #expect(deleted.count == 2)
        #expect(deleted.first?.contains(ids[0]) == true)
    }

    @Test func aMailboxIsBoundedInBytes() throws {
        var graph = emptyGraph { $0.limits.bytesPerMailbox = 20_000 }
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        let long: JSONMembers = ["body": MessageBody(isHTML: false, content: String(repeating: "x", count: 6000)).json]
        for _ in 0..<5 { _ = try graph.create(long, in: scope, now: morning) }
        #expect(graph.entities(in: scope).count == 2)
        // One may be larger than the limit.
        let huge: JSONMembers = ["body": MessageBody(isHTML: false, content: String(repeating: "x", count: 30_000)).json]
        let last = try graph.create(huge, in: scope, now: morning)
        #expect(graph.entities(in: scope).map(\.id) == [last.id])
        _ = try graph.update(last.id, in: scope, with: long, now: morning)
        _ = try graph.create(long, in: scope, now: morning)
        #expect(graph.entities(in: scope).count == 2)
    }

    @Test func aMovedMessageHasAnotherIDUnlessTheIDIsToStay() throws {
        var graph = emptyGraph()
        var draft = SubscriptionDraft.mail("users/sales@example.com/mailFolders/inbox/messages", url: "http://127.0.0.1/in")
        _ = try graph.subscribe(draft)
        draft.resource = "users/sales@example.com/mailFolders/archive/messages"
        draft.usesImmutableIDs = true
        draft.notificationURL = "http://127.0.0.1/archive"
        _ = try graph.subscribe(draft)
        _ = try graph.subscribe(.mail(url: "http://127.0.0.1/all"))
        let created = try graph.ask(
            .post, "/v1.0/users/sales@example.com/mailFolders/inbox/messages", ["subject": "x"],
            prefer: "IdType=\"ImmutableId\""
        )
        let plain = try #require(try graph.ask(.get, "/v1.0/users/sales@example.com/messages").items.first?["id"]?.string)
        #expect(plain != created.id)
        #expect(created.id.hasPrefix("AAkALg"))
        _ = try graph.notified()

        let moved = try graph.ask(
            .post, "/v1.0/users/sales@example.com/messages/\(created.id)/move", ["destinationId": "archive"])
        #expect(moved.status == 201)
        #expect(moved.id != plain)
        let heard = try graph.deliveries.due(now: morning + 2 * minute).parcels.map { parcel in
            let item = try JSONValue(parcel.batch.items[0].json).object
            return [
                String(parcel.url.dropFirst(17)), item?["changeType"]?.string ?? "",
                item?[path: ["resourceData", "id"]]?.string ?? "",
            ]
        }
        #expect(
            Set(heard) == [
                ["in", "deleted", plain], ["archive", "created", created.id], ["all", "updated", moved.id],
            ]
        )
        #expect(try graph.ask(.get, "/v1.0/users/sales@example.com/messages/\(plain)").code == "ErrorItemNotFound")
        #expect(try graph.ask(.get, "/v1.0/users/sales@example.com/messages/\(created.id)").id == moved.id)
    }

    @Test func aFilterSeesMessagesComeAndGo() throws {
        var graph = emptyGraph()
        _ = try graph.subscribe(.mail("users/sales@example.com/messages?$filter=isRead eq false and startswith(subject,'Or')"))
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        func changes() throws -> [String] { try graph.notified().compactMap { $0["changeType"]?.string } }
        let message = try graph.create(["subject": "Order", "isRead": true], in: scope, now: morning)
        #expect(try changes() == [])
        try graph.update(message.id, in: scope, with: ["isRead": false], now: morning)
        #expect(try changes() == ["created"])
        try graph.update(message.id, in: scope, with: ["importance": "high"], now: morning)
        #expect(try changes() == ["updated"])
        try graph.update(message.id, in: scope, with: ["subject": "Complaint"], now: morning)
        #expect(try changes() == ["deleted"])
        graph.remove(try graph.entity(message.id, in: scope), in: scope, now: morning)
        #expect(try changes() == [])
    }

    @Test func sentMailArrives() throws {
        var graph = emptyGraph()
        _ = try graph.subscribe(.mail("users/anna@example.com/mailFolders/inbox/messages", changeType: "created"))
        let message: JSONValue = [
            "subject": "Hello", "toRecipients": [["emailAddress": ["address": "anna@example.com"]]],
            "ccRecipients": [["emailAddress": ["address": "somebody@elsewhere.example"]]],
        ]
        let sent = try graph.ask(.post, "/v1.0/me/sendMail", ["message": message], as: sales.id)
        #expect(sent.status == 202)
        #expect(try graph.notified().count == 1)
        let inbox = try graph.ask(.get, "/v1.0/users/anna@example.com/mailFolders/inbox/messages").items
        #expect(inbox.first?[path: ["from", "emailAddress", "address"]]?.string == "sales@example.com")
        #expect(inbox.first?["isRead"] == false)
        #expect(inbox.first?["isDraft"] == false)
        #expect(try graph.ask(.get, "/v1.0/me/mailFolders/sentitems/messages", as: sales.id).items.count == 1)

        let draft = try graph.ask(.post, "/v1.0/me/messages", message, as: sales.id)
        #expect(try graph.ask(.post, "/v1.0/me/messages/\(draft.id)/send", as: sales.id).status == 202)
        #expect(try graph.ask(.get, "/v1.0/me/mailFolders/drafts/messages", as: sales.id).items.isEmpty)
        #expect(try graph.notified().count == 1)
        #expect(
            try graph.ask(.post, "/v1.0/me/sendMail", ["message": ["subject": "x"]], as: sales.id).code
                == "ErrorInvalidRecipients")
    }

    @Test func foldersAreMadeCountedAndDeleted() throws {
        var graph = emptyGraph()
        let folders = "/v1.0/users/sales@example.com/mailFolders"
        let folder = try graph.ask(.post, folders, ["displayName": "Orders"])
        #expect(folder.status == 201)
        #expect(try graph.ask(.post, folders, ["displayName": "Orders"]).code == "ErrorFolderExists")
        _ = try graph.subscribe(.mail("users/sales@example.com/mailFolders/\(folder.id)/messages"))
        _ = try graph.ask(.post, "\(folders)/\(folder.id)/messages", ["subject": "x", "isRead": false])
        let child = try graph.ask(.post, "\(folders)/\(folder.id)/childFolders", ["displayName": "Old"])
        let read = try graph.ask(.get, "\(folders)/\(folder.id)").json
        #expect(read["totalItemCount"]?.integer == 1)
        #expect(read["unreadItemCount"]?.integer == 1)
        #expect(read["childFolderCount"]?.integer == 1)
        #expect(try graph.ask(.get, folders).values("displayName").contains("Old") == false)
        #expect(try graph.ask(.delete, "\(folders)/\(folder.id)").status == 204)
        #expect(try graph.notified().compactMap { $0["changeType"]?.string } == ["created", "deleted"])
        #expect(try graph.ask(.get, "\(folders)/\(child.id)").status == 404)
        #expect(try graph.ask(.delete, "\(folders)/inbox").code == "ErrorDeleteDistinguishedFolder")
    }

    @Test func messagesAreWrittenAsGraphWritesThem() throws {
        var graph = emptyGraph()
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        let message = try graph.create(
            [
                "subject": "Hello", "body": MessageBody(isHTML: false, content: "Hi").json,
                "from": MailAddress(name: "Mira", address: "mira@northwind.example").json,
                "toRecipients": [MailAddress(name: "Sales", address: "sales@example.com").json],
            ],
            in: scope, now: morning
        )
        let json = graph.shown(message, in: scope)
        #expect(json["@odata.etag"]?.string == "W/\"\(message.changeKey)\"")
        #expect(json["id"]?.string == message.id)
        #expect(json["bodyPreview"] == "Hi")
        #expect(json["body"] == ["contentType": "text", "content": "Hi"])
        #expect(json["sender"] == ["emailAddress": ["name": "Mira", "address": "mira@northwind.example"]])
        for name in ["receivedDateTime", "createdDateTime", "lastModifiedDateTime", "sentDateTime"] {
            #expect(json[name] == "2026-11-24T09:30:00Z")
        }
        #expect(json["isRead"] == true)
        #expect(json["parentFolderId"]?.string == scope.container)
        #expect(json["changeKey"]?.string == message.changeKey)
        #expect(json["webLink"]?.string?.hasSuffix("&exvsurl=1&viewmodel=ReadMessageItem") == true)
        #expect(json["conversationId"]?.string?.hasPrefix("AAQk") == true)
    }
}
