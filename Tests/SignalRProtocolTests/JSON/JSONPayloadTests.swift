import Foundation
import NIOCore
import SignalRProtocol
import Testing

/// How values are written, seen through the messages that carry them.
@Suite struct JSONPayloadTests {
    private static func json(_ value: some Encodable) throws -> String {
        let text = try written { try JSONHubProtocol.encodeInvocation(target: "m", arguments: value, into: &$0) }
        return String(text.dropFirst(#"{"type":1,"target":"m","arguments":["#.count).dropLast(3))
    }

    struct Mail: Codable, Equatable {
        var link: String
        var sent: Date
        var size: UInt64
        var to: String?
    }

    @Test func simpleValues() throws {
        #expect(try Self.json("a\"\\/\u{1E}\n\u{7F}é😀\u{2028}") == #""a\"\\/\u001e\n"# + "\u{7F}é😀\u{2028}\"")
        #expect(try Self.json(true) == "true")
        #expect(try Self.json(false) == "false")
        #expect(try Self.json(Int.min) == "-9223372036854775808")
        #expect(try Self.json(Int64.max) == "9223372036854775807")
        #expect(try Self.json(Int32.min) == "-2147483648")
        #expect(try Self.json(UInt64.max) == "18446744073709551615")
        #expect(try Self.json(UInt8.max) == "255")
        #expect(try Self.json(0.5) == "0.5")
        #expect(try Self.json(["a", "b\u{1E}"]) == #"["a","b\u001e"]"#)
        #expect(try Self.json([String]()) == "[]")
        #expect(try Self.json(Data([1, 2, 3])) == #""AQID""#)
    }

    @Test func optionals() throws {
        #expect(try Self.json(String?.none) == "null")
        #expect(try Self.json(String?.some("a")) == #""a""#)
        #expect(try Self.json(Int?.some(1)) == "1")
        #expect(try Self.json(Bool?.some(true)) == "true")
        #expect(try Self.json(JSONFragment?.none) == "null")
        #expect(try Self.json([Int?.some(1), nil]) == "[1,null]")
    }

    @Test(arguments: [
        (946_684_800, "2000-01-01T00:00:00.000Z"), (1_795_512_600.125, "2026-11-24T09:30:00.125Z"),
        (-0.001, "1969-12-31T23:59:59.999Z"), (0.0004, "1970-01-01T00:00:00.000Z"), (0.9996, "1970-01-01T00:00:01.000Z"),
    ])
    func dates(_ seconds: Double, _ text: String) throws {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(try Self.json(date) == "\"\(text)\"")
        #expect(try Self.json([date]) == "[\"\(text)\"]")
        var arguments = HubArguments("\"\(text)\"")
        #expect(abs(try arguments.next(Date.self).timeIntervalSince(date)) < 0.001)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300])
    func datesThatAreNoMoment(_ seconds: Double) {
        #expect(throws: EncodingError.self) { try Self.json(Date(timeIntervalSince1970: seconds)) }
        #expect(throws: EncodingError.self) { try Self.json([Date(timeIntervalSince1970: seconds)]) }
    }

    @Test func numbersThatJSONDoesNotKnow() {
        for number in [Double.nan, .infinity, -.infinity] {
            #expect(throws: EncodingError.self) { try Self.json(number) }
        }
    }

    @Test func structuresComeBack() throws {
        let date = Date(timeIntervalSince1970: 1_795_512_600.125)
        let mail = Mail(link: "https://example.com/a", sent: date, size: .max, to: nil)
        let json = try Self.json(mail)
        #expect(json.contains(#""link":"https://example.com/a""#))
        var arguments = HubArguments(json, "[\(json)]")
        #expect(try arguments.next(Mail.self) == mail)
        #expect(try arguments.next([Mail].self) == [mail])
    }

    // MARK: - Fragments

    @Test func aFragmentGoesInAsItIs() throws {
        let text = #"{ "b":1.50, "a":[12345678901234567890,9007199254740993] }"#
        #expect(try Self.json(JSONFragment(ByteBuffer(string: text))) == text)
        #expect(try Self.json(JSONFragment?.some(JSONFragment(ByteBuffer(string: text)))) == text)
    }

    /// Inside other values it is taken apart; what it says stays the same.
    @Test(arguments: [
        "null", "true", "-7", "9007199254740993", "-9223372036854775808", "18446744073709551615", "0.5", #""a\u001eé/""#, "[]",
        "{}", #"[1,"a",[null]]"#, #"{"a":{"b":[false]}}"#,
    ])
    func aFragmentInsideAnotherValue(_ text: String) throws {
        let fragment = JSONFragment(ByteBuffer(string: text))
        #expect(try Self.json([fragment, fragment]) == "[\(text),\(text)]")
        #expect(try Self.json(["x": fragment]) == #"{"x":\#(text)}"#)
        #expect(String(decoding: try JSONEncoder().encode([fragment]), as: UTF8.self) == "[\(text)]".replacing("/", with: #"\/"#))
    }

    @Test(arguments: ["", "x", "[1", #""\ud800""#])
    func aFragmentThatIsNoJSONIsNoticedInsideAnotherValue(_ text: String) {
        #expect(throws: (any Error).self) { try Self.json([JSONFragment(ByteBuffer(string: text))]) }
    }
}
