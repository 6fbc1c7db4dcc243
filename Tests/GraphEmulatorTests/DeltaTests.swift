import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct DeltaTests {
    /// Follows the links of one round.
    private static func round(
        _ graph: inout EmulatedGraph, _ path: String, prefer: String? = nil, now: Int64 = morning
    ) throws -> (items: [JSONMembers], link: String, pages: Int) {
        var items: [JSONMembers] = []
        var path = path
        for pages in 1...50 {
            let page = try graph.ask(.get, path, prefer: prefer, now: now)
            #expect(page.status == 200)
            items += page.items
            let (next, delta) = (page.link("nextLink"), page.link("deltaLink"))
            #expect((next == nil) != (delta == nil))
            if let delta { return (items, delta, pages) }
            path = try #require(next)
        }
        throw GraphRefusal.unknownPath
    }

    @Test func usersInPages() throws {
        var graph = emptyGraph { $0.delta.pageSize = 2 }
        let first = try Self.round(&graph, "/v1.0/users/delta?$select=displayName")
        #expect(first.pages == 2)
        #expect(first.items.map { $0.map(\.name) } == Array(repeating: ["id", "displayName"], count: 3))
        #expect(try Self.round(&graph, first.link).items.isEmpty)

        _ = try graph.ask(.patch, "/v1.0/users/\(anna.id)", ["displayName": "Anna B"])
        _ = try graph.ask(.patch, "/v1.0/users/\(anna.id)", ["displayName": "Anna C"])
        _ = try graph.ask(.delete, "/v1.0/users/\(sales.id)")
        let second = try Self.round(&graph, first.link)
        #expect(second.items.map { $0["id"]?.string } == [anna.id, sales.id])
        #expect(second.items[0]["displayName"] == "Anna C")
        #expect(second.items[1]["@removed"] == ["reason": "changed"])
        _ = try graph.ask(.delete, "/v1.0/directory/deletedItems/\(sales.id)")
        let third = try Self.round(&graph, second.link)
        #expect(third.items.map { $0["@removed"] } == [["reason": "deleted"]])
        // An old link still tells everything since then, each once.
        #expect(try Self.round(&graph, first.link).items.count == 2)
        #expect(try Self.round(&graph, third.link).items.isEmpty)
    }

    @Test func onlyWhatIsAskedFor() throws {
        var graph = emptyGraph()
        let some = try Self.round(&graph, "/v1.0/users/delta?$filter=id%20eq%20'\(anna.id)'")
        #expect(some.items.count == 1)
        for option in ["$top=5", "$orderby=displayName", "$search=x"] {
            #expect(try graph.ask(.get, "/v1.0/users/delta?\(option)").status == 400)
        }
        let from = try Self.round(&graph, "/v1.0/users/delta?$deltatoken=latest")
        #expect(from.items.isEmpty)
        _ = try graph.ask(.patch, "/v1.0/users/\(anna.id)", ["jobTitle": "x"])
        #expect(try Self.round(&graph, from.link).items.count == 1)
    }

    @Test func whatIsThereFromNowOnOfNothing() throws {
        var graph = emptyGraph()
        let from = try Self.round(&graph, "/v1.0/groups/delta?$deltatoken=latest")
        _ = try graph.ask(
            .post, "/v1.0/groups", ["displayName": "A", "mailEnabled": false, "mailNickname": "a", "securityEnabled": true])
        #expect(try Self.round(&graph, from.link).items.count == 1)
    }

    @Test func groupsWithTheirMembers() throws {
        var graph = emptyGraph()
        let group = try graph.ask(
            .post, "/v1.0/groups", ["displayName": "A", "mailEnabled": false, "mailNickname": "a", "securityEnabled": true])
        func link(_ user: String) -> JSONValue { ["@odata.id": .string("https://x/users/\(user)")] }
        _ = try graph.ask(.post, "/v1.0/groups/\(group.id)/members/$ref", link(anna.id))
        let first = try Self.round(&graph, "/v1.0/groups/delta")
        #expect(
            first.items.first?["members@delta"] == [["@odata.type": "#microsoft.graph.user", "id": .string(anna.id)]])
        _ = try graph.ask(.post, "/v1.0/groups/\(group.id)/members/$ref", link(sales.id))
        _ = try graph.ask(.delete, "/v1.0/groups/\(group.id)/members/\(anna.id)/$ref")
        let second = try Self.round(&graph, first.link)
        #expect(second.items.count == 1)
        #expect(
            second.items.first?["members@delta"] == [
                ["@odata.type": "#microsoft.graph.user", "id": .string(sales.id)],
                ["@odata.type": "#microsoft.graph.user", "id": .string(anna.id), "@removed": ["reason": "deleted"]],
            ]
        )
    }

    @Test func messagesOfAFolder() throws {
        var graph = emptyGraph()
        let inbox = "/v1.0/users/\(anna.id)/mailFolders/inbox/messages"
        let one = try graph.ask(.post, inbox, ["subject": "1"])
        let two = try graph.ask(.post, inbox, ["subject": "2"])
        let three = try graph.ask(.post, inbox, ["subject": "3"])
        let first = try Self.round(&graph, "\(inbox)/delta?$select=subject", prefer: "odata.maxpagesize=2")
        #expect(first.pages == 2)
        #expect(first.items.map { $0["subject"] } == ["1", "2", "3"])
        #expect(first.items[0].map(\.name) == ["@odata.type", "@odata.etag", "id", "subject"])
        #expect(first.items[0]["@odata.type"] == "#microsoft.graph.message")

        _ = try graph.ask(.patch, "/v1.0/users/\(anna.id)/messages/\(one.id)", ["subject": "1b"])
        _ = try graph.ask(.delete, "/v1.0/users/\(anna.id)/messages/\(two.id)")
        _ = try graph.ask(.post, "/v1.0/users/\(anna.id)/messages/\(three.id)/move", ["destinationId": "archive"])
        let archive = try Self.round(&graph, "/v1.0/users/\(anna.id)/mailFolders/archive/messages/delta")
        #expect(archive.items.map { $0["subject"] } == ["3"])
        let second = try Self.round(&graph, first.link)
        #expect(second.items.map { $0["id"]?.string } == [one.id, two.id, three.id])
        #expect(second.items.map { $0[path: ["@removed", "reason"]]?.string } == [nil, "deleted", "changed"])
        // What was baked into the token stays.
        #expect(second.items[0].map(\.name) == ["@odata.type", "@odata.etag", "id", "subject"])
    }

    @Test func onlyOneKindOfChange() throws {
        var graph = emptyGraph()
        let inbox = "/v1.0/users/\(anna.id)/mailFolders/inbox/messages"
        let old = try graph.ask(.post, inbox, ["subject": "old"])
        let links = try ["created", "updated", "deleted"].map {
            try Self.round(&graph, "\(inbox)/delta?changeType=\($0)").link
        }
        _ = try graph.ask(.post, inbox, ["subject": "new"])
        _ = try graph.ask(.patch, "/v1.0/users/\(anna.id)/messages/\(old.id)", ["isRead": false])
        func counts() throws -> [Int] { try links.map { try Self.round(&graph, $0).items.count } }
        #expect(try counts() == [1, 1, 0])
        _ = try graph.ask(.delete, "/v1.0/users/\(anna.id)/messages/\(old.id)")
        #expect(try counts() == [1, 0, 1])
        #expect(try graph.ask(.get, "\(inbox)/delta?changeType=moved").status == 400)
    }

    @Test func messagesSinceAMoment() throws {
        var graph = emptyGraph()
        let inbox = "/v1.0/users/\(anna.id)/mailFolders/inbox/messages"
        _ = try graph.ask(.post, inbox, ["subject": "old", "receivedDateTime": "2026-11-01T00:00:00Z"])
        _ = try graph.ask(.post, inbox, ["subject": "new"])
        let round = try Self.round(&graph, "\(inbox)/delta?$filter=receivedDateTime+ge+2026-11-20T00:00:00Z")
        #expect(round.items.map { $0["subject"] } == ["new"])
    }

    @Test func eventsInAWindow() throws {
        var graph = emptyGraph()
        func event(_ day: Int) -> JSONValue {
            [
                "subject": .string("\(day)"),
                "start": ["dateTime": .string("2026-12-0\(day)T10:00:00.0000000"), "timeZone": "UTC"],
                "end": ["dateTime": .string("2026-12-0\(day)T11:00:00.0000000"), "timeZone": "UTC"],
            ]
        }
        let inside = try graph.ask(.post, "/v1.0/users/\(anna.id)/events", event(2))
        _ = try graph.ask(.post, "/v1.0/users/\(anna.id)/events", event(9))
        let window = "startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-05T00:00:00Z"
        let first = try Self.round(&graph, "/v1.0/users/\(anna.id)/calendarView/delta?\(window)")
        #expect(first.items.map { $0["subject"] } == ["2"])
        #expect(try graph.ask(.get, "/v1.0/users/\(anna.id)/calendarView?\(window)").values("subject") == ["2"])
        _ = try graph.ask(.patch, "/v1.0/users/\(anna.id)/events/\(inside.id)", event(8))
        let second = try Self.round(&graph, first.link)
        #expect(second.items.map { $0["@removed"] } == [["reason": "changed"]])
        _ = try graph.ask(.patch, "/v1.0/users/\(anna.id)/events/\(inside.id)", event(3))
        #expect(try Self.round(&graph, second.link).items.map { $0["subject"] } == ["3"])
        for query in ["", "?startDateTime=2026-12-01", "?\(window)&$select=subject"] {
            #expect(try graph.ask(.get, "/v1.0/users/\(anna.id)/calendarView/delta\(query)").status == 400)
        }
    }

    @Test func filesOfADrive() throws {
        var graph = emptyGraph()
        let drive = "/v1.0/users/\(anna.id)/drive"
        _ = try graph.ask(.post, "\(drive)/root/children", ["name": "Plans", "folder": [:]])
        _ = try graph.ask(.put, "\(drive)/root:/Plans/a.txt:/content", "x")
        let first = try Self.round(&graph, "\(drive)/root/delta")
        #expect(Set(first.items.compactMap { $0["name"]?.string }) == ["root", "Plans", "a.txt"])
        #expect(first.link.contains("?token="))
        _ = try graph.ask(.delete, "\(drive)/root:/Plans/a.txt")
        let second = try Self.round(&graph, first.link)
        #expect(second.items.contains { $0["deleted"] == ["state": "deleted"] })
        #expect(second.items.allSatisfy { $0["@removed"] == nil })
        let latest = try Self.round(&graph, "\(drive)/root/delta?token=latest", now: morning + 2 * minute)
        #expect(latest.items.isEmpty)
        _ = try graph.ask(.put, "\(drive)/root:/b.txt:/content", "x", now: morning + 3 * minute)
        #expect(try Self.round(&graph, latest.link, now: morning + 4 * minute).items.contains { $0["name"] == "b.txt" })
        let since = try Self.round(&graph, "\(drive)/root/delta?token=2026-11-24T09:32:00Z", now: morning + 4 * minute)
        #expect(since.items.contains { $0["name"] == "b.txt" })
        #expect(since.items.allSatisfy { $0["name"] != "Plans" })
    }

    @Test func tokensThatNoLongerWork() throws {
        var graph = emptyGraph()
        _ = try graph.ask(.post, "/v1.0/users/\(anna.id)/mailFolders/inbox/messages", ["subject": "x"])
        let users = try Self.round(&graph, "/v1.0/users/delta").link
        let mail = try Self.round(&graph, "/v1.0/users/\(anna.id)/mailFolders/inbox/messages/delta").link
        let files = try Self.round(&graph, "/v1.0/users/\(anna.id)/drive/root/delta").link
        let week = morning + 7 * 24 * 60 * minute
        #expect(try graph.ask(.get, users, now: week - 1).status == 200)
        let expired = try graph.ask(.get, users, now: week)
        #expect(expired.status == 410)
        #expect(expired.code == "resyncRequired")
        #expect(expired.fields[.location] == "http://graph/v1.0/users/delta?$deltatoken=")
        #expect(try graph.ask(.get, "/v1.0/users/delta?$deltatoken=", now: week).items.count == 3)
        #expect(try graph.ask(.get, "/v1.0/users/delta?$deltatoken=nonsense").status == 410)
        // A token of another place is none.
        let foreign = try #require(mail.split(separator: "=").last)
        #expect(try graph.ask(.get, "/v1.0/users/delta?$deltatoken=\(foreign)").status == 410)

        #expect(try graph.ask(.get, mail, now: week).status == 200)
        graph.contents[caller.tenantID]?.forgetChanges()
        let gone = try graph.ask(.get, mail)
        #expect(gone.status == 410)
        #expect(gone.code == "syncStateNotFound")
        #expect(gone.fields[.location] == nil)
        #expect(
            try graph.ask(.get, files).fields[.location] == "http://graph/v1.0/users/\(anna.id)/drive/root/delta?token=")
        #expect(try Self.round(&graph, "/v1.0/users/\(anna.id)/mailFolders/inbox/messages/delta").items.count == 1)
    }

    @Test func onlySoManyRemovalsAreRemembered() throws {
        var graph = emptyGraph { $0.limits.removals = 2 }
        let inbox = "/v1.0/users/\(anna.id)/mailFolders/inbox/messages"
        let ids = try (0..<3).map { _ in try graph.ask(.post, inbox, [:]).id }
        let first = try Self.round(&graph, "\(inbox)/delta")
        for id in ids.prefix(2) { _ = try graph.ask(.delete, "/v1.0/users/\(anna.id)/messages/\(id)") }
        #expect(try Self.round(&graph, first.link).items.count == 2)
        _ = try graph.ask(.delete, "/v1.0/users/\(anna.id)/messages/\(ids[2])")
        #expect(try graph.ask(.get, first.link).code == "syncStateNotFound")
    }

    @Test func deltaLagsBehind() throws {
        var graph = emptyGraph { $0.delta.lag = .seconds(30) }
        let start = morning + minute
        let first = try Self.round(&graph, "/v1.0/users/\(anna.id)/mailFolders/inbox/messages/delta", now: start)
        _ = try graph.subscribe(.mail("users/\(anna.id)/messages"))
        let inbox = "/v1.0/users/\(anna.id)/mailFolders/inbox/messages"
        let message = try graph.ask(.post, inbox, ["subject": "x"], now: start)
        #expect(try graph.notified(at: start + 20).count == 1)
        let early = try Self.round(&graph, first.link, now: start + 29_999)
        #expect(early.items.isEmpty)
        #expect(try Self.round(&graph, early.link, now: start + 30_000).items.count == 1)
        _ = try graph.ask(.delete, "/v1.0/users/\(anna.id)/messages/\(message.id)", now: start + 40_000)
        let before = try Self.round(&graph, early.link, now: start + 50_000)
        #expect(before.items.isEmpty)
        #expect(try Self.round(&graph, before.link, now: start + 70_000).items.first?["@removed"] != nil)
    }

    @Test func emptyPagesAndReplays() throws {
        var graph = emptyGraph {
            $0.delta.hasEmptyPages = true
            $0.delta.replays = true
        }
        let first = try Self.round(&graph, "/v1.0/users/delta")
        #expect(first.items.count == 3)
        #expect(first.pages == 3)
        let second = try Self.round(&graph, first.link)
        #expect(second.items.count == 1)
        #expect(second.items.first?["id"] == first.items.last?["id"])
    }

    @Test func whatChangesDuringARoundComesInTheNext() throws {
        var graph = emptyGraph { $0.delta.pageSize = 1 }
        let page = try graph.ask(.get, "/v1.0/users/delta")
        _ = try graph.ask(.patch, "/v1.0/users/\(sales.id)", ["jobTitle": "x"])
        _ = try graph.ask(.delete, "/v1.0/users/\(anna.id)")
        let rest = try Self.round(&graph, try #require(page.link("nextLink")))
        let next = try Self.round(&graph, rest.link)
        #expect(next.items.map { $0["id"]?.string } == [sales.id, anna.id])
        #expect(next.items.last?["@removed"] != nil)
    }
}
