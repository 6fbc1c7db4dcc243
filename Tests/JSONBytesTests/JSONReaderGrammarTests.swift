import Testing

@testable import JSONBytes

/// RFC 8259, rule by rule; Foundation's decoder has to agree wherever it follows the RFC.
@Suite struct JSONReaderGrammarTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "7", "-7", "0.5", "1e5", "1E+5", "1e-5", "-1.25e2", "123456789012345678",
        #""""#, #""a""#, #""\u0061""#, "[]", "{}", "[ ]", "{ }", "[[]]", "[{}]", #"{"a":{}}"#, "[1,2]", "[1 , 2]",
        #"{"a":1,"b":2}"#, #"{ "a" : 1 }"#, " \t\r\n1 \t\r\n", #"{"":0}"#, #"["\"\\\/\b\f\n\r\t"]"#,
        #""\u0000""#, #""\uD834\uDD1E""#, "\"\u{7F}\"", "\"\u{2028}\u{2029}\"", "[null,true,false,0,\"\",[],{}]",
        "1.7976931348623157e308", "2.2250738585072014e-308", #"{"a":[{"b":[1]}]}"#, "[0,-0,0.0,-0.0,0e0]",
    ])
    func valid(_ text: String) throws {
        let tree = try JSONTree.read(text)
        #expect(tree == JSONTree.foundation(Array(text.utf8)))
        // Passing over it comes to the same end.
        let range = try read(text) { reader throws(JSONError) in
            let range = try reader.skip()
            try reader.finish()
            return range
        }
        #expect(try JSONTree.read(Array(Array(text.utf8)[range])) == tree)
    }

    @Test(arguments: [
        ("", JSONError.Code.unexpectedEnd), (" ", .unexpectedEnd), ("nul", .unexpectedEnd), ("nulk", .unexpectedByte),
        ("tru", .unexpectedEnd), ("True", .unexpectedByte), ("fals", .unexpectedEnd), ("falsy", .unexpectedByte),
        ("NaN", .unexpectedByte), ("Infinity", .unexpectedByte), ("-Infinity", .invalidNumber), ("+1", .unexpectedByte),
        (".5", .unexpectedByte), ("5.", .unexpectedEnd), ("5.e1", .invalidNumber), ("-", .unexpectedEnd),
        ("--1", .invalidNumber), ("-a", .invalidNumber), ("01", .invalidNumber), ("-01", .invalidNumber),
        ("00", .invalidNumber), ("1e", .unexpectedEnd), ("1e+", .unexpectedEnd), ("1ex", .invalidNumber),
        ("0x10", .trailingBytes), ("1 2", .trailingBytes), ("1_000", .trailingBytes), ("1,", .trailingBytes),
        ("[", .unexpectedEnd), ("[1", .unexpectedEnd), ("[1,", .unexpectedEnd), ("[1,]", .unexpectedByte),
        ("[,]", .unexpectedByte), ("[1 2]", .unexpectedByte), ("]", .unexpectedByte), ("[1}", .unexpectedByte),
        ("[1]]", .trailingBytes), ("{", .unexpectedEnd), (#"{"a""#, .unexpectedEnd), (#"{"a":"#, .unexpectedEnd),
        (#"{"a":1"#, .unexpectedEnd), (#"{"a":1,"#, .unexpectedEnd), (#"{"a":1,}"#, .unexpectedByte),
        (#"{"a" 1}"#, .unexpectedByte), (#"{"a":}"#, .unexpectedByte), (#"{a:1}"#, .unexpectedByte),
        (#"{1:1}"#, .unexpectedByte), (#"{'a':1}"#, .unexpectedByte), (#"{"a":1]"#, .unexpectedByte),
        (#"{"a":1 "b":2}"#, .unexpectedByte), ("{}}", .trailingBytes), ("{}x", .trailingBytes),
        (#"""#, .unexpectedEnd), (#""a"#, .unexpectedEnd), ("'a'", .unexpectedByte), (#""a"b"#, .trailingBytes),
        ("\"\n\"", .unexpectedByte), ("\"\t\"", .unexpectedByte), ("\"\u{0}\"", .unexpectedByte),
        ("\"\u{1F}\"", .unexpectedByte), ("\"\u{1E}\"", .unexpectedByte),
        (#""\x41""#, .invalidEscape), (#""\a""#, .invalidEscape), (#""\'""#, .invalidEscape),
        (#""\U0041""#, .invalidEscape),
        (#""\u00G0""#, .invalidEscape), (#""\u+041""#, .invalidEscape), (#""\u 041""#, .invalidEscape),
        (#""\u041""#, .invalidEscape), ("\"\\", .unexpectedEnd), ("\"\\u00", .unexpectedEnd),
        (#""\ud800""#, .invalidEscape), (#""\udc00""#, .invalidEscape), (#""\ud800x""#, .invalidEscape),
        (#""\ud800\n""#, .invalidEscape), (#""\ud800\u0041""#, .invalidEscape), (#""\ud800\ud800""#, .invalidEscape),
        (#""\udc00\ud800""#, .invalidEscape), ("// c\n1", .unexpectedByte), ("/* c */1", .unexpectedByte),
        ("[1]/**/", .trailingBytes), ("\u{A0}1", .unexpectedByte), ("\u{FEFF}1", .unexpectedByte),
        ("\u{C}1", .unexpectedByte), ("\u{B}1", .unexpectedByte), ("1\u{85}", .trailingBytes),
    ])
    func invalid(_ text: String, _ code: JSONError.Code) {
        #expect(failure(of: text) == code)
        // Foundation takes a comma before a closing bracket, and passes over a byte order mark, as RFC 8259 section 8.1
        // allows. We do neither.
        if ![#"[1,]"#, #"{"a":1,}"#, "\u{FEFF}1"].contains(text) {
            #expect(JSONTree.foundation(Array(text.utf8)) == nil)
        }
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0x80], [0xC3], [0xE2, 0x82], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x61, 0xC3, 0x28],
        ] as [[UInt8]])
    func invalidUTF8(_ bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(failure(of: [quote] + bytes + [quote]) == .invalidUTF8)
        #expect(JSONTree.foundation([quote] + bytes + [quote]) == nil)
        // Also when an escape makes the reader resolve the string.
        #expect(failure(of: [quote] + Array(#"\n"#.utf8) + bytes + [quote]) == .invalidUTF8)
        // Outside a string it is no JSON at all.
        #expect(failure(of: bytes.filter { $0 >= 0x80 }) == .unexpectedByte)
    }

    @Test func everyStringByteIsAllowedOrRefusedAsTheGrammarSays() {
        for byte in UInt8.min..<0x80 {
            let isAllowed = byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            let quote = UInt8(ascii: "\"")
            #expect((failure(of: [quote, byte, quote]) == nil) == isAllowed, "byte \(byte)")
        }
    }

    @Test func depthIsBoundedExactly() {
        func nested(_ depth: Int, open: String, close: String) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            #expect(failure(of: nested(64, open: open, close: close)) == nil)
            #expect(failure(of: nested(65, open: open, close: close)) == .tooDeep)
            #expect(failure(of: nested(3, open: open, close: close), maximumDepth: 3) == nil)
            #expect(failure(of: nested(4, open: open, close: close), maximumDepth: 3) == .tooDeep)
            // A text made to exhaust the stack ends at the bound, long before its own end.
            #expect(failure(of: String(repeating: open, count: 1_000_000)) == .tooDeep)
        }
        // Depth is how deep, not how many.
        let wide = "[" + Array(repeating: "[[]]", count: 500).joined(separator: ",") + "]"
        #expect(failure(of: wide, maximumDepth: 3) == nil)
    }

    @Test func everyTruncationEndsTooEarly() throws {
        let text = #" {"type" : 1, "a" : [ "x\u00e9\ud83d\ude00\n" , -12.5e+3 , true , null , {"b":{}} ], "π":false } "#
        let bytes = Array(text.utf8)
        let last = try #require(bytes.lastIndex(of: UInt8(ascii: "}")))
        for count in 0...last {
            #expect(failure(of: Array(bytes[..<count])) == .unexpectedEnd, "\(count) bytes")
        }
        #expect(try JSONTree.read(bytes) == JSONTree.foundation(bytes))
        // A number has no end of its own: `12` cut after `1` is still a number.
        for text in ["-12.5e+3", "true", "null", "false", #""a\u00e9""#] {
            for count in 0..<text.utf8.count {
                let prefix = Array(text.utf8.prefix(count))
                #expect((failure(of: prefix) == nil) == (JSONTree.foundation(prefix) != nil), "\(text) cut at \(count)")
            }
        }
    }

    @Test func errorsSayWhereButNeverWhat() {
        let error = #expect(throws: JSONError.self) { try JSONTree.read(#"{"secret":"hunter2" x}"#) }
        #expect(error == JSONError(.unexpectedByte, at: 20))
        #expect(error?.description == "Invalid JSON at byte 20: unexpected character.")
    }
}
