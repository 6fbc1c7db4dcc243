import Testing

@testable import GraphNotifications

@Suite struct DeltaQueryTests {
    private static let now: Int64 = 1_800_000_000_000

    private static let rows: [(resource: String, kind: DeltaQuery.Kind, first: String, example: String)] = [
        ("users", .user, "users/delta?$deltatoken=latest", "Users/7"),
        ("/users/0e9a", .user, "users/delta?$filter=id eq '0e9a'&$deltatoken=latest", "Users/7"),
        ("groups", .group, "groups/delta?$deltatoken=latest", "Groups/7"),
        ("groups/4b0f/members", .group, "groups/delta?$filter=id eq '4b0f'&$deltatoken=latest", "Groups/7"),
        (
            "users/ann@example.com/mailFolders('inbox')/messages?$select=subject", .message,
            "users/ann@example.com/mailFolders/inbox/messages/delta?$select=createdDateTime,lastModifiedDateTime",
            "Users/ann@example.com/Messages/7"
        ),
        (
            "users('0e9a')/messages", .message,
            "users/0e9a/mailFolders/f%2F1/messages/delta?$select=createdDateTime,lastModifiedDateTime", "Users/0e9a/Messages/7"
        ),
        (
            "me/messages", .message, "me/mailFolders/f%2F1/messages/delta?$select=createdDateTime,lastModifiedDateTime",
            "me/Messages/7"
        ),
        (
            "users/0e9a/events", .event,
            "users/0e9a/calendarView/delta?startDateTime=2026-12-16T08:00:00.000Z&endDateTime=2028-01-15T08:00:00.000Z",
            "Users/0e9a/Events/7"
        ),
        (
            "users/0e9a/calendars/c1/events", .event,
            "users/0e9a/calendars/c1/calendarView/delta?startDateTime=2026-12-16T08:00:00.000Z&endDateTime=2028-01-15T08:00:00.000Z",
            "Users/0e9a/Events/7"
        ),
        (
            "users/0e9a/contacts", .contact,
            "users/0e9a/contacts/delta?$select=createdDateTime,lastModifiedDateTime", "Users/0e9a/Contacts/7"
        ),
        (
            "users/0e9a/contactFolders/f2/contacts", .contact,
            "users/0e9a/contactFolders/f2/contacts/delta?$select=createdDateTime,lastModifiedDateTime", "Users/0e9a/Contacts/7"
        ),
        ("drives/b!q1/root", .driveItem, "drives/b!q1/root/delta?token=latest", "drives/b!q1/items/7"),
        ("users/0e9a/drive/root", .driveItem, "users/0e9a/drive/root/delta?token=latest", "users/0e9a/drive/items/7"),
        ("me/drive/root", .driveItem, "me/drive/root/delta?token=latest", "me/drive/items/7"),
        ("sites/s,1/drive/root", .driveItem, "sites/s,1/drive/root/delta?token=latest", "sites/s,1/drive/items/7"),
        ("groups/4b0f/drive/root", .driveItem, "groups/4b0f/drive/root/delta?token=latest", "groups/4b0f/drive/items/7"),
        ("sites/s,1/lists/l1", .listItem, "sites/s,1/lists/l1/items/delta?token=latest", "sites/s,1/lists/l1/items/7"),
        (
            "teams/4b0f/channels/19:x@thread.tacv2/messages", .channelMessage,
            "teams/4b0f/channels/19%3Ax%40thread.tacv2/messages/delta?$top=50&$filter=lastModifiedDateTime gt 2027-01-15T08:00:00.000Z",
            "teams('4b0f')/channels('19:x@thread.tacv2')/messages('7')"
        ),
        ("users/0e9a/todo/lists/l1/tasks", .task, "users/0e9a/todo/lists/l1/tasks/delta", "users/0e9a/todo/lists/l1/tasks/7"),
    ]

    @Test(arguments: rows.indices) func eachResourceHasItsQuery(index: Int) throws {
        let row = Self.rows[index]
        let query = try DeltaQuery.query(for: row.resource)
        #expect(query.kind == row.kind)
        let first = query.first(folder: "f/1", isFromNowOn: true, now: Self.now)
        let options = first.options.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        #expect(first.path + (options.isEmpty ? "" : "?" + options) == row.first)
        #expect(query.resource(of: "7", owner: nil) == row.example)
    }

    @Test func theUserIsCalledByItsID() throws {
        let query = try DeltaQuery.query(for: "users/ann@example.com/events")
        #expect(query.owner == "ann@example.com")
        #expect(query.resource(of: "7", owner: "0e9a") == "Users/0e9a/Events/7")
        #expect(try DeltaQuery.query(for: "users/ann/messages").folders == "users/ann/mailFolders/delta")
    }

    @Test func withoutBeginningNowEverythingIsWalkedThrough() throws {
        for resource in ["users", "drives/d/root", "teams/t/channels/c/messages"] {
            let options = try DeltaQuery.query(for: resource).first(folder: "", isFromNowOn: false, now: Self.now).options
            #expect(options.allSatisfy { $0.name == "$top" })
        }
    }

    @Test func onlyDrivesAndListsAreAskedForWhenTheyNotify() throws {
        for row in Self.rows {
            let query = try DeltaQuery.query(for: row.resource)
            #expect(query.isTriggeredByNotifications == (row.kind == .driveItem || row.kind == .listItem))
            #expect(query.hasTimes == (row.kind != .user && row.kind != .group))
        }
    }

    @Test(arguments: [
        ("chats/19:x/messages", "not those of chats"), ("chats/getAllMessages", "not those of chats"),
        ("teams/getAllMessages", "not those of chats"), ("communications/presences/0e9a", "presence"),
        ("communications/callRecords", "calls"), ("security/alerts", "alerts"), ("groups/4b0f/conversations", "conversations"),
        ("print/printers/p/jobs", "printing"), ("teams/4b0f/channels", "no delta query"),
        ("users/ann@example.com", "with its id"),
        ("nonsense", "no delta query"), ("", "no delta query"),
    ]) func othersSayWhyNot(resource: String, words: String) {
        do throws(DeltaQuery.Unavailable) {
            _ = try DeltaQuery.query(for: resource)
            Issue.record("\(resource) has a query")
        } catch {
            #expect(error.reason.contains(words), "\(error.reason)")
        }
    }
}
