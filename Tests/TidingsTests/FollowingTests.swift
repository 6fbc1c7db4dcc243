import NIOCore
import Testing

@testable import tidings

struct FollowingTests {
    private static let stream = """
        id: e-1

        : nothing
        id: e-2
        event: graphUpdate
        data: {"a":1}

        event: gap
        data: one
        data:two

        data: x

        event: nothing


        """

    private static let events = [
        ServerSentEvent(name: nil, data: ByteBuffer(), id: "e-1"),
        ServerSentEvent(name: "graphUpdate", data: ByteBuffer(string: #"{"a":1}"#), id: "e-2"),
        ServerSentEvent(name: "gap", data: ByteBuffer(string: "one\ntwo"), id: "e-2"),
        ServerSentEvent(name: "message", data: ByteBuffer(string: "x"), id: "e-2"),
    ]

    @Test(arguments: ["\n", "\r\n", "\r"])
    func eventsAreFoundWhereverTheBytesAreCut(lineEnd: String) throws {
        let bytes = Array(Self.stream.replacing("\n", with: lineEnd).utf8)
        for size in [1, 2, 3, 7, bytes.count] {
            var parser = ServerSentEventParser()
            var events: [ServerSentEvent] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += try parser.feed(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(events == Self.events)
        }
    }

    @Test(arguments: ["x", "data: x\n"])
    func anEndlessEventIsRefused(part: String) throws {
        var parser = ServerSentEventParser(maximumSize: 64)
        #expect(throws: ServerSentEventParser.Overflow.self) {
            for _ in 0..<65 { _ = try parser.feed(ByteBuffer(string: part)) }
        }
    }

    @Test func anEventThatIsNotEndedIsNoEvent() throws {
        var parser = ServerSentEventParser()
        #expect(try parser.feed(ByteBuffer(string: "data: x\n")).isEmpty)
    }

    @Test func aPageIsReadWithItsUpdatesAsTheyCame() throws {
        let json = #"{"cursor":"e-7","gap":true,"oldest":"e-3","updates":[{"a":[1]}, {"b":"}"}],"new":{}}"#
        let page = try #require(UpdatePage(json: ByteBuffer(string: json)))
        #expect(page.cursor == "e-7")
        #expect(page.hasGap)
        #expect(page.oldest == "e-3")
        #expect(page.updates.map { String(buffer: $0) } == [#"{"a":[1]}"#, #"{"b":"}"}"#])
    }

    @Test(arguments: ["", "[]", "{}", #"{"cursor":5}"#, "<html>", #"{"cursor":"a","updates":{}}"#])
    func whatIsNoPageIsNotTaken(text: String) {
        #expect(UpdatePage(json: ByteBuffer(string: text)) == nil)
    }

    @Test func aLineSaysWhenWhatAndWhere() throws {
        let json = """
            {"type":"graphUpdate","changeType":"created","resource":"Users/0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235/Messages/\
            AAMkAGE2MmFyLongIdentifier2YmFy","timestamp":"2026-11-24T09:30:00.123Z","cursor":"k3x9-1042","topics":["all"]}
            """
        let line = try #require(UpdateLine(json: ByteBuffer(string: json)))
        #expect(line.text == "09:30:00Z  created  Users/0e9a…e0f235/Messages/AAMk…r2YmFy  k3x9-1042")
    }

    @Test func controlCharactersDoNotReachTheTerminal() throws {
        let json = #"{"changeType":"created","resource":"a\u001b[31m","timestamp":"2026-11-24T09:30:00.123Z","cursor":"k-1"}"#
        let line = try #require(UpdateLine(json: ByteBuffer(string: json)))
        #expect(line.text == "09:30:00Z  created  a\u{FFFD}[31m  k-1")
    }

    @Test(arguments: [
        ("Users('0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235')", "Users('0e9a…e0f235')"), ("users/sales@example.com/messages", nil),
        ("", nil), ("me/drive/root", nil),
    ])
    func onlyIdsAreShortened(resource: String, short: String?) {
        #expect(UpdateLine.shortened(resource) == short ?? resource)
    }

    @Test(arguments: ["127.0.0.1:8080", "ftp://x", ""])
    func anAddressNeedsItsScheme(url: String) {
        #expect(throws: Failure.self) { try UpdateFeed(url: url, topics: ["all"], token: nil) }
    }
}
