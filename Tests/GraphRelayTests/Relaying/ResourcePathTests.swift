import RealTimeTesting
import Testing

@testable import GraphRelay

@Suite struct ResourcePathTests {
    static let user = "0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235"
    static let tenant = "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611"

    @Test(arguments: [
        "Users/\(user)/Messages/AAMkAGE2Zm9vAAA=",
        "users/\(user)/messages/a",
        "USERS/\(user)/Events/x/y/z",
        "/users/\(user)/drive/root",
        "//users/\(user)/contacts/c",
        "users/\(user)@\(tenant)/messages/AAMkAGE2Zm9vAAA=",
        "Users('\(user)')/messages('AAMk/x')",
        "users('\(user)@\(tenant)')/messages('a')",
        "Users(\(user))/messages",
        "Users/\(user)",
        "Users('\(user)')",
        "Users/\(user)/",
        "users/\(user)?$select=displayName",
        "users/\(user)/chats/getAllMessages?notifyOnUserSpecificProperties=true",
        "users%28%27\(user)%27%29/messages",
        "users/%30e9a5b71-23cd-4f60-b8a4-77d1c6e0f235/messages",
        "user%73/\(user)/messages",
    ])
    func findsTheUser(resource: String) {
        #expect(ResourcePath.user(of: resource) == Self.user)
    }

    @Test(arguments: [
        ("users/sales@example.com/messages", "sales@example.com"),
        ("users/Sales%40Example.com/messages", "Sales@Example.com"),
        ("Users('sales@example.com')/messages('1')", "sales@example.com"),
        ("Users('o''neill@example.com')/messages", "o'neill@example.com"),
        ("Users('o%27%27neill@example.com')/messages", "o'neill@example.com"),
        ("users/100%/messages", "100%"),
        ("users/a%2/messages", "a%2"),
        ("users/a%zz/messages", "a%zz"),
        ("users/j%C3%BCrgen@example.com", "jürgen@example.com"),
        // A GUID that is the first part of a principal name is not an id with its tenant.
        ("users/\(user)@example.com/messages", "\(user)@example.com"),
        ("users/\(user)@\(tenant)0/messages", "\(user)@\(tenant)0"),
        ("users/a@\(tenant)/messages", "a@\(tenant)"),
    ])
    func findsNamesAsTheyStand(resource: String, expected: String) {
        #expect(ResourcePath.user(of: resource) == expected)
    }

    @Test(arguments: [
        "", "/", "users", "users/", "users//messages", "users?$filter=x", "users/?x=users/a",
        "me/messages/x", "me", "Me/users/a", "Groups/\(tenant)", "groups/\(tenant)/members",
        "chats('19:..@thread.v2')/messages('1732384012345')",
        "teams('g')/channels('19:..@thread.tacv2')/messages('173')/replies('174')",
        "communications/presences('\(user)')", "communications/callRecords/\(user)",
        "drives/d/root", "sites/s/lists/l", "security/alerts/a", "userses/a", "usersa/b",
        "users(", "users()", "users('", "users('')", "users('a", "users(a", "users('a'b')", "users('a')b", "users('a''')x",
        "xusers('a')/messages",
        "users/a%0Ab/messages", "users/a\u{1}b/messages", "users/a%7F", "users/a%00", "users('a%0D')/m", "users/a b",
        "users/a%2Fb/messages", "users('a%2Fb')/messages", "users/%FF/messages", "users('%C3')/messages", "users%2Fa/b",
    ])
    func findsNobody(resource: String) {
        #expect(ResourcePath.user(of: resource) == nil)
    }

    @Test(arguments: 0..<50)
    func survivesAnything(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let pieces = [
            "users", "Users(", "'", "''", ")", "/", "%", "%2", "%27", "%00", "@", "?", Self.user, Self.tenant, "ü", "a",
        ]
        for _ in 0..<200 {
            let count = Int.random(in: 0...8, using: &random)
            let resource = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let user = ResourcePath.user(of: resource) else { continue }
            let isID = user.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
            #expect(isID && !user.isEmpty, "\(resource)")
        }
    }
}

@Suite struct TopicsOfResourceTests {
    @Test func allThree() {
        let topics = Topics.topics(of: "Users/ABC@Example.com/Messages/m", subscription: "Sales")
        #expect(topics == ["all", "user/abc@example.com", "subscription/Sales"])
    }

    @Test func noUser() {
        #expect(Topics.topics(of: "me/messages/m", subscription: "mine") == ["all", "subscription/mine"])
    }

    @Test func whatCannotBeATopicIsLeftOut() {
        #expect(Topics.topics(of: "users/a%0Ab/messages", subscription: "two\nlines") == ["all"])
        let long = String(repeating: "x", count: 300)
        #expect(Topics.topics(of: "users/\(long)/messages", subscription: long) == ["all"])
    }
}
