import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct PresenceTests {
    private static let busy: JSONValue = ["sessionId": "s", "availability": "Busy", "activity": "InAMeeting"]

    @Test func itIsSetReadAndHeardOf() throws {
        var graph = emptyGraph()
        _ = try graph.subscribe(
            .mail("/communications/presences?$filter=id in ('\(anna.id.uppercased())','x')", changeType: "updated"),
            from: .user(ben))
        #expect(try graph.ask(.get, "/v1.0/users/\(anna.id)/presence").json["availability"] == "Offline")
        #expect(try graph.ask(.post, "/v1.0/users/\(anna.id)/presence/setPresence", Self.busy).status == 200)
        #expect(try graph.ask(.post, "/v1.0/users/\(sales.id)/presence/setPresence", Self.busy).status == 200)
        let items = try graph.notified()
        #expect(items.count == 1)
        #expect(items[0]["resource"]?.string == "communications/presences('\(anna.id)')")
        #expect(items[0][path: ["resourceData", "@odata.type"]] == "#Microsoft.Graph.presence")
        #expect(items[0][path: ["resourceData", "id"]]?.string == anna.id)
        #expect(try graph.ask(.get, "/v1.0/me/presence", as: anna.id).json["activity"] == "InAMeeting")
        #expect(try graph.ask(.get, "/v1.0/communications/presences/\(anna.id)").json["availability"] == "Busy")
        let both = try graph.ask(
            .post, "/v1.0/communications/getPresencesByUserId", ["ids": [.string(anna.id), .string(sales.id), "nobody"]])
        #expect(both.values("availability") == ["Busy", "Busy"])
        #expect(try graph.ask(.post, "/v1.0/users/\(anna.id)/presence/clearPresence", ["sessionId": "s"]).status == 200)
        #expect(try graph.notified().count == 1)
        let nonsense: JSONValue = ["availability": "Busy", "activity": "Presenting"]
        #expect(try graph.ask(.post, "/v1.0/users/\(anna.id)/presence/setPresence", nonsense).status == 400)
    }

    @Test func onlySoManyPeople() throws {
        func refused(_ count: Int) -> GraphRefusal? {
            var graph = emptyGraph()
            let ids = (0..<count).map { "'\($0)'" }.joined(separator: ",")
            return refusal { () throws(GraphRefusal) in
                _ = try graph.subscribe(
                    .mail("communications/presences?$filter=id in (\(ids))", changeType: "updated"), from: .user(ben))
            }
        }
        #expect(refused(650) == nil)
        #expect(refused(651)?.status == .badRequest)
    }

    @Test func onlyOneSubscriptionForAnApplicationAndUser() throws {
        var graph = emptyGraph()
        _ = try graph.subscribe(.mail("communications/presences/\(anna.id)", changeType: "updated"), from: .user(ben))
        let another = SubscriptionDraft.mail("communications/presences/\(sales.id)", changeType: "updated")
        let refused = refusal { () throws(GraphRefusal) in _ = try graph.subscribe(another, from: .user(ben)) }
        #expect(refused?.status == .conflict)
        #expect(
            refused?.message
                == "Operation: Create; Exception: [Status Code: Conflict; Reason: A subscripton already exists. It must be deleted before a another can be made.]"
        )
        #expect(try graph.subscribe(another, from: .user(anna)).creatorID == anna.id)
        #expect(
            refusal { () throws(GraphRefusal) in
                _ = try graph.subscribe(.mail("communications/presences/\(anna.id)", changeType: "updated"), from: .user(anna))
            } != nil)
    }
}
