import NIOCore

/// A value that is being encoded: what of it is complete, as bytes, and the containers in it that are still open.
///
/// MessagePack wants the number of elements in front of them, and `Codable` tells it last; so the elements wait here.
final class MessagePackNode {
    private enum Kind {
        /// Nothing was encoded so far.
        case empty
        case value, array, map
    }

    private var kind = Kind.empty
    private(set) var count = 0
    private var bytes = ByteBuffer()
    /// Containers whose place is known and whose content is not, in the order of their places.
    private var open: [(offset: Int, node: MessagePackNode)] = []
    /// Whether the value's `encode(to:)` asked for two different things at one place.
    private var isContradictory = false

    func becomeArray() { self.become(.array) }

    func becomeMap() { self.become(.map) }

    private func become(_ kind: Kind) {
        if self.kind == .empty {
            self.kind = kind
        } else if self.kind != kind {
            self.isContradictory = true
        }
    }

    /// Makes it `nil`.
    func setNil() { self.setValue { $0.writeMessagePackNil() } }

    /// Makes it `value`.
    func set<Value: Encodable>(_ value: Value, codingPath: [any CodingKey]) throws {
        if let scalar = value as? any MessagePackScalar {
            try self.setValue { try scalar.write(into: &$0) }
        } else {
            try value.encode(to: MessagePackEncoder(node: self, codingPath: codingPath))
        }
    }

    private func setValue(_ write: (inout ByteBuffer) throws -> Void) rethrows {
        guard self.kind == .empty else {
            self.isContradictory = true
            return
        }
        try write(&self.bytes)
        self.kind = .value
    }

    /// Appends `nil`, behind its key in a map.
    func appendNil(key: String? = nil) { self.append(key: key) { $0.writeMessagePackNil() } }

    /// Appends `value`, behind its key in a map.
    func append<Value: Encodable>(_ value: Value, key: String? = nil, codingPath: [any CodingKey]) throws {
        if let scalar = value as? any MessagePackScalar {
            try self.append(key: key) { try scalar.write(into: &$0) }
        } else {
            let node = MessagePackNode()
            try value.encode(to: MessagePackEncoder(node: node, codingPath: codingPath))
            try self.append(key: key) { try node.render(into: &$0) }
        }
    }

    private func append(key: String?, _ write: (inout ByteBuffer) throws -> Void) rethrows {
        let start = self.bytes.writerIndex
        if let key { self.bytes.writeMessagePackString(key) }
        do {
            try write(&self.bytes)
        } catch {
            // Whoever catches this goes on without the value.
            self.bytes.moveWriterIndex(to: start)
            throw error
        }
        self.count += 1
    }

    /// Appends a container that will be filled later, behind its key in a map.
    func appendOpen(key: String? = nil) -> MessagePackNode {
        if let key { self.bytes.writeMessagePackString(key) }
        self.count += 1
        let node = MessagePackNode()
        self.open.append((self.bytes.writerIndex, node))
        return node
    }

    /// Appends all of it to `buffer`. A value that encoded nothing is an empty map, as with Foundation's encoders.
    func render(into buffer: inout ByteBuffer) throws {
        guard !self.isContradictory else {
            let context = EncodingError.Context(codingPath: [], debugDescription: "Two different values at one place.")
            throw EncodingError.invalidValue(self.count, context)
        }
        switch self.kind {
        case .empty, .map: buffer.writeMessagePackMapHeader(count: self.count)
        case .array: buffer.writeMessagePackArrayHeader(count: self.count)
        case .value: break
        }
        var rest = self.bytes
        for (offset, node) in self.open {
            if var complete = rest.readSlice(length: offset - rest.readerIndex) { buffer.writeBuffer(&complete) }
            try node.render(into: &buffer)
        }
        buffer.writeBuffer(&rest)
    }
}
