import NIOCore

/// Lets a type's `init(from:)` read MessagePack that has been checked to be whole.
struct MessagePackDecoder: Decoder {
    let source: MessagePackSource
    /// Where the value begins.
    let offset: Int
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let members = try MessagePackMembers(of: self.source, at: self.offset, codingPath: self.codingPath)
        return KeyedDecodingContainer(Keyed<Key>(members: members, codingPath: self.codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try Unkeyed(source: self.source, offset: self.offset, codingPath: self.codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let members: MessagePackMembers
        let codingPath: [any CodingKey]

        var allKeys: [Key] { self.members.keys(as: Key.self) }

        func contains(_ key: Key) -> Bool { self.members.value(of: key) != nil }

        func decodeNil(forKey key: Key) throws -> Bool {
            try self.members.source.isNil(at: try self.offset(of: key), codingPath: self.codingPath)
        }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try self.members.source.decode(type, at: try self.offset(of: key), codingPath: self.codingPath + [key])
        }

        func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<NestedKey> {
            try self.decoder(key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try self.decoder(key).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { try self.decoder(MessagePackKey.super) }

        func superDecoder(forKey key: Key) throws -> any Decoder { try self.decoder(key) }

        private func decoder(_ key: any CodingKey) throws -> MessagePackDecoder {
            MessagePackDecoder(
                source: self.members.source, offset: try self.offset(of: key), codingPath: self.codingPath + [key]
            )
        }

        private func offset(of key: any CodingKey) throws -> Int {
            guard let offset = self.members.value(of: key) else {
                let context = DecodingError.Context(codingPath: self.codingPath, debugDescription: "There is no such key.")
                throw DecodingError.keyNotFound(key, context)
            }
            return offset
        }
    }

    private struct Unkeyed: UnkeyedDecodingContainer {
        private let source: MessagePackSource
        private let elements: Int
        private var offset: Int
        let codingPath: [any CodingKey]
        private(set) var currentIndex = 0

        var count: Int? { self.elements }
        var isAtEnd: Bool { self.currentIndex >= self.elements }

        init(source: MessagePackSource, offset: Int, codingPath: [any CodingKey]) throws {
            (self.elements, self.offset) = try source.read([Any].self, at: offset, codingPath: codingPath) {
                reader throws(MessagePackError) in (try reader.readArrayHeader(), reader.offset)
            }
            self.source = source
            self.codingPath = codingPath
        }

        mutating func decodeNil() throws -> Bool {
            guard try self.source.isNil(at: try self.next(Any?.self), codingPath: self.codingPath) else { return false }
            try self.advance()
            return true
        }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let value = try self.source.decode(type, at: try self.next(type), codingPath: self.nextPath)
            try self.advance()
            return value
        }

        mutating func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type
        ) throws -> KeyedDecodingContainer<NestedKey> {
            let container = try self.decoder([String: Any].self).container(keyedBy: type)
            try self.advance()
            return container
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            let container = try self.decoder([Any].self).unkeyedContainer()
            try self.advance()
            return container
        }

        mutating func superDecoder() throws -> any Decoder {
            let decoder = try self.decoder((any Decoder).self)
            try self.advance()
            return decoder
        }

        private var nextPath: [any CodingKey] { self.codingPath + [MessagePackKey(index: self.currentIndex)] }

        private func decoder(_ type: Any.Type) throws -> MessagePackDecoder {
            MessagePackDecoder(source: self.source, offset: try self.next(type), codingPath: self.nextPath)
        }

        /// Where the next element begins.
        private func next(_ type: Any.Type) throws -> Int {
            guard !self.isAtEnd else {
                let context = DecodingError.Context(codingPath: self.nextPath, debugDescription: "There are no more elements.")
                throw DecodingError.valueNotFound(type, context)
            }
            return self.offset
        }

        private mutating func advance() throws {
            self.offset = try self.source.end(of: self.offset, codingPath: self.codingPath)
            self.currentIndex += 1
        }
    }

    private struct Single: SingleValueDecodingContainer {
        let decoder: MessagePackDecoder
        var codingPath: [any CodingKey] { self.decoder.codingPath }

        func decodeNil() -> Bool {
            (try? self.decoder.source.isNil(at: self.decoder.offset, codingPath: self.codingPath)) ?? false
        }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try self.decoder.source.decode(type, at: self.decoder.offset, codingPath: self.codingPath)
        }
    }
}
