import JSONBytes
import NIOCore

/// The properties that a rich subscription to Outlook asked for with `$select`.
enum SelectedProperties {
    /// The object with what was selected, its id and its annotations.
    ///
    /// - Parameter options: Of the subscription's resource, in small letters; without `$select` everything stays.
    static func of(_ object: ByteBuffer, options: [String: String]) -> ByteBuffer {
        guard let selected = options["$select"] else { return object }
        let names = Set(selected.split(separator: ",").map { $0.filter { $0 != " " }.lowercased() })
        var members: [(name: String, value: Range<Int>)] = []
        let isRead: Void? = try? object.withUnsafeReadableBytes { bytes in
            var reader = JSONReader(bytes)
            try reader.readObject { reader, name throws(JSONError) in
                let name = name.string
                let value = try reader.skip()
                // An annotation belongs to the property before its `@`, or to the object.
                let property = name.lowercased().prefix { $0 != "@" }
                if property.isEmpty || property == "id" || names.contains(String(property)) { members.append((name, value)) }
            }
            try reader.finish()
        }
        guard isRead != nil else { return object }
        var result = ByteBuffer(string: "{")
        for (index, member) in members.enumerated() {
            if index > 0 { result.writeInteger(UInt8(ascii: ",")) }
            result.writeJSONString(member.name)
            result.writeInteger(UInt8(ascii: ":"))
            if let value = object.getSlice(at: object.readerIndex + member.value.lowerBound, length: member.value.count) {
                result.writeImmutableBuffer(value)
            }
        }
        result.writeInteger(UInt8(ascii: "}"))
        return result
    }
}
