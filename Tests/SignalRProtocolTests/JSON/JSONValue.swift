import Foundation
import NIOCore

/// A JSON value as Foundation reads it and as the tests write it: the second codec, which shares nothing with ours.
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// What Foundation reads, or `nil` if it refuses.
    static func foundation(_ bytes: some Sequence<UInt8>) -> JSONValue? {
        try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }

    static func foundation(_ text: String) -> JSONValue? { Self.foundation(text.utf8) }
}

extension JSONValue {
    /// The value as text, in one of the many ways that JSON allows.
    func text(_ generator: inout SeededGenerator) -> String {
        switch self {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .number(let value): return String(value)
        case .string(let value): return Self.quoted(value, &generator)
        case .array(let values):
            let texts = values.map { value in Self.space(&generator) + value.text(&generator) + Self.space(&generator) }
            return "[" + (texts.isEmpty ? Self.space(&generator) : texts.joined(separator: ",")) + "]"
        case .object(let members):
            return Self.object(members.map { ($0, $1.text(&generator)) }, &generator)
        }
    }

    /// An object whose members come in any order; their values are JSON texts.
    static func object(_ members: [(String, String)], _ generator: inout SeededGenerator) -> String {
        let texts = members.shuffled(using: &generator).map { name, value in
            Self.space(&generator) + Self.quoted(name, &generator) + Self.space(&generator) + ":"
                + Self.space(&generator) + value + Self.space(&generator)
        }
        return "{" + (texts.isEmpty ? Self.space(&generator) : texts.joined(separator: ",")) + "}"
    }

    static func space(_ generator: inout SeededGenerator) -> String {
        ["", "", "", "", " ", "\n", "\t", "\r\n"].randomElement(using: &generator)!
    }

    /// A string with some of its characters escaped for no reason, and the rest for a good one.
    static func quoted(_ string: String, _ generator: inout SeededGenerator) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            guard mustEscape || Int.random(in: 0..<8, using: &generator) == 0 else {
                text.unicodeScalars.append(scalar)
                continue
            }
            let short: [Unicode.Scalar: String] = ["\"": #"\""#, "\\": #"\\"#, "/": #"\/"#, "\n": #"\n"#, "\t": #"\t"#]
            if let escape = short[scalar], Bool.random(using: &generator) {
                text += escape
                continue
            }
            for unit in String(scalar).utf16 {
                let hex = String(String(0x10000 + UInt32(unit), radix: 16).dropFirst())
                text += "\\u" + (Bool.random(using: &generator) ? hex : hex.uppercased())
            }
        }
        return text + "\""
    }

    /// A value of any kind, a few levels deep.
    static func random(_ generator: inout SeededGenerator, depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth < 4 ? 9 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &generator))
        case 3: return .integer(Int64.random(in: -1_000...1_000, using: &generator))
        // Halves, so that no digit is in doubt.
        case 4: return .number(Double(Int.random(in: -1_000_000...1_000_000, using: &generator)) + 0.5)
        case 5, 6: return .string(Self.randomString(&generator))
        case 7:
            return .array((0..<Int.random(in: 0..<4, using: &generator)).map { _ in Self.random(&generator, depth: depth + 1) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0..<4, using: &generator) {
                members[Self.randomString(&generator)] = Self.random(&generator, depth: depth + 1)
            }
            return .object(members)
        }
    }

    /// Among them what JSON escapes, what it need not, and the record separator.
    static func randomString(_ generator: inout SeededGenerator) -> String {
        let pieces = [
            "a", "Type", "7", "é", "日本", "😀", "\u{1E}", "\u{0}", "\n", "\t", "\u{1F}", "\u{7F}", "\u{2028}", "\u{FFFF}",
            "\u{10FFFF}", "/", "\"", "\\", "\\u001e", " ", "{", "}", "[", ",", "\r\n",
        ]
        return (0..<Int.random(in: 0..<6, using: &generator)).map { _ in pieces.randomElement(using: &generator)! }.joined()
    }
}
