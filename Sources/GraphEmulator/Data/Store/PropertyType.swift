/// What a property of an entity may hold, for whoever writes one.
enum PropertyType: Sendable {
    case text, flag, integer, number, moment, texts, object, objects, recipient, recipients, body, importance, anything
    /// Graph sets it; what a caller says of it is passed over.
    case service

    /// The value as it is kept; `nil` if it is of another type.
    func accept(_ value: JSONValue) -> JSONValue? {
        if value == .null { return self.allowsNull ? .null : nil }
        switch self {
        case .text: return value.string.map { .string($0) }
        case .flag: return value.bool.map { .bool($0) }
        case .integer: return value.integer.map { .integer($0) }
        case .number:
            if case .number = value { return value }
            return value.integer.map { .integer($0) }
        case .moment: return value.string.flatMap(GraphDateTime.parse).map { .string(GraphDateTime.utc($0)) }
        case .texts: return value.array.flatMap { $0.allSatisfy { $0.string != nil } ? value : nil }
        case .object: return value.object.map { .object($0) }
        case .objects: return value.array.flatMap { $0.allSatisfy { $0.object != nil } ? value : nil }
        case .recipient: return value.object.map { MailAddress($0).json }
        case .recipients:
            guard let values = value.array, values.allSatisfy({ $0.object != nil }) else { return nil }
            return .array(values.compactMap(\.object).map { MailAddress($0).json })
        case .body: return value.object.map { MessageBody($0).json }
        case .importance:
            guard let word = value.string?.lowercased(), ["low", "normal", "high"].contains(word) else { return nil }
            return .string(word)
        case .anything: return value
        case .service: return .null
        }
    }

    private var allowsNull: Bool {
        switch self {
        case .flag, .texts, .importance, .objects, .recipients: false
        default: true
        }
    }
}
