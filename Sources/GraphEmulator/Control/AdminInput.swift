import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the body of a request to the admin side may be: an object with these members, and no others.
protocol AdminInput: Decodable, Sendable {
    /// What it may be called by.
    static var members: [String] { get }
}

extension AdminInput {
    /// Reads a body; an empty one is an object without members.
    init(_ body: ByteBuffer) throws(AdminRefusal) {
        let data = Data(body.readableBytes == 0 ? [UInt8]("{}".utf8) : Array(body.readableBytesView))
        do {
            let decoder = JSONDecoder()
            let names = try MemberNames(of: data, decoder).names
            if let name = names.first(where: { !Self.members.contains($0) }) {
                throw AdminRefusal.unknown(name, what: "member", among: Self.members)
            }
            self = try decoder.decode(Self.self, from: data)
        } catch let refusal as AdminRefusal {
            throw refusal
        } catch let error as DecodingError {
            throw AdminRefusal(error.sentence)
        } catch {
            throw AdminRefusal("The body is not JSON.")
        }
    }
}

/// The names of an object's members, in order of their letters.
private struct MemberNames: Decodable {
    struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    var names: [String]

    init(of data: Data, _ decoder: JSONDecoder) throws {
        do {
            self = try decoder.decode(Self.self, from: data)
        } catch DecodingError.dataCorrupted {
            throw AdminRefusal("The body is not JSON.")
        }
    }

    init(from decoder: any Decoder) throws {
        self.names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue).sorted()
    }
}

extension DecodingError {
    /// What is wrong, without what stands there.
    fileprivate var sentence: String {
        switch self {
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            guard let name = context.codingPath.last?.stringValue else { return "The body must be a JSON object." }
            return "'\(name)' must be \(Self.word(for: type))."
        case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing."
        case .dataCorrupted(let context):
            let name = context.codingPath.last.map { "'\($0.stringValue)'" }
            // The body was read once before: the text is JSON, and what is wrong is a value.
            guard context.debugDescription == AdminDuration.expectation else {
                return "\(name ?? "A number in it") must be a whole number that is not too large."
            }
            return "\(name ?? "It") \(context.debugDescription)"
        @unknown default: return "The body is not what is expected here."
        }
    }

    private static func word(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is Int.Type: "a whole number"
        default: "a number"
        }
    }
}

/// A duration as people write it, or a number of seconds.
struct AdminDuration: Codable, Sendable, Equatable {
    static let expectation = "must be a duration of at most 400 days, such as \"PT4H\", \"90s\" or a number of seconds."

    var duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let duration =
            if let seconds = try? container.decode(Double.self) {
                DurationText.duration(seconds)
            } else {
                DurationText.parse(try container.decode(String.self))
            }
        guard let duration else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.expectation)
        }
        self.duration = duration
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Double(self.duration.milliseconds) / 1000)
    }
}
