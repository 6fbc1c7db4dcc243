import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct JSONValueTests {
    @Test(arguments: [
        #"{"b":1,"a":[true,null,-2.5,"x\n"],"c":{}}"#, "[]", "null", "9007199254740993", #""é""#, "[[1,[2]],{\"a\":{\"b\":[]}}]",
    ])
    func itIsWrittenAsItWasRead(_ text: String) throws {
        var buffer = ByteBuffer()
        try JSONValue(ByteBuffer(string: text)).write(to: &buffer)
        #expect(String(buffer: buffer) == text)
    }

    @Test(arguments: ["", "{", "[1,]", "01", "1e999", "\"a", "{}x", "{\"a\"}", String(repeating: "[", count: 100)])
    func whatIsNotJSON(_ text: String) {
        #expect(throws: (any Error).self) { try JSONValue(ByteBuffer(string: text)) }
    }

    @Test func membersKeepTheirOrder() {
        var members: JSONMembers = ["a": 1, "b": ["c": "d"]]
        members["a"] = 2
        members["e"] = true
        members.merge(["b": 3, "f": "g"])
        members["e"] = nil
        #expect(members.map(\.name) == ["a", "b", "f"])
        #expect(members["b"]?.integer == 3)
        members["b"] = ["c": "d"]
        #expect(members[path: ["b", "c"]]?.string == "d")
        #expect(members[path: ["a", "c"]] == nil)
        #expect(members[path: []] == nil)
    }
}
