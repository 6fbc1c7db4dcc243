import NIOCore

/// User payloads as MessagePack. Simple types are read and written directly; everything else goes through `Codable`.
enum MessagePackPayload {
    /// Reads one MessagePack value as `type`.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: ByteBuffer) throws(HubProtocolError) -> Value {
        do {
            // Checked whole at first, so that nothing below need fear depth or length.
            try bytes.withMessagePackReader { reader throws(MessagePackError) in
                try reader.skip()
                try reader.finish()
            }
            return try MessagePackSource(bytes: bytes).decode(type, at: 0, codingPath: [])
        } catch {
            throw .bindingFailed
        }
    }

    /// Appends `value` as MessagePack.
    ///
    /// - Throws: What the value's own `encode(to:)` throws, and `EncodingError` for what has no place in MessagePack; nothing
    ///   has been appended then.
    static func encode(_ value: some Encodable, into buffer: inout ByteBuffer) throws {
        let start = buffer.writerIndex
        do {
            if let scalar = value as? any MessagePackScalar {
                try scalar.write(into: &buffer)
            } else {
                let node = MessagePackNode()
                try value.encode(to: MessagePackEncoder(node: node, codingPath: []))
                try node.render(into: &buffer)
            }
        } catch {
            buffer.moveWriterIndex(to: start)
            throw error
        }
    }
}
