public import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A value that is JSON already. As an argument or a result it goes into the message as it is.
public struct JSONFragment: Sendable, Equatable {
    /// One JSON value.
    public var bytes: ByteBuffer

    /// - Parameter bytes: One valid JSON value in UTF-8. It is not checked.
    public init(_ bytes: ByteBuffer) {
        self.bytes = bytes
    }
}

extension JSONFragment: Encodable {
    /// For encoders other than ours, and for fragments inside other values: takes the JSON apart and encodes what it says.
    public func encode(to encoder: any Encoder) throws {
        let value = try JSONDecoder().decode(JSONTree.self, from: Data(self.bytes.readableBytesView))
        try value.encode(to: encoder)
    }
}

/// Any JSON value, for the rare fragment that is not at the top.
private enum JSONTree: Codable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .unsigned(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONTree].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONTree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
