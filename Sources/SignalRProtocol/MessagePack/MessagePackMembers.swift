import NIOCore

/// Where a map's keys and values are. The keys stay in the bytes.
final class MessagePackMembers {
    let source: MessagePackSource
    private let members: [(key: Int, value: Int)]
    /// Where the last search ended. Types ask in the order in which they wrote, so the next key mostly comes next.
    private var hint = 0

    /// The members of the map at `offset`.
    init(of source: MessagePackSource, at offset: Int, codingPath: [any CodingKey]) throws {
        self.source = source
        self.members = try source.read([String: Any].self, at: offset, codingPath: codingPath) {
            reader throws(MessagePackError) in
            let count = try reader.readMapHeader()
            var members: [(key: Int, value: Int)] = []
            members.reserveCapacity(count)
            for _ in 0..<count { members.append((try reader.skip().lowerBound, try reader.skip().lowerBound)) }
            return members
        }
    }

    /// Where the value of `key` begins; `nil` if there is none. Integer keys go by their number.
    func value(of key: any CodingKey) -> Int? {
        let number = key.intValue.map { Int64($0) } ?? Int64(key.stringValue)
        return self.source.bytes.withUnsafeReadableBytes { bytes in
            for step in self.members.indices {
                let index = (self.hint + step) % self.members.count
                var reader = MessagePackReader(bytes, startingAt: self.members[index].key)
                let isEqual =
                    if let text = try? reader.readStringBytes() {
                        text.elementsEqual(key.stringValue.utf8)
                    } else if let number {
                        (try? reader.readInt64()) == number
                    } else {
                        false
                    }
                guard isEqual else { continue }
                self.hint = index + 1
                return self.members[index].value
            }
            return nil
        }
    }

    /// The keys that `Key` can be made of: strings and integers.
    func keys<Key: CodingKey>(as type: Key.Type) -> [Key] {
        self.source.bytes.withUnsafeReadableBytes { bytes in
            self.members.compactMap { member in
                var reader = MessagePackReader(bytes, startingAt: member.key)
                if let text = try? reader.readString() { return Key(stringValue: text) }
                guard let number = (try? reader.readInt64()).flatMap(Int.init(exactly:)) else { return nil }
                return Key(intValue: number) ?? Key(stringValue: String(number))
            }
        }
    }
}
