/// A string as it stands in the JSON text, between its quotes and with its escapes unresolved.
///
/// It is a view of bytes it does not own: use it at once, or make a ``string`` of it.
public struct JSONStringSlice {
    /// The bytes between the quotes.
    public let bytes: UnsafeRawBufferPointer
    /// Whether the bytes contain a backslash.
    public let hasEscapes: Bool

    /// The string with its escapes resolved; `nil` if it is not UTF-8 or has half a surrogate pair.
    public var string: String? {
        guard self.hasEscapes else { return String(validating: self.bytes, as: UTF8.self) }
        return self.unescapedBytes().flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// Whether the string, escapes resolved, equals `other` byte for byte.
    public static func == (slice: JSONStringSlice, other: StaticString) -> Bool {
        slice.matches(other) { $0 }
    }

    /// Whether the string equals `other` when upper and lower case of ASCII letters are the same.
    public func equalsIgnoringCase(_ other: StaticString) -> Bool {
        self.matches(other) { $0.asciiLowercased }
    }

    /// Compares bytes, not characters: Unicode takes U+212A, the Kelvin sign, for the letter K.
    private func matches(_ other: StaticString, folding: (UInt8) -> UInt8) -> Bool {
        let theirs = UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)
        guard self.hasEscapes else {
            guard self.bytes.count == theirs.count else { return false }
            return self.bytes.elementsEqual(theirs) { folding($0) == folding($1) }
        }
        guard let mine = self.unescapedBytes() else { return false }
        return mine.elementsEqual(theirs) { folding($0) == folding($1) }
    }

    private func unescapedBytes() -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(self.bytes.count)
        var index = 0
        while index < self.bytes.count {
            let byte = self.bytes[index]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                index += 1
                continue
            }
            index += 1
            switch self.bytes[index] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                guard let scalar = self.readScalar(at: &index) else { return nil }
                result.append(contentsOf: UTF8.encode(scalar)!)
            case let other: result.append(other)
            }
            index += 1
        }
        return result
    }

    /// Reads `uXXXX`, and the second half of a surrogate pair behind it; leaves `index` on the last digit.
    private func readScalar(at index: inout Int) -> Unicode.Scalar? {
        let first = self.codeUnit(at: index + 1)
        index += 4
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        guard UTF16.isLeadSurrogate(first), index + 6 < self.bytes.count,
            self.bytes[index + 1] == UInt8(ascii: "\\"), self.bytes[index + 2] == UInt8(ascii: "u")
        else { return nil }
        let second = self.codeUnit(at: index + 3)
        guard UTF16.isTrailSurrogate(second) else { return nil }
        index += 6
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private func codeUnit(at index: Int) -> UInt16 {
        var value: UInt16 = 0
        for offset in index..<(index + 4) {
            value = value << 4 | UInt16(self.bytes[offset].hexValue ?? 0)
        }
        return value
    }
}

/// The name of an object's member, compared without copying it.
public struct JSONName {
    let slice: JSONStringSlice

    /// The name as a string; empty if it is not valid text, which no expected name is.
    public var string: String { self.slice.string ?? "" }

    /// Whether the name equals `other`, byte for byte.
    public static func == (name: JSONName, other: StaticString) -> Bool { name.slice == other }

    /// So that names can stand in a `switch`.
    public static func ~= (pattern: StaticString, name: JSONName) -> Bool { name.slice == pattern }

    /// Whether the name equals `other` when upper and lower case of ASCII letters are the same.
    public func equalsIgnoringCase(_ other: StaticString) -> Bool { self.slice.equalsIgnoringCase(other) }
}

extension UInt8 {
    var asciiLowercased: UInt8 {
        if case UInt8(ascii: "A")...UInt8(ascii: "Z") = self { self | 0x20 } else { self }
    }
}
