/// Reads whom a resource belongs to out of the path by which Graph names it.
///
/// Graph writes the same thing in several ways: `users/{id}`, `Users('{id}')`, and `users/{id}@{tenant}` from Outlook; the
/// case of segments changes, and ids may be percent-encoded.
enum ResourcePath {
    /// The id or principal name of the user that a resource lies under, or is.
    ///
    /// - Returns: `nil` if it lies elsewhere, under `me`, or under what cannot be the id of a user.
    static func user(of resource: String) -> String? {
        var rest = resource.utf8[...].drop { $0 == UInt8(ascii: "/") }
        guard let first = Self.decoded(Self.segment(of: &rest)) else { return nil }
        let key: String?
        if first.isEqual(to: "users") {
            key = Self.decoded(Self.segment(of: &rest)).flatMap(Self.text)
        } else {
            key = Self.key(of: first)
        }
        guard let key, Self.isID(key) else { return nil }
        return Self.withoutTenant(key)
    }

    /// Takes the next segment off, as it stands.
    private static func segment(of rest: inout Substring.UTF8View) -> Substring.UTF8View {
        let segment = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        rest = rest.dropFirst(segment.count)
        // What stands behind a question mark is no part of the path.
        rest = rest.first == UInt8(ascii: "/") ? rest.dropFirst() : rest.dropFirst(rest.count)
        return segment
    }

    /// The key of `Users('key')`, in which a quote stands as two.
    private static func key(of segment: [UInt8]) -> String? {
        let opening = "users(".utf8.count
        guard segment.count > opening, segment.last == UInt8(ascii: ")"), segment[..<opening].isEqual(to: "users(")
        else { return nil }
        let quote = UInt8(ascii: "'")
        let key = segment[opening..<(segment.count - 1)]
        guard key.first == quote else { return Self.text(key) }
        guard key.count >= 2, key.last == quote else { return nil }
        var result: [UInt8] = []
        var isQuoted = false
        for byte in key.dropFirst().dropLast() {
            if byte == quote, !isQuoted {
                isQuoted = true
                continue
            }
            guard isQuoted == (byte == quote) else { return nil }
            isQuoted = false
            result.append(byte)
        }
        return isQuoted ? nil : Self.text(result)
    }

    /// Resolves `%xx`; a percent sign that begins nothing stays.
    private static func decoded(_ segment: Substring.UTF8View) -> [UInt8]? {
        guard segment.contains(UInt8(ascii: "%")) else { return Array(segment) }
        let bytes = Array(segment)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = bytes[index + 1].hexDigitValue,
                let low = bytes[index + 2].hexDigitValue
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> String? {
        String(validating: bytes, as: UTF8.self)
    }

    private static func isID(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
    }

    /// `{id}` of `{id}@{tenant}`. A principal name, which has an `@` too, stays whole.
    private static func withoutTenant(_ id: String) -> String {
        let bytes = id.utf8
        guard let at = bytes.firstIndex(of: UInt8(ascii: "@")), Self.isGUID(bytes[..<at]),
            Self.isGUID(bytes[bytes.index(after: at)...])
        else { return id }
        return String(id[..<at])
    }

    private static func isGUID(_ bytes: Substring.UTF8View) -> Bool {
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            default: byte.hexDigitValue != nil
            }
        }
    }
}

extension Collection<UInt8> {
    /// Whether the bytes are `text`, which is in lower case, when upper and lower case are the same.
    fileprivate func isEqual(to text: StaticString) -> Bool {
        let other = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return self.count == other.count
            && self.elementsEqual(other) { mine, theirs in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(mine) ? mine | 0x20 == theirs : mine == theirs
            }
    }
}

extension UInt8 {
    fileprivate var hexDigitValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
