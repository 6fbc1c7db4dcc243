import Foundation
import NIOCore

@testable import JSONBytes

/// A JSON value, for comparing what two parsers make of the same bytes. Numbers are as precise as a `Double`.
indirect enum JSONTree: Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string([UInt8])
    case array([JSONTree])
    case object([[UInt8]: JSONTree])
}

extension JSONTree: Decodable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// What Foundation makes of it: the oracle.
    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Name.self) {
            var members: [[UInt8]: JSONTree] = [:]
            for name in container.allKeys {
                members[Array(name.stringValue.utf8)] = try container.decode(JSONTree.self, forKey: name)
            }
            self = .object(members)
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [JSONTree] = []
            while !container.isAtEnd { elements.append(try container.decode(JSONTree.self)) }
            self = .array(elements)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let bool = try? container.decode(Bool.self) {
                self = .bool(bool)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .string(Array(try container.decode(String.self).utf8))
            }
        }
    }

    /// What Foundation's decoder reads, or `nil` if it refuses.
    static func foundation(_ bytes: [UInt8]) -> JSONTree? {
        try? JSONDecoder().decode(JSONTree.self, from: Data(bytes))
    }
}

extension JSONTree {
    /// What our reader reads.
    static func read(_ bytes: [UInt8], maximumDepth: Int = 64) throws(JSONError) -> JSONTree {
        try bytes.withReader(maximumDepth: maximumDepth) { reader throws(JSONError) in
            let tree = try JSONTree.read(from: &reader)
            try reader.finish()
            return tree
        }
    }

    static func read(_ text: String, maximumDepth: Int = 64) throws(JSONError) -> JSONTree {
        try Self.read(Array(text.utf8), maximumDepth: maximumDepth)
    }

    private static func read(from reader: inout JSONReader) throws(JSONError) -> JSONTree {
        switch try reader.peek() {
        case .null:
            _ = try reader.readNullIfPresent()
            return .null
        case .bool: return .bool(try reader.readBool())
        case .string: return .string(Array(try reader.readString().utf8))
        case .number:
            let start = reader
            let range = try reader.skip()
            return .number(Double(String(decoding: start.bytes[range], as: UTF8.self)) ?? .nan)
        case .array:
            var elements: [JSONTree] = []
            try reader.readArray { reader throws(JSONError) in elements.append(try Self.read(from: &reader)) }
            return .array(elements)
        case .object:
            var members: [[UInt8]: JSONTree] = [:]
            try reader.readObject { reader, name throws(JSONError) in
                // The reader leaves a name that is not text to its caller, who knows none such. Foundation refuses it.
                guard let text = name.slice.string else { throw JSONError(.invalidUTF8, at: reader.offset) }
                members[Array(text.utf8)] = try Self.read(from: &reader)
            }
            return .object(members)
        }
    }
}

extension [UInt8] {
    /// Runs `body` with a reader at the start of the bytes.
    func withReader<Result>(
        maximumDepth: Int = 64, _ body: (inout JSONReader) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        let outcome = self.withUnsafeBytes { bytes -> Swift.Result<Result, JSONError> in
            var reader = JSONReader(bytes, maximumDepth: maximumDepth)
            do throws(JSONError) {
                return .success(try body(&reader))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}

/// Runs `body` with a reader at the start of `text`.
func read<Result>(
    _ text: String, maximumDepth: Int = 64, _ body: (inout JSONReader) throws(JSONError) -> Result
) throws(JSONError) -> Result {
    try Array(text.utf8).withReader(maximumDepth: maximumDepth, body)
}

/// The code of the error that reading `bytes` whole ends with, or `nil` if they are valid.
func failure(of bytes: [UInt8], maximumDepth: Int = 64) -> JSONError.Code? {
    do throws(JSONError) {
        _ = try JSONTree.read(bytes, maximumDepth: maximumDepth)
        return nil
    } catch {
        return error.code
    }
}

func failure(of text: String, maximumDepth: Int = 64) -> JSONError.Code? {
    failure(of: Array(text.utf8), maximumDepth: maximumDepth)
}

/// SplitMix64: the same numbers for the same seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Makes random JSON texts that are valid, in all the ways that RFC 8259 leaves open.
struct RandomJSON {
    var generator: SeededGenerator

    init(seed: UInt64) {
        self.generator = SeededGenerator(seed: seed)
    }

    mutating func document() -> [UInt8] {
        Array((self.space() + self.value(depth: 0) + self.space()).utf8)
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self.generator) }

    private mutating func space() -> String {
        ["", "", "", " ", "\n", "\t", "\r\n", "  "][self.below(8)]
    }

    private mutating func value(depth: Int) -> String {
        switch self.below(depth < 5 ? 9 : 6) {
        case 0: return "null"
        case 1: return ["true", "false"][self.below(2)]
        case 2, 3: return self.number()
        case 4, 5: return self.string()
        case 6, 7:
            // Foundation takes names for the same that Unicode takes for the same, such as the two spellings of é.
            var names: Set<String> = []
            var members: [String] = []
            for _ in 0..<self.below(5) {
                let name = self.string()
                guard let tree = try? JSONTree.read(name), case .string(let bytes) = tree else { continue }
                guard names.insert(String(decoding: bytes, as: UTF8.self)).inserted else { continue }
                members.append("\(self.space())\(name)\(self.space()):\(self.space())\(self.value(depth: depth + 1))")
            }
            return "{" + members.joined(separator: "\(self.space()),") + "\(self.space())}"
        default:
            let elements = (0..<self.below(5)).map { _ in
                "\(self.space())\(self.value(depth: depth + 1))\(self.space())"
            }
            return "[" + elements.joined(separator: ",") + "\(self.space())]"
        }
    }

    private mutating func number() -> String {
        var text = ["", "", "-"][self.below(3)]
        let largest = 1 << (1 + self.below(62))
        text += self.below(4) == 0 ? "0" : String(Int.random(in: 1...largest, using: &self.generator))
        if self.below(3) == 0 { text += "." + String(self.below(1_000_000)) }
        if self.below(4) == 0 { text += ["e", "E", "e+", "E-", "e-"][self.below(5)] + String(self.below(200)) }
        return text
    }

    private mutating func string() -> String {
        let pieces = [
            "a", "key", "é", "e\u{301}", "日本", "😀", "\u{7F}", "\u{2028}", "\u{FFFF}", "\u{10FFFF}", "/", " ",
            #"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#, #"\u0041"#, #"\u00e9"#, #"\u00E9"#,
            #"\u0000"#, #"\u001e"#, #"\u2028"#, #"\uffff"#, #"\ud83d\ude00"#, #"\uD800\uDC00"#, #"\uDBFF\uDFFF"#,
        ]
        return "\"" + (0..<self.below(7)).map { _ in pieces[self.below(pieces.count)] }.joined() + "\""
    }
}
