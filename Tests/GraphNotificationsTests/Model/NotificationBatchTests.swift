import NIOCore
import RealTimeTesting
import Testing

@testable import GraphNotifications

@Suite struct NotificationBatchTests {
    private func only(_ item: String) throws -> NotificationItem {
        let items = try NotificationBatch.items(in: collection(item))
        #expect(items.count == 1)
        return items[0]
    }

    private func change(_ item: String) throws -> ChangeNotification {
        guard case .change(let change) = try self.only(item) else {
            throw GraphError(.malformedNotification, "Not a change: \(item)")
        }
        return change
    }

    @Test func readsAnOutlookNotification() throws {
        let text = item()
        let change = try self.change(text)
        let expected = ChangeNotification(
            subscriptionID: "b1f6a4de-9c02-4d7b-8b57-2c7e0d3a5f18", clientState: "k1.pS9fJx0WnQ3uE7bT",
            changeType: "created", resource: "Users/0e9a5b71/Messages/AAMkAGE2Zm9vAAA=",
            tenantID: "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611", resourceID: "AAMkAGE2Zm9vAAA=",
            etag: #"W/"CQAAABYAAADk1Zp0""#, id: "q7RmTZ0Lk4AAA", item: ByteBuffer(string: text)
        )
        #expect(change == expected)
    }

