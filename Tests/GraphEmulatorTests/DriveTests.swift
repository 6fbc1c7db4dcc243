import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct DriveTests {
    private static let drive = "/v1.0/users/sales@example.com/drive"

    /// Notifications of a drive say only that something is different, under the path that was subscribed.
    @Test func aDriveOnlySaysThatItHasChanged() throws {
        var graph = emptyGraph()
        _ = try graph.subscribe(.mail("/users/sales@example.com/drive/root", changeType: "updated"))
        let id = try graph.ask(.get, Self.drive).id
        _ = try graph.subscribe(.mail("drives/\(id)/root", changeType: "updated"))
        let item = try graph.ask(.put, "\(Self.drive)/root:/a.txt:/content", "hello", type: "text/plain")
        #expect(item.status == 201)
        #expect(item.json["size"]?.integer == 7)
        #expect(item.json["file"] == ["mimeType": "text/plain"])
        let items = try graph.notified()
        #expect(items.map { $0["resource"]?.string } == ["users/sales@example.com/drive/root", "drives/\(id)/root"])
        for item in items {
            #expect(item["changeType"] == "updated")
            #expect(item["resourceData"] == ["@odata.type": "#Microsoft.Graph.DriveItem"])
        }
        #expect(try graph.ask(.put, "\(Self.drive)/items/\(item.id)/content", "hello, hello").status == 200)
        #expect(try graph.ask(.delete, "\(Self.drive)/items/\(item.id)").status == 204)
        #expect(try graph.notified().map { $0["changeType"]?.string } == Array(repeating: "updated", count: 4))
        // Somebody else's drive.
        _ = try graph.ask(.put, "/v1.0/users/anna@example.com/drive/root:/a.txt:/content", "hello")
        #expect(try graph.notified().isEmpty)
    }

    @Test func foldersAndPaths() throws {
        var graph = emptyGraph()
        let root = try graph.ask(.get, "\(Self.drive)/root")
        let plans = try graph.ask(.post, "\(Self.drive)/root/children", ["name": "Plans", "folder": [:]])
        #expect(plans.status == 201)
        #expect(plans.json[path: ["parentReference", "id"]]?.string == root.id)
        let file = try graph.ask(.put, "\(Self.drive)/root:/plans/2027%20a.txt:/content", "x")
        #expect(try graph.ask(.get, "\(Self.drive)/root:/Plans/2027%20a.txt").id == file.id)
        #expect(try graph.ask(.get, "\(Self.drive)/root:/Plans:/children").values("name") == ["2027 a.txt"])
        #expect(try graph.ask(.get, "\(Self.drive)/items/\(plans.id)").json["folder"] == ["childCount": 1])
        #expect(
            try graph.ask(.post, "\(Self.drive)/root/children", ["name": "plans", "folder": [:]]).code == "nameAlreadyExists")
        #expect(try graph.ask(.post, "\(Self.drive)/root/children", ["name": "a:b"]).code == "invalidRequest")
        #expect(try graph.ask(.get, "\(Self.drive)/root:/nowhere").code == "itemNotFound")

        let other = try graph.ask(.post, "\(Self.drive)/root/children", ["name": "Old", "folder": [:]])
        let move: JSONValue = ["parentReference": ["id": .string(other.id)], "name": "b.txt"]
        let moved = try graph.ask(.patch, "\(Self.drive)/items/\(file.id)", move)
        #expect(moved.id == file.id)
        #expect(moved.json["eTag"] != file.json["eTag"])
        #expect(try graph.ask(.get, "\(Self.drive)/root:/Old/b.txt").id == file.id)
        let intoItself: JSONValue = ["parentReference": ["id": .string(other.id)]]
        #expect(try graph.ask(.patch, "\(Self.drive)/items/\(other.id)", intoItself).status == 400)
        #expect(try graph.ask(.delete, "\(Self.drive)/root:/Old").status == 204)
        #expect(try graph.ask(.get, "\(Self.drive)/items/\(file.id)").status == 404)
        #expect(try graph.ask(.delete, "\(Self.drive)/root").status == 400)
    }

    @Test func listsOfASite() throws {
        var graph = emptyGraph()
        graph.settleIn(now: morning)
        let site = try #require(try graph.ask(.get, "/v1.0/sites").values("id").first)
        let list = try #require(try graph.ask(.get, "/v1.0/sites/\(site)/lists").values("id").first)
        _ = try graph.subscribe(.mail("sites/\(site)/lists/\(list)", changeType: "updated"))
        _ = try graph.subscribe(.mail("sites/\(site)/drive/root", changeType: "updated"))
        let items = "/v1.0/sites/\(site)/lists/\(list)/items"
        let item = try graph.ask(.post, items, ["fields": ["Title": "Lamp"]])
        #expect(item.id == "1")
        _ = try graph.ask(.put, "/v1.0/sites/\(site)/drive/root:/a.txt:/content", "x")
        let heard = try graph.notified()
        #expect(heard.map { $0["resource"]?.string } == ["sites/\(site)/lists/\(list)", "sites/\(site)/drive/root"])
        #expect(try graph.ask(.get, "\(items)/delta").items.count == 1)
        #expect(try graph.ask(.get, "\(items)?$filter=fields/Title%20eq%20'Lamp'").items.count == 1)
    }
}
