import HTTPTypes
import NIOCore
import Testing

import struct GraphNotifications.ChangeTypes

@testable import GraphEmulator

@Suite struct MailTests {
    @Test(arguments: [
        "{", "[]", "null", "{}{}", #"{"subject":1}"#, #"{"body":"text"}"#, #"{"isRead":"yes"}"#, #"{"toRecipients":{}}"#,
        #"{"toRecipients":["a@example.com"]}"#, #"{"importance":"urgent"}"#, #"{"receivedDateTime":"yesterday"}"#,
        "{\"subject\":\"\u{1}\"}", #"{"subject":"\ud800"}"#, String(repeating: "[", count: 100),
    ])
    func malformedMessages(_ body: String) {
        #expect(refusal { () throws(GraphRefusal) in _ = try MessageDraft(ByteBuffer(string: body)) } == .malformedBody)
    }

    @Test func emptyAndUnknown() {
        #expect(refusal { () throws(GraphRefusal) in _ = try MessageDraft(ByteBuffer()) } == .emptyBody)
        let refused = refusal { () throws(GraphRefusal) in
            _ = try MessageDraft(ByteBuffer(string: #"{"Subject":"x","colour":"red"}"#))
        }
        #expect(refused == .unknownProperty("Subject", type: "microsoft.graph.message"))
    }

    @Test func everyPropertyIsRead() throws {
        let draft = try MessageDraft(
            ByteBuffer(
                string: #"""
                    {"@odata.type":"#microsoft.graph.message","subject":"Hé\n","body":{"contentType":"HTML","content":"<p>x</p>"},
                     "sender":{"emailAddress":{"address":"b@example.com"}},"from":{"emailAddress":{"name":"A","address":"a@example.com"}},
                     "toRecipients":[{"emailAddress":{"address":"c@example.com","name":null}}],"ccRecipients":[],"importance":"High",
                     "isRead":true,"categories":["x","y"],"receivedDateTime":"2026-11-24T09:30:00Z","bccRecipients":[],"flag":{"a":[1]}}
                    """#
            )
        )
        var expected = MessageDraft()
        expected.subject = "Hé\n"
        expected.body = MessageBody(isHTML: true, content: "<p>x</p>")
        expected.from = MailAddress(name: "A", address: "a@example.com")
        expected.to = [MailAddress(name: "c@example.com", address: "c@example.com")]
        expected.cc = []
        expected.importance = "high"
        expected.isRead = true
        expected.categories = ["x", "y"]
        expected.receivedAt = morning
        #expect(draft == expected)
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
        var scope = try graph.mailScope(user: "SALES@example.com", folder: nil)
        let created = try graph.create(MessageDraft(), in: scope, now: morning)
        #expect(created.id.wholeMatch(of: /AAMkAG[A-Za-z0-9_-]+AAA=/) != nil)
        #expect(created.folderID == graph.mailboxes[sales.id]?.folder("drafts")?.id)
        var draft = MessageDraft()
        draft.isRead = false
        let updated = try graph.update(created.id, in: scope, with: draft, now: morning)
        #expect(updated.changeKey != created.changeKey)
        scope = try graph.mailScope(user: sales.id, folder: "Drafts")
        try graph.delete(created.id, in: scope, now: morning)

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
        #expect(try urls { _ = try $0.create(MessageDraft(), in: inbox, now: morning) } == ["created", "inbox"])
        #expect(try urls { _ = try $0.create(MessageDraft(), in: all, now: morning) } == ["created"])

        let message = try graph.create(MessageDraft(), in: inbox, now: morning)
        _ = graph.deliver(at: morning + minute)
        var draft = MessageDraft()
        draft.subject = "x"
        #expect(try urls { _ = try $0.update(message.id, in: all, with: draft, now: morning) } == ["updated"])
        #expect(try urls { _ = try $0.update(message.id, in: all, with: MessageDraft(), now: morning) } == [])
        #expect(try urls { try $0.delete(message.id, in: all, now: morning) } == ["inbox"])
    }

    @Test func anExpiredSubscriptionHearsNothing() throws {
        var graph = emptyGraph()
        let subscription = try graph.subscribe(.mail())
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        _ = try graph.create(MessageDraft(), in: scope, now: subscription.expiresAt - 1)
        #expect(graph.posts(at: subscription.expiresAt + minute).count == 1)
        _ = try graph.create(MessageDraft(), in: scope, now: subscription.expiresAt)
        #expect(graph.deliveries.count == 1)
    }

    @Test func aFullMailboxLosesItsOldest() throws {
        var graph = emptyGraph { $0.limits.messagesPerMailbox = 3 }
        _ = try graph.subscribe(.mail(changeType: "deleted"))
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        var ids: [String] = []
        for _ in 0..<5 { ids.append(try graph.create(MessageDraft(), in: scope, now: morning).id) }
        #expect(graph.messages(in: scope).map(\.id) == ids.suffix(3).reversed())
        let deleted = graph.posts(at: morning + minute).flatMap { $0 }
        #expect(deleted.count == 2)
        #expect(deleted.first?.contains(ids[0]) == true)
    }

    @Test func aMailboxIsBoundedInBytes() throws {
        var graph = emptyGraph { $0.limits.bytesPerMailbox = 10_000 }
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        var draft = MessageDraft()
        draft.body = MessageBody(isHTML: false, content: String(repeating: "x", count: 4000))
        for _ in 0..<5 { try graph.create(draft, in: scope, now: morning) }
        #expect(graph.messages(in: scope).count == 2)
        let bytes = try #require(graph.mailboxes[sales.id]?.bytes)
        #expect(bytes == graph.messages(in: scope).reduce(0) { $0 + $1.cost })
        draft.body?.content = String(repeating: "x", count: 20_000)
        let large = try graph.create(draft, in: scope, now: morning)
        #expect(graph.messages(in: scope).map(\.id) == [large.id])
    }

    @Test func thereIsMailAtTheStart() {
        var graph = emptyGraph()
        graph.settleIn(now: morning)
        for user in EmulatedTenant.contoso.users {
            let messages = graph.mailboxes[user.id]?.messages() ?? []
            #expect(messages.count == 4)
            #expect(messages.allSatisfy { !$0.subject.isEmpty && !$0.isDraft && $0.receivedAt < morning })
            #expect(messages.contains { !$0.isRead })
        }
    }

    @Test func activityIsAllThreeKindsAndTheSameWithTheSameSeed() throws {
        func day() throws -> [String] {
            var graph = emptyGraph()
            graph.settleIn(now: morning)
            for user in EmulatedTenant.contoso.users {
                _ = try graph.subscribe(.mail("users/\(user.id)/messages", url: "http://127.0.0.1/\(user.id)"))
            }
            var items: [String] = []
            for step in Int64(0)..<200 {
                graph.act(now: morning + step * 1000)
                items += graph.deliver(at: morning + step * 1000 + 500).flatMap { $0 }
            }
            return items
        }
        let items = try day()
        #expect(items.count == 200)
        for change in ["created", "updated", "deleted"] {
            #expect(items.contains { $0.contains("\"changeType\":\"\(change)\"") }, "\(change)")
        }
        #expect(try day() == items)
    }

    @Test func messagesAreWrittenAsGraphWritesThem() throws {
        var graph = emptyGraph()
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        var draft = MessageDraft()
        draft.subject = "Hello"
        draft.body = MessageBody(isHTML: false, content: "Hi")
        draft.from = MailAddress(name: "Mira", address: "mira@northwind.example")
        draft.to = [MailAddress(name: "Sales", address: "sales@example.com")]
        let message = try graph.create(draft, in: scope, now: morning)
        let json = try object(String(buffer: message.json.bytes))
        #expect(json["@odata.etag"] as? String == "W/\"\(message.changeKey)\"")
        #expect(json["id"] as? String == message.id)
        #expect(json["subject"] as? String == "Hello")
        #expect(json["bodyPreview"] as? String == "Hi")
        #expect(json["body"] as? [String: String] == ["contentType": "text", "content": "Hi"])
        #expect(
            json["from"] as? [String: [String: String]] == [
                "emailAddress": ["name": "Mira", "address": "mira@northwind.example"]
            ])
        #expect(
            (json["toRecipients"] as? [[String: [String: String]]])?.first?["emailAddress"]?["address"] == "sales@example.com")
        for name in ["receivedDateTime", "createdDateTime", "lastModifiedDateTime", "sentDateTime"] {
            #expect(json[name] as? String == "2026-11-24T09:30:00Z")
        }
        #expect(json["isRead"] as? Bool == true)
        #expect(json["parentFolderId"] as? String == scope.folder?.id)
        #expect(json["changeKey"] as? String == message.changeKey)
        #expect((json["webLink"] as? String)?.hasSuffix("&exvsurl=1&viewmodel=ReadMessageItem") == true)
        #expect((json["conversationId"] as? String)?.hasPrefix("AAQk") == true)
    }
}
