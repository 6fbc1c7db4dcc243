import Testing

@testable import GraphEmulator

@Suite struct ODataFilterTests {
    private static let message: JSONMembers = [
        "subject": "It's done", "isRead": false, "size": 12, "categories": ["Red", "Blue"], "nothing": .null,
        "receivedDateTime": "2026-11-24T09:30:00Z", "from": ["emailAddress": ["address": "Anna@example.com"]],
        "mentions": [["mentioned": ["user": ["id": "u1"]]]],
    ]

    @Test(arguments: [
        ("isRead eq false", true), ("isRead ne false", false), ("not (isRead eq true)", true), ("not isRead", true),
        ("isRead", false), ("subject eq 'It''s done'", true), ("subject eq 'IT''S DONE'", true), ("size gt 11", true),
        ("size ge 12.5", false), ("size lt 13 and isRead eq true", false), ("size lt 13 or isRead eq true", true),
        ("isRead eq true and isRead eq true or size eq 12", true), ("isRead eq true and (isRead eq true or size eq 12)", false),
        ("from/emailAddress/address eq 'anna@example.com'", true), ("startswith(subject,'it')", true),
        ("endswith(subject, 'done') eq true", true), ("contains(subject,'xyz')", false),
        ("contains(subject,'xyz') eq false", true),
        ("receivedDateTime ge 2026-11-24T10:30:00+01:00", true), ("receivedDateTime gt 2026-11-24T09:30:00Z", false),
        ("categories/any(c: c eq 'Blue')", true), ("categories/any(c:c eq 'Green')", false),
        ("mentions/any(u: u/mentioned/user/id eq 'u1')", true), ("subject in ('a', 'It''s done')", true),
        ("missing eq null", true), ("missing ne null", false), ("nothing eq null", true), ("missing gt 1", false),
        ("subject eq 12", false), ("subject ne 12", true),
    ])
    func conditions(_ text: String, _ isTrue: Bool) throws {
        #expect(try #require(ODataFilterParser.parse(text)).matches(Self.message) == isTrue)
    }

    @Test(arguments: [
        "", "isRead eq", "eq 1", "isRead eq 'x", "(isRead eq true", "isRead eq true)", "subject in 'a'", "subject in ()",
        "contains(subject)", "unknown(subject,'a')", "isRead like true", "a and", "categories/any(c c eq 'x')", "not",
        String(repeating: "(", count: 40) + "a eq 1" + String(repeating: ")", count: 40),
    ])
    func nonsense(_ text: String) {
        #expect(ODataFilterParser.parse(text) == nil)
    }

    @Test func idsAreFound() {
        #expect(ODataFilterParser.parse("id in ('a','b')")?.values(of: "id") == ["a", "b"])
        #expect(ODataFilterParser.parse("id eq 'a' or id eq 'b' or id eq 'c'")?.values(of: "id") == ["a", "b", "c"])
        #expect(ODataFilterParser.parse("id eq 'a' and id eq 'b'")?.values(of: "id") == nil)
        #expect(ODataFilterParser.parse("name eq 'a'")?.values(of: "id") == nil)
    }
}
