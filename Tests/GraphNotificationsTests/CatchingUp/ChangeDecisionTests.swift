import NIOCore
import Testing

@testable import GraphNotifications

@Suite struct ChangeDecisionTests {
    /// 2026-11-24T10:00:00Z.
    private static let since: Int64 = 1_795_514_400_000

    private func item(
        created: String? = nil, modified: String? = nil, extra: String = "", kind: DeltaQuery.Kind = .message
    ) throws -> DeltaItem {
        var json = #"{"id":"7""# + extra
        if let created { json += #","createdDateTime":"2026-11-24T\#(created)Z""# }
        if let modified { json += #","lastModifiedDateTime":"2026-11-24T\#(modified)Z""# }
        return try #require(DeltaItem(ByteBuffer(string: json + "}"), kind: kind))
    }

    private func decide(
        _ item: DeltaItem, asked: ChangeTypes = [.created, .updated, .deleted], floor: Int64? = nil,
        kind: DeltaQuery.Kind = .message
    ) -> [String] {
        ChangeDecision(kind: kind, asked: asked, since: Self.since, floor: floor, tolerance: 60_000)
            .changes(of: item).map { "\($0.type)" + ($0.matchesAnyVersion ? " of any version" : "") }
    }

    @Test func whatIsNewWasCreated() throws {
        let new = try self.item(created: "10:05:00", modified: "10:05:00")
        #expect(self.decide(new) == ["created"])
        #expect(self.decide(new, asked: .created) == ["created of any version"])
        #expect(self.decide(new, asked: .updated) == ["updated"])
        #expect(self.decide(new, asked: .deleted) == [])
        // Graph's clock may be a little behind.
        #expect(self.decide(try self.item(created: "09:59:30", modified: "09:59:30")) == ["created"])
    }

    @Test func whatIsNewAndModifiedIsBoth() throws {
        let both = try self.item(created: "10:05:00", modified: "10:06:00")
        #expect(self.decide(both) == ["created of any version", "updated"])
        #expect(self.decide(both, asked: .created) == ["created of any version"])
        #expect(self.decide(both, asked: [.updated, .deleted]) == ["updated"])
    }

    @Test func whatIsOldWasUpdated() throws {
        let old = try self.item(created: "08:00:00", modified: "10:06:00")
        #expect(self.decide(old) == ["updated"])
        #expect(self.decide(old, asked: .created) == [])
        let unknown = try self.item()
        #expect(self.decide(unknown) == ["updated"])
        #expect(self.decide(unknown, asked: .created) == ["created"])
    }

    @Test func whatIsGoneWasDeleted() throws {
        let gone = try self.item(extra: #","@removed":{"reason":"deleted"}"#)
        #expect(self.decide(gone) == ["deleted of any version"])
        #expect(self.decide(gone, asked: [.created, .updated]) == [])
        let aside = try self.item(extra: #","@removed":{"reason":"changed"}"#)
        #expect(self.decide(aside) == ["deleted of any version"])
        #expect(self.decide(aside, asked: .updated) == [])
        #expect(self.decide(aside, asked: .updated, kind: .user) == ["updated"])
        let file = try self.item(extra: #","deleted":{"state":"deleted"}"#, kind: .driveItem)
        #expect(self.decide(file, kind: .driveItem) == ["deleted of any version"])
        let post = try self.item(created: "08:00:00", extra: #","deletedDateTime":"2026-11-24T10:01:00Z""#, kind: .channelMessage)
        #expect(self.decide(post, kind: .channelMessage) == ["deleted of any version"])
    }

    @Test func inAWalkOnlyWhatWasModifiedSinceIsOfInterest() throws {
        let floor = Self.since
        #expect(self.decide(try self.item(created: "08:00:00", modified: "09:58:00"), floor: floor) == [])
        #expect(self.decide(try self.item(created: "08:00:00", modified: "09:59:30"), floor: floor) == ["updated"])
        #expect(self.decide(try self.item(created: "10:01:00", modified: "10:01:00"), floor: floor) == ["created"])
        #expect(self.decide(try self.item(), floor: floor) == [])
        #expect(self.decide(try self.item(created: "10:01:00", modified: "10:01:00"), floor: DeltaPosition.nothing) == [])
    }

    @Test func theRootOfADriveIsNoChange() throws {
        let root = try self.item(created: "08:00:00", modified: "10:06:00", extra: #","root":{}"#, kind: .driveItem)
        #expect(self.decide(root, kind: .driveItem) == [])
    }

    @Test func theVersionIsTheEtagOrElseTheMoment() throws {
        #expect(try self.item(modified: "10:06:00", extra: #","@odata.etag":"W/1""#).version == "W/1")
        #expect(try self.item(modified: "10:06:00", extra: #","eTag":"e2","eTag2":1"#).version == "e2")
        #expect(try self.item(modified: "10:06:00").version == "2026-11-24T10:06:00Z")
        #expect(try self.item().version == nil)
        for nothing in ["{}", #"{"id":""}"#, #"{"id":7}"#, "[]", "7", "{"] {
            #expect(DeltaItem(ByteBuffer(string: nothing), kind: .user) == nil)
        }
    }
}
