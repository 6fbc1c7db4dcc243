import JSONBytes
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A JSON value as a tree, for what the emulator keeps and gives back without knowing each property.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONMembers)

    /// Reads one value that fills the whole buffer.
    init(_ buffer: ByteBuffer) throws(JSONError) {
        self = try buffer.withUnsafeReadableBytes { bytes throws(JSONError) in
            var reader = JSONReader(bytes)
            let value = try Self.read(from: &reader, bytes)
            try reader.finish()
            return value
        }
    }

    private static func read(
        from reader: inout JSONReader, _ bytes: UnsafeRawBufferPointer
    ) throws(JSONError) -> JSONValue {
        switch try reader.peek() {
        case .null:
            _ = try reader.readNullIfPresent()
            return .null
        case .bool: return .bool(try reader.readBool())
        case .string: return .string(try reader.readString())
        case .number:
            let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[try reader.skip()]), as: UTF8.self)
            if let integer = Int64(text) { return .integer(integer) }
            guard let number = Double(text), number.isFinite else { throw JSONError(.invalidNumber, at: reader.offset) }
            return .number(number)
        case .array:
            var values: [JSONValue] = []
            try reader.readArray { reader throws(JSONError) in values.append(try Self.read(from: &reader, bytes)) }
            return .array(values)
        case .object:
            var members = JSONMembers()
            try reader.readObject { reader, name throws(JSONError) in
                let name = name.string
                members[name] = try Self.read(from: &reader, bytes)
            }
            return .object(members)
        }
    }

    /// Writes it as JSON.
    func write(to buffer: inout ByteBuffer) {
        switch self {
        case .null: buffer.writeStaticString("null")
        case .bool(let value): buffer.writeString(value ? "true" : "false")
        case .integer(let value): buffer.writeJSONNumber(value)
        case .number(let value): buffer.writeString("\(value)")
        case .string(let value): buffer.writeJSONString(value)
        case .array(let values):
            buffer.writeInteger(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                value.write(to: &buffer)
            }
            buffer.writeInteger(UInt8(ascii: "]"))
        case .object(let members): buffer.writeImmutableBuffer(JSONObject(members).bytes)
        }
    }

    var string: String? { if case .string(let value) = self { value } else { nil } }

    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }

    var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

    var object: JSONMembers? { if case .object(let value) = self { value } else { nil } }

    /// About how many bytes of memory it takes.
    var cost: Int {
        switch self {
        case .null, .bool, .integer, .number: 16
        case .string(let value): 16 + value.utf8.count
        case .array(let values): values.reduce(32) { $0 + $1.cost }
        case .object(let members): members.cost
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONMembers(elements)) }

    /// A string, or `null`.
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }
}
