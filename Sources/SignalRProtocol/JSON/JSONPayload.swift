import JSONBytes
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// User payloads as JSON. Common types are read and written directly; everything else goes through `Codable`.
enum JSONPayload {
    /// Reads one JSON value as `type`.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: ByteBuffer) throws(HubProtocolError) -> Value {
        if let value = Self.decodeDirectly(type, from: bytes) { return value }
        do {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            return try decoder.decode(type, from: Data(bytes.readableBytesView))
        } catch {
            throw .bindingFailed
        }
    }

    /// Appends `value` as JSON.
    ///
    /// - Throws: What the value's own `encode(to:)` throws.
    static func encode(_ value: some Encodable, into buffer: inout ByteBuffer) throws {
        switch value {
        case let value as JSONFragment: buffer.writeImmutableBuffer(value.bytes)
        case let value as String: buffer.writeJSONString(value)
        case let value as Int: buffer.writeJSONNumber(Int64(value))
        case let value as Int64: buffer.writeJSONNumber(value)
        case let value as Int32: buffer.writeJSONNumber(Int64(value))
        case let value as Bool: buffer.writeStaticString(value ? "true" : "false")
        default:
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .custom { date, encoder in try Self.encode(date, to: encoder) }
            encoder.outputFormatting = .withoutEscapingSlashes
            buffer.writeBytes(try encoder.encode(value))
        }
    }

    /// With milliseconds, which the ready-made strategy drops.
    private static func encode(_ date: Date, to encoder: any Encoder) throws {
        guard let milliseconds = Int64(exactly: (date.timeIntervalSince1970 * 1_000).rounded()) else {
            let context = EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "The date is out of range.")
            // The number, because the description of such a date traps.
            throw EncodingError.invalidValue(date.timeIntervalSince1970, context)
        }
        var text = ByteBuffer()
        text.writeISO8601(millisecondsSince1970: milliseconds)
        var container = encoder.singleValueContainer()
        try container.encode(String(buffer: text))
    }

    private static func decodeDirectly<Value>(_ type: Value.Type, from bytes: ByteBuffer) -> Value? {
        bytes.withUnsafeReadableBytes { bytes in
            var reader = JSONReader(bytes)
            let value: Value?
            if type == String.self {
                value = (try? reader.readString()) as? Value
            } else if type == Int.self {
                value = (try? reader.readInt64()).flatMap(Int.init(exactly:)) as? Value
            } else if type == Bool.self {
                value = (try? reader.readBool()) as? Value
            } else if type == [String].self {
                var strings: [String] = []
                do throws(JSONError) {
                    try reader.readArray { reader throws(JSONError) in strings.append(try reader.readString()) }
                } catch {
                    return nil
                }
                value = strings as? Value
            } else {
                return nil
            }
            return (try? reader.finish()) == nil ? nil : value
        }
    }
}
