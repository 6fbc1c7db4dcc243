import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct CalendarTests {
    private static let event: JSONValue = [
        "subject": "Stocktaking", "start": ["dateTime": "2026-12-02T10:00:00", "timeZone": "UTC"],
        "end": ["dateTime": "2026-12-02T11:00:00", "timeZone": "UTC"],
        "attendees": [["type": "required", "emailAddress": ["address": "anna@example.com"]]],
    ]

    @Test func anEventOfACalendar() throws {
        var graph = emptyGraph()
        _ = try graph.subscribe(.mail("users/sales@example.com/events"))
        let calendar = try graph.ask(.post, "/v1.0/users/sales@example.com/calendars", ["name": "Shifts"])
        _ = try graph.subscribe(.mail("users/sales@example.com/calendars/\(calendar.id)/events"))
        let event = try graph.ask(.post, "/v1.0/users/sales@example.com/events", Self.event)
        #expect(event.status == 201)
        #expect(event.json[path: ["organizer", "emailAddress", "address"]] == "sales@example.com")
        let items = try graph.notified()
        #expect(items.count == 1)
        #expect(items[0]["resource"]?.string == "Users/\(sales.id)/Events/\(event.id)")
        #expect(items[0][path: ["resourceData", "@odata.type"]] == "#Microsoft.Graph.Event")
        #expect(items[0][path: ["resourceData", "@odata.etag"]] == event.json["@odata.etag"])
        _ = try graph.ask(.post, "/v1.0/users/sales@example.com/calendars/\(calendar.id)/events", Self.event)
        #expect(try graph.notified().count == 2)
        #expect(try graph.ask(.get, "/v1.0/users/sales@example.com/calendar/events").items.count == 1)
        #expect(try graph.ask(.get, "/v1.0/users/sales@example.com/events").items.count == 2)
        #expect(try graph.ask(.patch, "/v1.0/users/sales@example.com/events/\(event.id)", ["subject": "x"]).status == 200)
        #expect(try graph.ask(.delete, "/v1.0/users/sales@example.com/events/\(event.id)").status == 204)
        #expect(try graph.notified().map { $0["changeType"]?.string } == ["updated", "deleted"])
        #expect(try graph.ask(.delete, "/v1.0/users/sales@example.com/calendars/\(calendar.id)").status == 204)
        #expect(try graph.notified().map { $0["changeType"]?.string } == ["deleted", "deleted"])
    }

    @Test func aStormOfUpdates() throws {
        var graph = emptyGraph { $0.quirks.eventStorm = 2 }
        _ = try graph.subscribe(.mail("users/sales@example.com/events"))
        let event = try graph.ask(.post, "/v1.0/users/sales@example.com/events", Self.event)
        let items = try graph.notified()
        #expect(items.map { $0["changeType"]?.string } == ["created", "updated", "updated"])
        let etags = items.compactMap { $0[path: ["resourceData", "@odata.etag"]]?.string }
        #expect(Set(etags).count == 3 && etags.last == event.json["@odata.etag"]?.string)
        _ = try graph.ask(.patch, "/v1.0/users/sales@example.com/events/\(event.id)", ["subject": "x"])
        #expect(try graph.notified().count == 3)
        // What changes nothing stirs nothing up.
        _ = try graph.ask(.patch, "/v1.0/users/sales@example.com/events/\(event.id)", ["subject": "x"])
        #expect(try graph.notified().isEmpty)
    }

    @Test func eventsNeedTimes() throws {
        var graph = emptyGraph()
        let events = "/v1.0/users/sales@example.com/events"
        for body: JSONValue in [
            ["subject": "x"], ["start": ["dateTime": "x"], "end": ["dateTime": "y"]],
            ["start": ["dateTime": "2026-12-02T10:00:00"], "end": ["dateTime": "2026-12-02T09:00:00"]],
        ] {
            #expect(try graph.ask(.post, events, body).code == "ErrorPropertyValidationFailure")
        }
        let event = try graph.ask(.post, events, Self.event)
        #expect(try graph.ask(.patch, "\(events)/\(event.id)", ["start": ["dateTime": "2027-01-01T00:00:00"]]).status == 400)
        #expect(try graph.ask(.get, "/v1.0/users/sales@example.com/calendarView").code == "ErrorInvalidParameter")
        #expect(
            refusal { () throws(GraphRefusal) in _ = try graph.subscribe(.mail("users/sales@example.com/calendars/x/events")) }
                == .unknownFolder
        )
    }

    @Test func windowsTouch() {
        #expect((Int64(0)..<10).touches(5..<6))
        #expect((Int64(0)..<10).touches(9..<20))
        #expect(!(Int64(0)..<10).touches(10..<20))
        #expect(!(Int64(10)..<20).touches(0..<10))
        #expect((Int64(5)..<5).touches(0..<10))
        #expect((Int64(0)..<0).touches(0..<10))
        #expect(!(Int64(10)..<10).touches(0..<10))
    }

    @Test func contacts() throws {
        var graph = emptyGraph()
        _ = try graph.subscribe(.mail("users/sales@example.com/contacts"))
        _ = try graph.subscribe(.mail("users/sales@example.com/contactFolders/contacts/contacts", changeType: "created"))
        let contacts = "/v1.0/users/sales@example.com/contacts"
        let mira = try graph.ask(.post, contacts, ["givenName": "Mira", "surname": "Lindqvist"])
        #expect(mira.json["displayName"] == "Mira Lindqvist")
        let items = try graph.notified()
        #expect(items.map { $0["resource"]?.string } == Array(repeating: "Users/\(sales.id)/Contacts/\(mira.id)", count: 2))
        #expect(items[0][path: ["resourceData", "@odata.type"]] == "#Microsoft.Graph.Contact")
        #expect(try graph.ask(.patch, "\(contacts)/\(mira.id)", ["jobTitle": "Buyer"]).status == 200)
        #expect(try graph.ask(.get, "\(contacts)/delta").values("jobTitle") == ["Buyer"])
        #expect(try graph.ask(.delete, "\(contacts)/\(mira.id)").status == 204)
        #expect(try graph.notified().count == 2)
    }

    @Test func tasks() throws {
        var graph = emptyGraph()
        let lists = "/v1.0/me/todo/lists"
        let list = try #require(try graph.ask(.get, lists, as: anna.id).values("id").first)
        _ = try graph.subscribe(.mail("users/\(anna.id)/todo/lists/\(list)/tasks"))
        let task = try graph.ask(.post, "\(lists)/\(list)/tasks", ["title": "Count"], as: anna.id)
        #expect(task.status == 201)
        let item = try #require(try graph.notified().first)
        #expect(item[path: ["resourceData", "@odata.type"]] == "#Microsoft.Graph.TodoTask")
        #expect(try graph.ask(.get, "\(lists)/\(list)/tasks/delta", as: anna.id).values("title") == ["Count"])
    }
}
