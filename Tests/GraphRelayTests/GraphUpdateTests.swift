import Foundation
import NIOCore
import Testing

@testable import GraphRelay

@Suite struct GraphUpdateTests {
    private func json(_ update: GraphUpdate, cursor: Cursor = Cursor(epoch: "k3x9", offset: 1042)) -> String {
        var buffer = ByteBuffer()
        update.writeJSON(cursor: cursor, into: &buffer)
        return String(buffer: buffer)
    }

    @Test func asDocumented() {
        let update = GraphUpdate(
            changeType: "created", resource: "Users/0e9a/Messages/AAMk", timestamp: 1_795_512_600_123,
            topics: ["all", "user/0e9a", "subscription/sales"], subscription: "sales", tenantID: "7f3c", resourceID: "AAMk"
        )
        #expect(
            self.json(update)
                == #"{"type":"graphUpdate","changeType":"created","resource":"Users/0e9a/Messages/AAMk","#
                + #""timestamp":"2026-11-24T09:30:00.123Z","cursor":"k3x9-1042","#
                + #""topics":["all","user/0e9a","subscription/sales"],"subscription":"sales","tenantId":"7f3c","#
                + #""resourceId":"AAMk","recovered":false,"coalesced":1}"#
        )
    }

    @Test func whatIsUnknownIsLeftOut() {
        let update = GraphUpdate(
            changeType: "deleted", resource: "r", timestamp: 0, topics: [], isRecovered: true, coalesced: 12
        )
        #expect(
            self.json(update, cursor: Cursor(epoch: "e", offset: 0))
                == #"{"type":"graphUpdate","changeType":"deleted","resource":"r","timestamp":"1970-01-01T00:00:00.000Z","#
                + #""cursor":"e-0","topics":[],"recovered":true,"coalesced":12}"#
        )
    }

    @Test func whatCouldNotBeFetchedIsSaid() {
        let update = GraphUpdate(changeType: "updated", resource: "r", timestamp: 0, topics: [], missing: "notFound")
        #expect(self.json(update).contains(#""topics":[],"missing":"notFound","recovered":false"#))
    }

    @Test func staysOneLineOfJSONWhateverStandsInIt() throws {
        let odd = "a\"b\\c\n\r\u{1E}\u{0}\u{2028}ü"
        let update = GraphUpdate(
            changeType: odd, resource: odd, timestamp: 5, topics: [odd], subscription: odd, tenantID: odd, resourceID: odd
        )
        let text = self.json(update)
        #expect(text.utf8.allSatisfy { $0 >= 0x20 })
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        for name in ["changeType", "resource", "subscription", "tenantId", "resourceId"] {
            #expect(object[name] as? String == odd)
        }
        #expect(object["topics"] as? [String] == [odd])
    }
}
