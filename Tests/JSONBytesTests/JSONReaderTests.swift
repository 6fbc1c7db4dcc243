import NIOCore
import Testing

@testable import JSONBytes

@Suite struct JSONReaderTests {
    // MARK: - Kinds

    @Test(arguments: [
        ("{}", JSONReader.Kind.object), ("[]", .array), (#""a""#, .string), ("0", .number), ("-1", .number),
        ("9", .number), ("true", .bool), ("false", .bool), ("null", .null), (" \n\t\r{}", .object),
    ])
    func peekTellsTheKindAndLeavesTheValue(_ text: String, _ kind: JSONReader.Kind) throws {
        try read(text) { reader throws(JSONError) in
            #expect(try reader.peek() == kind)
            #expect(try reader.peek() == kind)
            try reader.skip()
            try reader.finish()
        }
    }

    /// Every read of another type fails as `wrongType`, and leaves the value for another attempt.
    @Test(arguments: ["{}", "[]", #""a""#, "1", "true", "null"])
    func anotherTypeStaysUnread(_ text: String) throws {
        let kind = try read(text) { reader throws(JSONError) in try reader.peek() }
        let attempts: [(JSONReader.Kind, (inout JSONReader) throws(JSONError) -> Void)] = [
            (.object, { reader throws(JSONError) in try reader.readObject { _, _ throws(JSONError) in } }),
            (.array, { reader throws(JSONError) in try reader.readArray { _ throws(JSONError) in } }),
            (.string, { reader throws(JSONError) in _ = try reader.readString() }),
            (.string, { reader throws(JSONError) in _ = try reader.readStringSlice() }),
            (.number, { reader throws(JSONError) in _ = try reader.readInt64() }),
            (.bool, { reader throws(JSONError) in _ = try reader.readBool() }),
        ]
        for (wanted, attempt) in attempts where wanted != kind {
            try read("  " + text) { reader throws(JSONError) in
                #expect(throws: JSONError(.wrongType, at: 2)) { try attempt(&reader) }
                try reader.skip()
                try reader.finish()
            }
        }
    }

    // MARK: - Objects and arrays

    @Test func membersComeInTheirOrderWithRepetitions() throws {
        var seen: [String] = []
        try read(#"{"b":1,"a":[2,3],"b":{"c":4}, "\u0061b" : 5}"#) { reader throws(JSONError) in
            try reader.readObject { reader, name throws(JSONError) in
                seen.append(name.string)
                try reader.skip()
            }
            try reader.finish()
        }
        #expect(seen == ["b", "a", "b", "ab"])
    }

    @Test func skipSaysWhichBytesItTook() throws {
        let text = #"[ 1 , "a b" ,{ "x" : [ ] } , null,-2.5e1 ]"#
        var values: [String] = []
        try read(text) { reader throws(JSONError) in
            try reader.readArray { reader throws(JSONError) in
                let range = try reader.skip()
                values.append(String(decoding: Array(text.utf8)[range], as: UTF8.self))
            }
            #expect(reader.offset == text.utf8.count)
        }
        #expect(values == ["1", #""a b""#, #"{ "x" : [ ] }"#, "null", "-2.5e1"])
    }

    @Test func errorsOfTheCallerPassThrough() {
        let own = JSONError(.wrongType, at: 99)
        #expect(throws: own) {
            try read(#"{"a":[1]}"#) { reader throws(JSONError) in
                try reader.readObject { reader, _ throws(JSONError) in
                    try reader.readArray { _ throws(JSONError) in throw own }
                }
            }
        }
    }

    @Test func severalValuesCanBeReadInARow() throws {
        try read(#"1 "a" [2] true"#) { reader throws(JSONError) in
            #expect(try reader.readInt64() == 1)
            #expect(try reader.readString() == "a")
            #expect(throws: JSONError(.trailingBytes, at: 6)) { try reader.finish() }
            try reader.skip()
            #expect(try reader.readBool())
            try reader.finish()
        }
    }

    // MARK: - Names

    @Test func namesCompareWithEscapesResolved() throws {
        try read(#"{"ty\u0070e":1}"#) { reader throws(JSONError) in
            try reader.readObject { reader, name throws(JSONError) in
                #expect(name == "type")
                #expect(!(name == "Type"))
                #expect(!(name == "typ"))
                #expect(name.equalsIgnoringCase("TYPE"))
                switch name {
                case "other": Issue.record("It is not that name.")
                case "type": break
                default: Issue.record("It is that name.")
                }
                try reader.skip()
            }
        }
    }

    @Test(arguments: [
        ("type", "TYPE", true), ("TyPe", "tYpE", true), ("type", "typ", false), ("typ", "type", false),
        ("a@b", "A`B", false), ("[x]", "{x}", false), ("é", "É", false), ("", "", true),
    ])
    func caseOfASCIILettersDoesNotMatter(_ name: String, _ other: String, _ isEqual: Bool) throws {
        #expect(try Self.equalsIgnoringCase(name, other) == isEqual)
        #expect(try Self.equalsIgnoringCase(Self.escaped(name), other) == isEqual)
    }

    /// To Unicode, U+212A (Kelvin) is the letter K, and U+017F (long s) in upper case is S. To JSON they are other names.
    @Test(arguments: ["\u{212A}ey", #"\u212aey"#, "\u{212A}\\u0065y"])
    func lookalikesAreOtherNames(_ name: String) throws {
        #expect(try Self.equalsIgnoringCase(name, "key") == false)
        let isEqual = try read(#""\#(name)""#) { reader throws(JSONError) in try reader.readStringSlice() == "Key" }
        #expect(!isEqual)
        let composed = try read(#""e\u0301""#) { reader throws(JSONError) in try reader.readStringSlice() == "é" }
        #expect(!composed)
    }

    @Test func aNameThatIsNoTextEqualsNothing() throws {
        let name: [UInt8] = [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]
        try name.withReader { reader throws(JSONError) in
            try reader.readObject { reader, name throws(JSONError) in
                #expect(name.string == "")
                #expect(!(name == ""))
                try reader.skip()
            }
        }
        try read(#"{"\ud800":1}"#) { reader throws(JSONError) in
            try reader.readObject { reader, name throws(JSONError) in
                #expect(name.string == "")
                #expect(!(name == ""))
                #expect(!name.equalsIgnoringCase(""))
                try reader.skip()
            }
        }
    }

    private static func escaped(_ name: String) -> String {
        name.unicodeScalars.map { "\\u" + String(String(0x10000 + $0.value, radix: 16).dropFirst()) }.joined()
    }

    private static func equalsIgnoringCase(_ name: String, _ other: String) throws(JSONError) -> Bool {
        // The API takes static strings only; these are the ones of the tests.
        try read(#""\#(name)""#) { reader throws(JSONError) in
            let slice = try reader.readStringSlice()
            return switch other {
            case "TYPE": slice.equalsIgnoringCase("TYPE")
            case "tYpE": slice.equalsIgnoringCase("tYpE")
            case "typ": slice.equalsIgnoringCase("typ")
            case "type": slice.equalsIgnoringCase("type")
            case "A`B": slice.equalsIgnoringCase("A`B")
            case "{x}": slice.equalsIgnoringCase("{x}")
            case "É": slice.equalsIgnoringCase("É")
            case "key": slice.equalsIgnoringCase("key")
            default: slice.equalsIgnoringCase("")
            }
        }
    }

    // MARK: - Scalars

    @Test(arguments: [
        ("0", Int64(0)), ("-0", 0), ("1", 1), ("-1", -1), ("9007199254740993", 9_007_199_254_740_993),
        ("9223372036854775807", .max), ("-9223372036854775808", .min),
    ])
    func integers(_ text: String, _ value: Int64) throws {
        let number = try read(text) { reader throws(JSONError) in
            let number = try reader.readInt64()
            try reader.finish()
            return number
        }
        #expect(number == value)
    }

    @Test(arguments: [
        "1.0", "1e2", "0.5", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "1E400",
    ])
    func otherNumbersAreNoIntegersAndStayUnread(_ text: String) throws {
        try read(text) { reader throws(JSONError) in
            #expect(throws: JSONError(.wrongType, at: 0)) { try reader.readInt64() }
            #expect(reader.offset == 0)
            try reader.skip()
            try reader.finish()
        }
    }

    @Test func nullAndStrings() throws {
        try read(#"[null,"a",null,1]"#) { reader throws(JSONError) in
            var strings: [String?] = []
            var index = 0
            try reader.readArray { reader throws(JSONError) in
                if index < 2 { strings.append(try reader.readStringOrNull()) }
                if index == 2 { #expect(try reader.readNullIfPresent()) }
                if index == 3 {
                    #expect(try reader.readNullIfPresent() == false)
                    #expect(throws: JSONError(.wrongType, at: 15)) { try reader.readStringOrNull() }
                    try reader.skip()
                }
                index += 1
            }
            #expect(strings == [nil, "a"])
        }
    }

    @Test func slicesAreTheBytesBetweenTheQuotes() throws {
        try read(#""a\u0062c""#) { reader throws(JSONError) in
            let slice = try reader.readStringSlice()
            #expect(String(decoding: slice.bytes, as: UTF8.self) == #"a\u0062c"#)
            #expect(slice.hasEscapes)
            #expect(slice.string == "abc")
        }
        try read(#""""#) { reader throws(JSONError) in
            let slice = try reader.readStringSlice()
            #expect(slice.bytes.isEmpty)
            #expect(!slice.hasEscapes)
            #expect(slice.string == "")
        }
    }

    @Test func everyCodeUnitCanBeEscaped() throws {
        for unit in UInt32(0)...0xFFFF {
            let hex = String(String(0x10000 + unit, radix: 16).dropFirst())
            let text = unit % 2 == 0 ? "\"\\u\(hex)\"" : "\"\\u\(hex.uppercased())\""
            let string = try? read(text) { reader throws(JSONError) in try reader.readString() }
            #expect(string == Unicode.Scalar(unit).map { String($0) })
        }
    }

    @Test func surrogatePairsMakeTheScalarsAboveTheBasicPlane() throws {
        for scalar in stride(from: UInt32(0x10000), through: 0x10FFFF, by: 257) {
            let units = Array(String(Unicode.Scalar(scalar)!).utf16).map { String($0, radix: 16) }
            let string = try read("\"<\\u\(units[0])\\u\(units[1])>\"") { reader throws(JSONError) in
                try reader.readString()
            }
            #expect(string == "<\(Unicode.Scalar(scalar)!)>")
        }
    }
}
