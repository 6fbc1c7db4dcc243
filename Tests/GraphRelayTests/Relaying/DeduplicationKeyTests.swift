import GraphNotifications
import NIOCore
import Testing

@testable import GraphRelay

@Suite struct DeduplicationKeyTests {
    static let notification = ChangeNotification(
        subscriptionID: "s1", clientState: "secret", changeType: "created", resource: "Users/u/Messages/m",
        resourceID: "m", etag: "W/1", id: "n1", item: ByteBuffer(string: "{}")
    )

    private func key(_ change: (inout ChangeNotification) -> Void = { _ in }) -> DeduplicationKey {
        var notification = Self.notification
        change(&notification)
        // What was in the buffer before must not matter.
        var scratch = ByteBuffer(string: "left over")
        return DeduplicationKey(of: notification, configuration: .init(), scratch: &scratch)
    }

    @Test func theEtagDecidesBeforeTheID() {
        #expect(self.key() == self.key { $0.id = "n2" })
        #expect(self.key() == self.key { $0.item = ByteBuffer(string: "{ }") })
        #expect(self.key() != self.key { $0.etag = "W/2" })
        #expect(self.key().window == .seconds(600))
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
            self.key { $0.subscriptionID = "s2" }, self.key { $0.resource = "users/u/messages/m" },
            self.key { $0.changeType = "updated" }, self.key { ($0.etag, $0.id) = (nil, "W/1") },
            // The same bytes, divided otherwise.
            self.key { ($0.subscriptionID, $0.resource) = ("s1U", "sers/u/Messages/m") },
            self.key { ($0.changeType, $0.etag) = ("createdW", "/1") },
        ]
        #expect(Set(others + [self.key()]).count == others.count + 1)
    }

    @Test func staysTheSameAcrossVersions() {
        // Keys outlive the process: they are in the database. Reckoned elsewhere: SHA-256 over the kind, then each field
        // behind its length in four bytes.
        #expect(self.key().high == 0xfe1a_4e13_e901_3d51)
        #expect(self.key().low == 0xb9ec_5588_947a_e2e9)
    }
}
