import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct DirectoryTests {
    private static let carla: JSONValue = [
        "accountEnabled": true, "displayName": "Carla Ruiz", "mailNickname": "carla", "userPrincipalName": "carla@example.com",
        "passwordProfile": ["password": "x"],
    ]

    /// What is heard of users: never `created`, and `deleted` only at the very end.
    @Test func aUserComesGoesComesBackAndGoesForGood() throws {
        var graph = emptyGraph()
        _ = try graph.subscribe(.mail("users", changeType: "updated,deleted"))
        func heard() throws -> [String] { try graph.notified().compactMap { $0["changeType"]?.string } }
        let created = try graph.ask(.post, "/v1.0/users", Self.carla)
        #expect(created.status == 201)
        #expect(created.json["givenName"] == "Carla")
        #expect(created.json["passwordProfile"] == nil)
        let item = try #require(try graph.notified().first)
        #expect(item["changeType"] == "updated")
        #expect(item["resource"]?.string == "Users/\(created.id)")
        let data = try #require(item["resourceData"]?.object)
        #expect(data.map(\.name) == ["@odata.type", "@odata.id", "id", "organizationId", "eventTime", "sequenceNumber"])
        #expect(data["@odata.type"] == "#Microsoft.Graph.User")
        #expect(data["organizationId"]?.string == caller.tenantID)
        #expect(data["eventTime"] == "2026-11-24T09:30:00Z")
        // Beyond 2^53, as Graph's are.
        #expect(data["sequenceNumber"]?.integer == 639_311_094_000_000_000)

        #expect(try graph.ask(.patch, "/v1.0/users/CARLA@example.com", ["jobTitle": "Buyer"]).status == 204)
        #expect(try graph.ask(.get, "/v1.0/users/\(created.id)").json["jobTitle"] == "Buyer")
        #expect(try heard() == ["updated"])
        #expect(try graph.ask(.delete, "/v1.0/users/\(created.id)").status == 204)
        #expect(try graph.ask(.get, "/v1.0/users/\(created.id)").code == "Request_ResourceNotFound")
        #expect(try graph.ask(.get, "/v1.0/directory/deletedItems/microsoft.graph.user").values("id") == [created.id])
        #expect(try heard() == ["updated"])
        #expect(try graph.ask(.post, "/v1.0/directory/deletedItems/\(created.id)/restore").status == 200)
        #expect(try graph.ask(.get, "/v1.0/users/carla@example.com/mailFolders/inbox").status == 200)
        #expect(try heard() == ["updated"])
        _ = try graph.ask(.delete, "/v1.0/users/\(created.id)")
        #expect(try graph.ask(.delete, "/v1.0/directory/deletedItems/\(created.id)").status == 204)
        #expect(try heard() == ["updated", "deleted"])
        #expect(try graph.ask(.get, "/v1.0/directory/deletedItems/\(created.id)").status == 404)
    }

    @Test func whatAUserNeeds() throws {
        var graph = emptyGraph()
        #expect(try graph.ask(.post, "/v1.0/users", ["displayName": "X"]).code == "Request_BadRequest")
        #expect(
            try graph.ask(.post, "/v1.0/users", ["displayName": "X", "userPrincipalName": "SALES@example.com"]).status == 400)
        #expect(try graph.ask(.post, "/v1.0/users", ["colour": "red"]).code == "RequestBodyRead")
        #expect(try graph.ask(.patch, "/v1.0/users/\(anna.id)", ["userPrincipalName": "sales@example.com"]).status == 400)
        #expect(try graph.ask(.patch, "/v1.0/users/\(anna.id)", ["userPrincipalName": "anne@example.com"]).status == 204)
        #expect(try graph.ask(.get, "/v1.0/users/anne@example.com").id == anna.id)
        #expect(try graph.ask(.get, "/v1.0/users/anna@example.com").status == 404)
    }

    @Test func me() throws {
        var graph = emptyGraph()
        #expect(try graph.ask(.get, "/v1.0/me", as: anna.id).id == anna.id)
        #expect(try graph.ask(.post, "/beta/me/messages", ["subject": "x"], as: anna.id).status == 201)
        let refused = try graph.ask(.get, "/v1.0/me/messages")
        #expect(refused.status == 400)
        #expect(
            refused.json[path: ["error", "message"]]?.string
                == "/me request is only valid with delegated authentication flow."
        )
    }

    @Test func groupsTellWhoHasComeAndGone() throws {
        var graph = emptyGraph()
        let group = try graph.ask(
            .post, "/v1.0/groups",
            ["displayName": "Buyers", "mailEnabled": false, "mailNickname": "buyers", "securityEnabled": true]
        )
        _ = try graph.subscribe(.mail("groups", changeType: "updated"))
        _ = try graph.subscribe(.mail("groups/\(group.id)/members", changeType: "updated"))
        let link: JSONValue = ["@odata.id": .string("https://graph.microsoft.com/v1.0/directoryObjects/\(anna.id)")]
        #expect(try graph.ask(.post, "/v1.0/groups/\(group.id)/members/$ref", link).status == 204)
        var items = try graph.notified()
        #expect(items.count == 2)
        for item in items {
            #expect(item["resource"]?.string == "Groups/\(group.id)")
            #expect(item[path: ["resourceData", "members@delta"]] == [["id": .string(anna.id)]])
        }
        #expect(try graph.ask(.post, "/v1.0/groups/\(group.id)/members/$ref", link).status == 400)
        #expect(try graph.ask(.get, "/v1.0/groups/\(group.id)/members").values("@odata.type") == ["#microsoft.graph.user"])
        #expect(try graph.ask(.get, "/v1.0/groups/\(group.id)/members/$ref").items.count == 1)
        #expect(try graph.ask(.delete, "/v1.0/groups/\(group.id)/members/\(anna.id)/$ref").status == 204)
        items = try graph.notified()
        #expect(
            items.first?[path: ["resourceData", "members@delta"]] == [["id": .string(anna.id), "@removed": "deleted"]])
        #expect(try graph.ask(.delete, "/v1.0/groups/\(group.id)/members/\(anna.id)/$ref").status == 404)
        // The owners are somebody else's business.
        _ = try graph.ask(.post, "/v1.0/groups/\(group.id)/owners/$ref", link)
        #expect(try graph.notified().count == 1)
    }

    @Test func whoIsGoneForGoodLeavesTheirGroups() throws {
        var graph = emptyGraph()
        let group = try graph.ask(
            .post, "/v1.0/groups",
            [
                "displayName": "Buyers", "mailEnabled": false, "mailNickname": "buyers", "securityEnabled": true,
                "members@odata.bind": [.string("https://graph.microsoft.com/v1.0/users/\(anna.id)")],
            ]
        )
        #expect(try graph.ask(.get, "/v1.0/groups/\(group.id)/members").values("id") == [anna.id])
        _ = try graph.subscribe(.mail("groups/\(group.id)", changeType: "updated"))
        _ = try graph.ask(.delete, "/v1.0/users/\(anna.id)")
        #expect(try graph.ask(.get, "/v1.0/groups/\(group.id)/members").items.isEmpty)
        _ = try graph.ask(.delete, "/v1.0/directory/deletedItems/\(anna.id)")
        #expect(try graph.notified().first?[path: ["resourceData", "members@delta"]] != nil)
    }

    @Test func listsAreFilteredOrderedAndPaged() throws {
        var graph = emptyGraph()
        #expect(try graph.ask(.get, "/v1.0/users?$filter=startswith(displayName,'A')").values("displayName") == ["Anna Berg"])
        #expect(
            try graph.ask(.get, "/v1.0/users?$orderby=displayName%20desc&$select=displayName").items.map { $0.map(\.name) }
                == Array(repeating: ["id", "displayName"], count: 3)
        )
        let first = try graph.ask(.get, "/v1.0/users?$top=2&$orderby=displayName%20desc&$count=true")
        #expect(first.values("displayName") == ["Sales", "Ben Okafor"])
        #expect(first.json["@odata.count"]?.integer == 3)
        let second = try graph.ask(.get, try #require(first.link("nextLink")))
        #expect(second.values("displayName") == ["Anna Berg"])
        #expect(second.link("nextLink") == nil)
        #expect(try graph.ask(.get, "/v1.0/users?$search=x").status == 400)
        #expect(try graph.ask(.get, "/v1.0/users?$filter=x%20eq").status == 400)
        #expect(try graph.ask(.get, "/v1.0/users?$skiptoken=nonsense").status == 400)
    }

    @Test func aFullDirectorySaysSo() throws {
        var graph = emptyGraph { $0.limits.objectsPerCollection = 7 }
        for number in 0..<4 {
            let user: JSONValue = ["displayName": "X", "userPrincipalName": .string("x\(number)@example.com")]
            #expect(try graph.ask(.post, "/v1.0/users", user).status == 201)
        }
        let refused = try graph.ask(.post, "/v1.0/users", Self.carla)
        #expect(refused.status == 403)
        #expect(refused.code == "Directory_QuotaExceeded")
        var small = emptyGraph { $0.limits.objects = 39 }
        #expect(try small.ask(.post, "/v1.0/me/messages", [:], as: anna.id).status == 507)
    }
}
