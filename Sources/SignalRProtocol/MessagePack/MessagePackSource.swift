import NIOCore

/// The bytes that decoders share, and what it takes to read a value of them.
struct MessagePackSource {
    /// One value, checked to be whole.
    let bytes: ByteBuffer

    /// Reads the value at `offset`.
    func decode<Value: Decodable>(_ type: Value.Type, at offset: Int, codingPath: [any CodingKey]) throws -> Value {
        guard let scalar = type as? any MessagePackScalar.Type else {
            return try Value(from: MessagePackDecoder(source: self, offset: offset, codingPath: codingPath))
        }
        let value = try self.read(type, at: offset, codingPath: codingPath) { reader throws(MessagePackError) in
            try scalar.init(from: &reader)
        }
        // It is an instance of `scalar`, which is `type`.
        return value as! Value
    }

    /// Whether `nil` stands at `offset`.
    func isNil(at offset: Int, codingPath: [any CodingKey]) throws -> Bool {
        try self.read(Any?.self, at: offset, codingPath: codingPath) { reader throws(MessagePackError) in
            try reader.peek() == .null
        }
    }

    /// Where the value at `offset` ends.
    func end(of offset: Int, codingPath: [any CodingKey]) throws -> Int {
        try self.read(Any.self, at: offset, codingPath: codingPath) { reader throws(MessagePackError) in
            try reader.skip().upperBound
        }
    }

    /// Runs `body` with a reader at `offset`; what it throws becomes the error that `Codable` has for it.
    func read<Result>(
        _ type: Any.Type, at offset: Int, codingPath: [any CodingKey],
        _ body: (inout MessagePackReader) throws(MessagePackError) -> Result
    ) throws -> Result {
        do throws(MessagePackError) {
            return try self.bytes.withMessagePackReader(startingAt: offset, body)
        } catch {
            let context = DecodingError.Context(codingPath: codingPath, debugDescription: error.description)
            guard error.code == .wrongType else { throw DecodingError.dataCorrupted(context) }
            let isNil = try? self.bytes.withMessagePackReader(startingAt: offset) { reader throws(MessagePackError) in
                try reader.readNilIfPresent()
            }
            throw isNil == true ? DecodingError.valueNotFound(type, context) : DecodingError.typeMismatch(type, context)
        }
    }
}
