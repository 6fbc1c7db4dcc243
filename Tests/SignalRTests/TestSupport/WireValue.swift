import Foundation

/// A value as clients see it, written and read here without any of the code under test.
enum WireValue: Equatable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([WireValue])
    case object([String: WireValue])

    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .int(value) }
    init(arrayLiteral elements: WireValue...) { self = .array(elements) }

    // MARK: - JSON

    var json: String {
        switch self {
        case .null: return "null"
        case .bool(let value): return "\(value)"
        case .int(let value): return "\(value)"
        case .double(let value): return "\(value)"
        case .string(let value):
            return String(decoding: (try? JSONSerialization.data(withJSONObject: [value])) ?? Data(), as: UTF8.self)
                .dropFirst().dropLast().description
        case .array(let values): return "[" + values.map(\.json).joined(separator: ",") + "]"
        case .object(let members):
            return "{" + members.map { "\(WireValue.string($0.key).json):\($0.value.json)" }.joined(separator: ",") + "}"
        }
    }

    struct Unreadable: Error { let bytes: [UInt8] }

    init(json: [UInt8]) throws { self = try JSONDecoder().decode(WireValue.self, from: Data(json)) }

    // MARK: - MessagePack

    var messagePack: [UInt8] {
        switch self {
        case .null: return [0xC0]
        case .bool(let value): return [value ? 0xC3 : 0xC2]
        case .int(let value):
            if (0..<128).contains(value) { return [UInt8(value)] }
            return [0xD3] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        case .double(let value):
            return [0xCB] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
        case .string(let value):
            let count = value.utf8.count
            return (count < 32 ? [0xA0 | UInt8(count)] : [0xDB] + Self.length(count)) + Array(value.utf8)
        case .array(let values):
            return (values.count < 16 ? [0x90 | UInt8(values.count)] : [0xDD] + Self.length(values.count))
                + values.flatMap(\.messagePack)
        case .object(let members):
            return [0xDF] + Self.length(members.count)
                + members.flatMap { WireValue.string($0.key).messagePack + $0.value.messagePack }
        }
    }

    private static func length(_ count: Int) -> [UInt8] { (0..<4).reversed().map { UInt8(count >> ($0 * 8) & 0xFF) } }

    init(messagePack bytes: [UInt8]) throws {
        var rest = bytes[...]
        self = try Self.take(&rest)
        guard rest.isEmpty else { throw Unreadable(bytes: bytes) }
    }

    private static func take(_ bytes: inout ArraySlice<UInt8>) throws -> WireValue {
        func number(_ size: Int) throws -> UInt64 {
            guard bytes.count >= size else { throw Unreadable(bytes: Array(bytes)) }
            defer { bytes = bytes.dropFirst(size) }
            return bytes.prefix(size).reduce(0) { $0 << 8 | UInt64($1) }
        }
        func text(_ count: Int) throws -> WireValue {
            guard bytes.count >= count else { throw Unreadable(bytes: Array(bytes)) }
            defer { bytes = bytes.dropFirst(count) }
            return .string(String(decoding: bytes.prefix(count), as: UTF8.self))
        }
        func list(_ count: Int) throws -> WireValue { .array(try (0..<count).map { _ in try Self.take(&bytes) }) }
        func map(_ count: Int) throws -> WireValue {
            var members: [String: WireValue] = [:]
            for _ in 0..<count {
                guard case .string(let name) = try Self.take(&bytes) else { throw Unreadable(bytes: Array(bytes)) }
                members[name] = try Self.take(&bytes)
            }
            return .object(members)
        }
        let first = try number(1)
        switch first {
        case 0...0x7F: return .int(Int(first))
        case 0x80...0x8F: return try map(Int(first & 0xF))
        case 0x90...0x9F: return try list(Int(first & 0xF))
        case 0xA0...0xBF: return try text(Int(first & 0x1F))
        case 0xC0: return .null
        case 0xC2: return .bool(false)
        case 0xC3: return .bool(true)
        case 0xCB: return .double(Double(bitPattern: try number(8)))
        case 0xCC: return .int(Int(try number(1)))
        case 0xCD: return .int(Int(try number(2)))
        case 0xCE: return .int(Int(try number(4)))
        case 0xCF, 0xD3: return .int(Int(truncatingIfNeeded: try number(8)))
        case 0xD0: return .int(Int(Int8(truncatingIfNeeded: try number(1))))
        case 0xD1: return .int(Int(Int16(truncatingIfNeeded: try number(2))))
        case 0xD2: return .int(Int(Int32(truncatingIfNeeded: try number(4))))
        case 0xD9: return try text(Int(try number(1)))
        case 0xDA: return try text(Int(try number(2)))
        case 0xDB: return try text(Int(try number(4)))
        case 0xDC: return try list(Int(try number(2)))
        case 0xDD: return try list(Int(try number(4)))
        case 0xDE: return try map(Int(try number(2)))
        case 0xE0...0xFF: return .int(Int(first) - 256)
        default: throw Unreadable(bytes: Array(bytes))
        }
    }
}

extension WireValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([WireValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: WireValue].self))
        }
    }
}