    @Test func readsTheShapesOfTheDocumentation() throws {
        let prefix = #"{"subscriptionId":"s","clientState":"c","changeType":"Updated","tenantId":"t","#
        let rich = try self.change(prefix + #""resource":"Users('u')/messages('m')","encryptedContent":{"data":"x"}}"#)
        #expect(rich.resource == "Users('u')/messages('m')" && rich.resourceID == nil && rich.changeType == "updated")

        let group = try self.change(
            prefix + """
                "resource":"Groups/g","resourceData":{"@odata.type":"#Microsoft.Graph.Group","id":"g","organizationId":"t",\
                "eventTime":"2026-11-23T17:58:02.1183Z","sequenceNumber":638679610821183000123456789,"weight":1e999,
                "members@delta":[{"id":"a"},{"id":"b","@removed":"deleted"}]}}
                """
        )
        #expect(group.resourceID == "g" && group.etag == nil)

        let drive = try self.change(prefix + #""resource":"me/drive/root","resourceData":{"@odata.type":"Graph.DriveItem"}}"#)
        #expect(drive.resourceID == nil)
        let list = try self.change(prefix + #""resource":"sites/s/lists/l","resourceData":null}"#)
        #expect(list.resource == "sites/s/lists/l")
        let chat = try self.change(prefix + #""resource":"chats('19:x@thread.v2')/messages('17')","extra":[{}]}"#)
        #expect(chat.tenantID == "t")
    }

    @Test func caseOfNamesDoesNotMatter() throws {
        let change = try self.change(
            #"{"SubscriptionID":"s","CLIENTSTATE":"c","ChangeType":"DELETED","Resource":"r","ResourceData":{"ID":"i","@OData.ETag":"e"}}"#
        )
        #expect(change.changeType == "deleted" && change.resourceID == "i" && change.etag == "e" && change.clientState == "c")
    }

    @Test func whatOnlyInformsMayBeAnything() throws {
        let change = try self.change(
            #"{"subscriptionId":"s","changeType":"created","resource":"r","tenantId":7,"id":{},"resourceData":{"id":5,"@odata.etag":[]}}"#
        )
        #expect(change.tenantID == nil && change.id == nil && change.resourceID == nil && change.etag == nil)
        #expect(change.clientState == nil)
        #expect(try self.change(#"{"subscriptionId":"s","changeType":"x","resource":"r","resourceData":"no"}"#).changeType == "x")
    }

    @Test func escapesAreResolved() throws {
        let change = try self.change(
            #"{"subscriptionId":"\u0073","changeType":"created","resource":"caf\u00e9 \ud83d\ude00","clientState":"\"\\"}"#
        )
        #expect(change.subscriptionID == "s" && change.resource == "café 😀" && change.clientState == #""\"#)
    }

    @Test func readsLifecycleNotifications() throws {
        let text = """
            {"subscriptionId":"s","subscriptionExpirationDateTime":"2026-11-29T09:30:00.0000000Z","tenantId":"t",\
            "clientState":"c","lifecycleEvent":"reauthorizationRequired"}
            """
        let expected = LifecycleNotification(
            subscriptionID: "s", clientState: "c", event: .reauthorizationRequired, tenantID: "t",
            item: ByteBuffer(string: text)
        )
        #expect(try self.only(text) == .lifecycle(expected))
        // Some call the tenant an organization.
        let other = try self.only(#"{"subscriptionId":"s","lifecycleEvent":"missed","organizationId":"o"}"#)
        #expect(other.tenantID == "o")
        let both = try self.only(#"{"subscriptionId":"s","lifecycleEvent":"missed","organizationId":"o","tenantId":"t"}"#)
        #expect(both.tenantID == "t")
        let invented = try self.only(#"{"subscriptionId":"s","lifecycleEvent":"invented","changeType":null,"resource":"r"}"#)
        guard case .lifecycle(let notification) = invented else { throw CancellationError() }
        #expect(notification.event.rawValue == "invented" && notification.resource == "r")
    }

    @Test(arguments: [
        "17", "null", "[]", "\"x\"", "{}", #"{"subscriptionId":5}"#, #"{"subscriptionId":""}"#,
        #"{"subscriptionId":"s"}"#, #"{"subscriptionId":"s","changeType":"created"}"#,
        #"{"subscriptionId":"s","changeType":"created","resource":""}"#,
        #"{"subscriptionId":"s","changeType":{},"resource":"r"}"#, #"{"subscriptionId":"s","resource":"r"}"#,
        #"{"subscriptionId":"s","changeType":"created","resource":"r","clientState":1}"#,
        #"{"subscriptionId":"s","lifecycleEvent":[]}"#,
        #"{"subscriptionId":"s","changeType":"created","resource":"\ud800"}"#,
    ])
    func oneBadItemDoesNotFailTheOthers(bad: String) throws {
        let items = try NotificationBatch.items(in: collection(item(), bad, item()))
        #expect(items.count == 3)
        guard case .change = items[0], case .malformed(let detail, let bytes) = items[1], case .change = items[2] else {
            Issue.record("\(items)")
            return
        }
        #expect(bytes == ByteBuffer(string: bad))
        #expect(detail.hasSuffix("."))
    }

    @Test func invalidUTF8IsOneBadItem() throws {
        var body = ByteBuffer(string: #"{"value":[{"subscriptionId":"s","changeType":"created","resource":""#)
        body.writeBytes([0xFF, 0xC0])
        body.writeString("\"},\(item())]}")
        let items = try NotificationBatch.items(in: body)
        guard case .malformed = items[0], case .change = items[1] else {
            Issue.record("\(items)")
            return
        }
    }

    @Test func itemsOfSeveralSubscriptionsAndKindsKeepTheirOrder() throws {
        let body = collection(
            item(subscription: "a"), #"{"subscriptionId":"b","lifecycleEvent":"missed"}"#, item(subscription: "c")
        )
        let ids = try NotificationBatch.items(in: body).map { item in
            switch item {
            case .change(let change): change.subscriptionID
            case .lifecycle(let notification): notification.subscriptionID
            case .malformed: "malformed"
            }
        }
        #expect(ids == ["a", "b", "c"])
    }

    @Test func offsetsCountFromTheReaderIndex() throws {
        var body = ByteBuffer(string: "noise")
        body.moveReaderIndex(forwardBy: 5)
        var whole = collection(item())
        body.writeBuffer(&whole)
        guard case .change(let change) = try NotificationBatch.items(in: body)[0] else { throw CancellationError() }
        #expect(change.item == ByteBuffer(string: item()))
    }

    @Test func everyTruncationIsRefused() {
        let body = collection(item(), item(subscription: "other"))
        for length in 0..<body.readableBytes {
            let part = body.getSlice(at: 0, length: length)!
            #expect(throws: GraphError.self) { try NotificationBatch.items(in: part) }
            #expect(NotificationCheck.of(part) { _, _, _ in false } == .notACollection)
        }
    }

    /// What the webhook lets in, the relay can take apart, and the other way round.
    @Test func checkAndBatchAgreeOnHostileBytes() {
        var generator = SeededGenerator(seed: 42)
        let original = Array(collection(item(), "17", item(subscription: "other")).readableBytesView)
        var accepted = 0
        for round in 0..<4_000 {
            var bytes = original
            if round % 4 == 0 {
                let length = Int.random(in: 0..<60, using: &generator)
                bytes = (0..<length).map { _ in .random(in: 0...255, using: &generator) }
            }
            for _ in 0..<Int.random(in: 0...4, using: &generator) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = .random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(Array("{}[]\",:\\0".utf8).randomElement(using: &generator)!, at: index)
                }
            }
            let body = ByteBuffer(bytes: bytes)
            let check = NotificationCheck.of(body) { _, _, _ in false }
            let items = try? NotificationBatch.items(in: body)
            #expect((check == .notACollection) == (items == nil))
            #expect((check == .empty) == (items?.isEmpty == true))
            if items != nil { accepted += 1 }
        }
        // Otherwise it would say nothing about what is accepted.
        #expect(accepted > 500)
    }

    @Test func descriptionsTellNothing() throws {
        let lifecycle = #"{"subscriptionId":"s","clientState":"hidden","lifecycleEvent":"missed"}"#
        let items = try NotificationBatch.items(in: collection(item(), lifecycle, #"{"clientState":"hidden"}"#))
        let text = "\(items) \(String(reflecting: items)) \(String(describing: items[0]))"
        for secret in ["AAMk", "k1.pS9", "hidden"] { #expect(!text.contains(secret)) }
    }
}
