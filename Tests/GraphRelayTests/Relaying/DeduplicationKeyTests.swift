import GraphNotifications
import NIOCore
import Testing

@testable import GraphRelay

@Suite struct DeduplicationKeyTests {
    static let notification = ChangeNotification(
        subscriptionID: "s1", clientState: "secret", changeType: "created", resource: "Users/u/Messages/m",
        resourceID: "m", etag: "W/1", id: "n1", item: ByteBuffer(string: "{}")
    )

    private func key(by subscription: String = "sales", _ change: (inout ChangeNotification) -> Void = { _ in })
        -> DeduplicationKey
    {
        var notification = Self.notification
        change(&notification)
        // What was in the buffer before must not matter.
        var scratch = ByteBuffer(string: "left over")
        return DeduplicationKey(of: notification, by: subscription, configuration: .init(), scratch: &scratch)
    }

    @Test func theEtagDecidesBeforeTheID() {
        #expect(self.key() == self.key { $0.id = "n2" })
        #expect(self.key() == self.key { $0.item = ByteBuffer(string: "{ }") })
        #expect(self.key() != self.key { $0.etag = "W/2" })
        // It may come hours after it was found by catching up, and the other way round.
        #expect(self.key().window == .seconds(86_400))
        #expect(self.key().retention == .seconds(86_400))
    }

    @Test func theIDDecidesWithoutAnEtag() {
        for nothing in [nil, ""] {
            let first = self.key { $0.etag = nothing }
            #expect(first == self.key { ($0.etag, $0.item) = (nothing, ByteBuffer(string: "other")) })
            #expect(first != self.key { ($0.etag, $0.id) = (nothing, "n2") })
            #expect(first.window == .seconds(600))
        }
    }

    @Test func theContentDecidesWithoutEither() {
        let first = self.key { ($0.etag, $0.id) = (nil, "") }
        #expect(first == self.key { ($0.etag, $0.id) = ("", nil) })
        #expect(first != self.key { ($0.etag, $0.id, $0.item) = (nil, nil, ByteBuffer(string: "{ }")) })
        #expect(first.window == .seconds(2))
    }

    @Test func everyFieldCounts() {
        let others = [
            self.key(by: "ops"), self.key { ($0.resourceID, $0.resource) = ("M", "Users/u/Messages/M") },
            self.key { $0.changeType = "updated" }, self.key { ($0.etag, $0.id) = (nil, "W/1") },
            // The same bytes, divided otherwise.
            self.key(by: "salesm") { ($0.resourceID, $0.resource) = ("x", "Users/u/Messages/x") },
            self.key { ($0.changeType, $0.etag) = ("createdW", "/1") },
        ]
        #expect(Set(others + [self.key()]).count == others.count + 1)
    }

    @Test func theSameThingIsTheSameHoweverItIsCalled() {
        #expect(self.key() == self.key { $0.resource = "Users('u')/messages('m')" })
        // Graph gives a subscription that is created again another id.
        #expect(self.key() == self.key { $0.subscriptionID = "s2" })
    }

    @Test func withoutTheIDOfTheThingItsNameCounts() {
        for nothing in [nil, ""] {
            let first = self.key { $0.resourceID = nothing }
            #expect(first != self.key() && first.window == .seconds(600))
            #expect(first != self.key { ($0.resourceID, $0.resource) = (nothing, "users/u/messages/m") })
            #expect(first != self.key { ($0.resourceID, $0.subscriptionID) = (nothing, "s2") })
            #expect(first == self.key { ($0.resourceID, $0.id) = (nothing, "n2") })
        }
    }

    private func foundKey(_ change: (inout RecoveredChange) -> Void) -> DeduplicationKey {
        var found = RecoveredChange(
            subscription: "sales", resource: "Users/u/Messages/m", resourceID: "m", changeType: .created, version: "W/1",
            since: 9_000
        )
        change(&found)
        var scratch = ByteBuffer(string: "left over")
        return DeduplicationKey(of: found, now: 10_000, configuration: .init(), scratch: &scratch)
    }

    @Test func whatIsFoundHasTheKeyOfItsNotification() {
        let (found, notified) = (self.foundKey({ _ in }), self.key())
        #expect(found.high == notified.high && found.low == notified.low)
        #expect(found.window == .seconds(86_400) && !found.matchesAnyVersion)
        let other = self.foundKey { $0.version = "W/2" }
        #expect(other.high == notified.high && other.low != notified.low)
        let any = self.foundKey { ($0.version, $0.matchesAnyVersion) = (nil, true) }
        #expect(any.matchesAnyVersion && any.window == .seconds(1) && any.retention == .seconds(86_400))
        // Without a version it is what it says of itself.
        let bytes = self.foundKey { ($0.version, $0.item) = (nil, ByteBuffer(string: "{}")) }
        #expect(bytes != self.foundKey({ ($0.version, $0.item) = (nil, ByteBuffer(string: "{ }")) }))
    }

    /// Ids of messages in Teams are moments: two chats may have the same, and both must be told of.
    @Test func theSameIDElsewhereIsAnotherThing() {
        let resources = [
            "chats('19:a')/messages('m')", "chats('19:b')/messages('m')", "teams('t')/channels('c')/messages('m')",
            "users/u/chats/19:a/messages/m", "Users/u/Messages/m", "Users/u/Events/m", "Users/u/Contacts/m",
        ]
        #expect(Set(resources.map { resource in self.key { $0.resource = resource } }).count == resources.count)
        #expect(Set(resources.map { resource in self.foundKey { $0.resource = resource } }).count == resources.count)
        // What is called otherwise than its id may be anything.
        #expect(self.key { $0.resourceID = "x" } != self.key { ($0.resourceID, $0.resource) = ("x", "Users/u/Messages/n") })
    }

    @Test func itemsOfMailboxesAreRecognizedHoweverTheyAreCalled() {
        for resource in [
            "Users/u/Messages/m", "users/u@t/messages/m", "/Users('u')/messages('m')", "me/messages/m", "Users('u')/messages/m",
        ] {
            #expect(OutlookCollection(of: resource, id: "m") == .messages, "\(resource)")
        }
        for resource in [
            "", "m", "/m", "messages/m", "users/messages/m", "users//messages/m", "users/u/messages", "users/u/messages/xm",
            "users/u/mailFolders/f/messages/m", "groups/u/messages/m", "users/u/drive/m",
        ] {
            #expect(OutlookCollection(of: resource, id: "m") == nil, "\(resource)")
        }
        #expect(OutlookCollection(of: "Users/u/Messages/", id: "") == nil)
    }

    @Test func staysTheSameAcrossVersions() {
        // Keys outlive the process: they are in the database. Reckoned elsewhere: SHA-256 over the kind, then each field
        // behind its length in four bytes: without the version, and with it.
        #expect(self.key().high == 0x22ce_bf6b_19ea_b8c0)
        #expect(self.key().low == 0xb1bd_6df2_4110_9a3e)
        let named = self.key { $0.resourceID = nil }
        #expect(named.high == 0xfe1a_4e13_e901_3d51)
        #expect(named.low == 0xb9ec_5588_947a_e2e9)
    }
}
