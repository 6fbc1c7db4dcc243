import Testing

@testable import GraphEmulator

@Suite struct ActivityTests {
    @Test func activityIsOfManyKindsAndTheSameWithTheSameSeed() throws {
        func day() throws -> [String] {
            var graph = emptyGraph()
            graph.settleIn(now: morning)
            for user in EmulatedTenant.contoso.users {
                for kind in ["messages", "events"] { _ = try graph.subscribe(.mail("users/\(user.id)/\(kind)", url: Self.url)) }
                _ = try graph.subscribe(.mail("users/\(user.id)/drive/root", changeType: "updated", url: Self.url))
            }
            for resource in ["chats/getAllMessages", "teams/getAllMessages"] {
                _ = try graph.subscribe(.mail(resource, url: Self.url))
            }
            _ = try graph.subscribe(
                .mail("communications/presences", changeType: "updated", url: Self.url), from: .user(ben))
            var items: [String] = []
            for step in Int64(0)..<400 {
                graph.act(now: morning + step * 1000)
                items += graph.deliver(at: morning + step * 1000 + 500).flatMap { $0 }
            }
            return items
        }
        let items = try day()
        #expect(items.count > 300)
        for part in [
            "Message\"", "Event\"", "DriveItem\"", "chats(", "teams(", "presence\"", "\"created\"", "\"updated\"", "\"deleted\"",
        ] {
            #expect(items.contains { $0.contains(part) }, "\(part)")
        }
        #expect(try day() == items)
    }

    private static let url = "http://127.0.0.1/n"
}
