/// What a `Content-Type` says.
enum MediaType {
    /// Whether it is JSON: `application/json`, or a type built on it (`application/…+json`); parameters do not matter.
    ///
    /// An empty one says nothing, like a missing one.
    static func isJSON(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.utf8.drop { $0 == 0x20 || $0 == 0x09 }
        let end = type.lastIndex { $0 != 0x20 && $0 != 0x09 }
        guard let end else { return true }
        let trimmed = type[...end]
        return self.equals(trimmed, "application/json")
            || (self.equals(trimmed.prefix(12), "application/") && self.equals(trimmed.suffix(5), "+json"))
    }

    private static func equals(_ text: Substring.UTF8View, _ lowercase: StaticString) -> Bool {
        let expected = UnsafeBufferPointer(start: lowercase.utf8Start, count: lowercase.utf8CodeUnitCount)
        return text.elementsEqual(expected) { byte, other in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 == other : byte == other
        }
    }
}
