import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct TeamsTests {
    private static func chat(_ graph: inout EmulatedGraph) throws -> TestReply {
        func member(_ user: String) -> JSONValue {
            [
                "@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": ["owner"],
                "user@odata.bind": .string("https://graph.microsoft.com/v1.0/users('\(user)')"),
            ]
        }
        return try graph.ask(
            .post, "/v1.0/chats", ["chatType": "group", "topic": "Rota", "members": [member(sales.id), member(anna.id)]])
    }

    @Test func aChatAndWhatIsSaidInIt() throws {
        var graph = emptyGraph()
        for resource in ["chats/getAllMessages", "users/\(anna.id)/chats/getAllMessages", "chats/getAllMembers"] {
            _ = try graph.subscribe(.mail(resource, url: "http://127.0.0.1/\(resource.lowercased())"))
        }
        _ = try graph.subscribe(.mail("chats", changeType: "created,updated"))
        let ben = "4b0f7c2e-6d39-4b8f-8a1a-0e4cf4f2b7d9"
        _ = try graph.subscribe(.mail("users/\(ben)/chats/getAllMessages", url: "http://127.0.0.1/ben"))
        let chat = try Self.chat(&graph)
        #expect(chat.status == 201)
        #expect(chat.id.wholeMatch(of: /19:[0-9a-f]{32}@thread\.v2/) != nil)
        var resources = try graph.notified().compactMap { $0["resource"]?.string }
        #expect(resources.contains("chats('\(chat.id)')"))
        #expect(resources.count { $0.hasPrefix("chats('\(chat.id)')/members('MCMj") } == 2)

        let said = try graph.ask(
            .post, "/v1.0/chats/\(chat.id)/messages", ["body": ["content": "Hello"]], as: anna.id)
        #expect(said.status == 201)
        #expect(said.id == "\(morning)")
        #expect(said.json[path: ["from", "user", "id"]]?.string == anna.id)
        #expect(said.json["chatId"]?.string == chat.id)
        let items = try graph.notified()
        #expect(items.count == 2)
        for item in items {
            #expect(item["resource"]?.string == "chats('\(chat.id)')/messages('\(said.id)')")
            #expect(
                item["resourceData"] == [
                    "@odata.type": "#Microsoft.Graph.chatMessage",
                    "@odata.id": .string("chats('\(chat.id)')/messages('\(said.id)')"), "id": .string(said.id),
                ]
            )
        }
        let message = "/v1.0/chats/\(chat.id)/messages/\(said.id)"
        func heard() throws -> [String?] {
            try graph.notified().filter { $0["resource"]?.string?.contains("messages") == true }.map { $0["changeType"]?.string }
        }
        #expect(try graph.ask(.post, "\(message)/setReaction", ["reactionType": "like"], as: sales.id).status == 204)
        #expect(try heard() == ["updated", "updated"])
        #expect(try graph.ask(.patch, message, ["body": ["content": "Hello!"]]).status == 204)
        #expect(try heard() == ["updated", "updated"])
        #expect(try graph.ask(.post, "/v1.0/users/\(anna.id)/chats/\(chat.id)/messages/\(said.id)/softDelete").status == 204)
        #expect(try heard() == ["deleted", "deleted"])
        #expect(try graph.ask(.get, message).json[path: ["body", "content"]] == "")
        #expect(try graph.ask(.post, "\(message)/undoSoftDelete").status == 204)
        #expect(try heard() == ["updated", "updated"])
        #expect(try graph.ask(.get, message).json[path: ["body", "content"]] == "Hello!")
        resources = try graph.ask(.get, "/v1.0/users/\(anna.id)/chats").values("id")
        #expect(resources == [chat.id])
        #expect(try graph.ask(.get, "/v1.0/users/\(ben)/chats").items.isEmpty)
        #expect(try graph.ask(.post, "/v1.0/chats/\(chat.id)/messages", ["body": ["content": "2"]]).id == "\(morning + 1)")
    }

    @Test func membersOfAChat() throws {
        var graph = emptyGraph()
        let chat = try Self.chat(&graph)
        _ = try graph.subscribe(.mail("chats/\(chat.id)/members"))
        let members = "/v1.0/chats/\(chat.id)/members"
        let link: JSONValue = .string("https://graph.microsoft.com/v1.0/users/ben@example.com")
        let ben = try graph.ask(.post, members, ["user@odata.bind": link, "roles": []])
        #expect(ben.status == 201)
        #expect(try graph.ask(.post, members, ["user@odata.bind": link]).status == 400)
        #expect(try graph.ask(.post, members, ["roles": []]).status == 400)
        #expect(try graph.ask(.delete, "\(members)/\(ben.id)").status == 204)
        #expect(try graph.notified().map { $0["changeType"]?.string } == ["created", "deleted"])
        #expect(try graph.ask(.get, members).values("displayName") == ["Sales", "Anna Berg"])
        #expect(try graph.ask(.post, "/v1.0/chats", ["chatType": "group"]).status == 400)
        #expect(try graph.ask(.get, "/v1.0/chats/nowhere/messages").code == "NotFound")
    }

    @Test func aTeamWithItsChannels() throws {
        var graph = emptyGraph()
        for resource in ["teams", "teams/getAllChannels", "teams/getAllMessages"] { _ = try graph.subscribe(.mail(resource)) }
        func heard() throws -> [String] {
            try graph.notified().map { "\($0["changeType"]?.string ?? "") \($0["resource"]?.string ?? "")" }
        }
        let made = try graph.ask(.post, "/v1.0/teams", ["displayName": "Buyers", "template@odata.bind": "x"])
        #expect(made.status == 202)
        let team = try #require(made.fields[.contentLocation]).dropFirst("/teams('".count).dropLast(2)
        #expect(made.fields[.location]?.hasPrefix("/teams('\(team)')/operations('") == true)
        let general = try #require(try graph.ask(.get, "/v1.0/teams/\(team)/channels").values("id").first)
        #expect(general.hasSuffix("@thread.tacv2"))
        #expect(try heard() == ["created teams('\(team)')", "created teams('\(team)')/channels('\(general)')"])
        #expect(try graph.ask(.get, "/v1.0/groups/\(team)").json["displayName"] == "Buyers")

        let messages = "/v1.0/teams/\(team)/channels/\(general)/messages"
        let said = try graph.ask(.post, messages, ["body": ["content": "Hello"]])
        let reply = try graph.ask(.post, "\(messages)/\(said.id)/replies", ["body": ["content": "Hi"]])
        #expect(reply.json["replyToId"]?.string == said.id)
        let path = "teams('\(team)')/channels('\(general)')/messages('\(said.id)')"
        #expect(try heard() == ["created \(path)", "created \(path)/replies('\(reply.id)')"])
        #expect(try graph.ask(.get, messages).values("id") == [said.id])
        #expect(try graph.ask(.get, "\(messages)/delta").values("id") == [said.id])
        #expect(try graph.ask(.get, "\(messages)/\(said.id)/replies").values("id") == [reply.id])

        #expect(try graph.ask(.post, "/v1.0/teams/\(team)/channels", ["displayName": "general"]).status == 400)
        let offers = try graph.ask(.post, "/v1.0/teams/\(team)/channels", ["displayName": "Offers"])
        #expect(try graph.ask(.patch, "/v1.0/teams/\(team)/channels/\(offers.id)", ["description": "x"]).status == 204)
        #expect(try graph.ask(.delete, "/v1.0/teams/\(team)/channels/\(offers.id)").status == 204)
        #expect(try heard().map { $0.prefix(7) } == ["created", "updated", "deleted"])
        #expect(try graph.ask(.delete, "/v1.0/groups/\(team)").status == 204)
        #expect(try heard() == ["deleted teams('\(team)')/channels('\(general)')", "deleted teams('\(team)')"])
    }

    @Test func aGroupBecomesATeam() throws {
        var graph = emptyGraph()
        let group = try graph.ask(
            .post, "/v1.0/groups", ["displayName": "A", "mailEnabled": true, "mailNickname": "a", "securityEnabled": false])
        let team = try graph.ask(.post, "/v1.0/groups/\(group.id)/team", [:])
        #expect(team.status == 201)
        #expect(team.id == group.id)
        #expect(team.json["displayName"] == "A")
        #expect(try graph.ask(.post, "/v1.0/groups/\(group.id)/team", [:]).status == 409)
    }

    @Test func aMentionIsFiltered() throws {
        var graph = emptyGraph()
        let chat = try Self.chat(&graph)
        _ = try graph.subscribe(
            .mail("chats/\(chat.id)/messages?$filter=mentions/any(u: u/mentioned/user/id eq '\(anna.id)')"))
        _ = try graph.ask(.post, "/v1.0/chats/\(chat.id)/messages", ["body": ["content": "x"]])
        let mention: JSONValue = ["id": 0, "mentionText": "Anna", "mentioned": ["user": ["id": .string(anna.id)]]]
        _ = try graph.ask(.post, "/v1.0/chats/\(chat.id)/messages", ["body": ["content": "x"], "mentions": [mention]])
        #expect(try graph.notified().count == 1)
    }
}
