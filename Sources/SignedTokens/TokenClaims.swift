package import JSONBytes

/// What a token says, flattened: members of objects have dotted names, and each has a list of values.
package struct TokenClaims: Sendable, Equatable {
    /// Texts, numbers and truth values, in the order in which they stand. `null` is nothing.
    package private(set) var values: [String: [String]] = [:]

    /// - Parameter payload: An object, as JSON, in which no name appears twice.
    package init(_ payload: [UInt8]) throws(JSONError) {
        try payload.read { reader throws(JSONError) in try self.read(object: &reader, below: "", in: payload) }
    }

    /// The first value of a claim.
    package subscript(name: String) -> String? { self.values[name]?.first }

    /// The values of each claim in one text, separated by spaces.
    package var joined: [String: String] { self.values.mapValues { $0.joined(separator: " ") } }

    /// A time in seconds since 1970, in milliseconds; `nil` if it is missing or none that a clock could show.
    package func time(_ name: String) -> Int64? {
        guard let values = self.values[name], values.count == 1, let seconds = Double(values[0]),
            seconds.magnitude < 100_000_000_000
        else { return nil }
        return Int64((seconds * 1000).rounded(.down))
    }

    private mutating func read(
        object reader: inout JSONReader, below prefix: String, in payload: [UInt8]
    ) throws(JSONError) {
        var names: Set<String> = []
        try reader.readObject { reader, name throws(JSONError) in
            guard names.insert(name.string).inserted else { throw JSONError(.wrongType, at: reader.offset) }
            try self.read(value: &reader, named: prefix + name.string, in: payload)
        }
    }

    private mutating func read(
        value reader: inout JSONReader, named name: String, in payload: [UInt8]
    ) throws(JSONError) {
        switch try reader.peek() {
        case .object: try self.read(object: &reader, below: name + ".", in: payload)
        case .array:
            self.values[name, default: []] += []
            try reader.readArray { reader throws(JSONError) in
                switch try reader.peek() {
                // Which one of a list it belongs to could not be told.
                case .object, .array: try reader.skip()
                default: try self.read(value: &reader, named: name, in: payload)
                }
            }
        case .string: self.values[name, default: []].append(try reader.readString())
        case .number, .bool:
            let range = try reader.skip()
            self.values[name, default: []].append(String(decoding: payload[range], as: UTF8.self))
        case .null: try reader.skip()
        }
    }
}
