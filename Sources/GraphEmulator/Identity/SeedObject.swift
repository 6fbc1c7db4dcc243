/// An object of a seed file: keys that nobody knows are mistakes, and what is absent has a default.
struct SeedObject<Key: CodingKey & CaseIterable> {
    private let values: KeyedDecodingContainer<Key>

    init(_ decoder: any Decoder, _: Key.Type = Key.self) throws {
        let known = Set(Key.allCases.map(\.stringValue))
        let all = try decoder.container(keyedBy: AnyKey.self)
        if let unknown = all.allKeys.first(where: { !known.contains($0.stringValue) }) {
            throw DecodingError.dataCorruptedError(
                forKey: unknown, in: all,
                debugDescription: "nobody knows '\(unknown.stringValue)'; known are \(known.sorted().joined(separator: ", "))"
            )
        }
        self.values = try decoder.container(keyedBy: Key.self)
    }

    func required<Value: Decodable>(_ key: Key) throws -> Value { try self.values.decode(Value.self, forKey: key) }

    func optional<Value: Decodable>(_ key: Key) throws -> Value? { try self.values.decodeIfPresent(Value.self, forKey: key) }

    func value<Value: Decodable>(_ key: Key, default value: Value) throws -> Value { try self.optional(key) ?? value }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension DecodingError {
    /// Where it happened and what is wrong there.
    var place: String {
        let (context, what): (Context, String) =
            switch self {
            case .keyNotFound(let key, let context): (context, "'\(key.stringValue)' is missing")
            case .typeMismatch(let type, let context): (context, "a value of another type was expected (\(type))")
            case .valueNotFound(_, let context): (context, "null is not allowed")
            case .dataCorrupted(let context): (context, context.debugDescription)
            @unknown default: (Context(codingPath: [], debugDescription: ""), "it is not what was expected")
            }
        let path = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }.joined(separator: ".")
        return path.isEmpty ? "\(what)." : "at '\(path)', \(what)."
    }
}
