/// Lets a value's `encode(to:)` write MessagePack.
struct MessagePackEncoder: Encoder {
    let node: MessagePackNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        self.node.becomeMap()
        return KeyedEncodingContainer(Keyed<Key>(node: self.node, codingPath: self.codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        self.node.becomeArray()
        return Unkeyed(node: self.node, codingPath: self.codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        Single(node: self.node, codingPath: self.codingPath)
    }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: MessagePackNode
        let codingPath: [any CodingKey]

        func encodeNil(forKey key: Key) { self.node.appendNil(key: key.stringValue) }

        func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
            try self.node.append(value, key: key.stringValue, codingPath: self.codingPath + [key])
        }

        func nestedContainer<NestedKey: CodingKey>(
            keyedBy keyType: NestedKey.Type, forKey key: Key
        ) -> KeyedEncodingContainer<NestedKey> {
            self.superEncoder(key).container(keyedBy: keyType)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            self.superEncoder(key).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { self.superEncoder(MessagePackKey.super) }

        func superEncoder(forKey key: Key) -> any Encoder { self.superEncoder(key) }

        private func superEncoder(_ key: any CodingKey) -> MessagePackEncoder {
            MessagePackEncoder(node: self.node.appendOpen(key: key.stringValue), codingPath: self.codingPath + [key])
        }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let node: MessagePackNode
        let codingPath: [any CodingKey]
        var count: Int { self.node.count }

        private var nextPath: [any CodingKey] { self.codingPath + [MessagePackKey(index: self.count)] }

        func encodeNil() { self.node.appendNil() }

        func encode<Value: Encodable>(_ value: Value) throws {
            try self.node.append(value, codingPath: self.nextPath)
        }

        func nestedContainer<NestedKey: CodingKey>(keyedBy keyType: NestedKey.Type) -> KeyedEncodingContainer<NestedKey> {
            self.nextEncoder().container(keyedBy: keyType)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self.nextEncoder().unkeyedContainer() }

        func superEncoder() -> any Encoder { self.nextEncoder() }

        private func nextEncoder() -> MessagePackEncoder {
            let path = self.nextPath
            return MessagePackEncoder(node: self.node.appendOpen(), codingPath: path)
        }
    }

    private struct Single: SingleValueEncodingContainer {
        let node: MessagePackNode
        let codingPath: [any CodingKey]

        func encodeNil() { self.node.setNil() }

        func encode<Value: Encodable>(_ value: Value) throws { try self.node.set(value, codingPath: self.codingPath) }
    }
}
