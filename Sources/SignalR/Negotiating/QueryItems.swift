/// The query of a request's target, read when asked.
struct QueryItems {
    private let query: Substring.UTF8View

    init(of target: some StringProtocol) {
        let text = Substring(target).utf8
        if let mark = text.firstIndex(of: UInt8(ascii: "?")) {
            self.query = text[text.index(after: mark)...]
        } else {
            self.query = text[text.endIndex...]
        }
    }

    /// The first item of this name, decoded; `nil` if there is none.
    subscript(name: String) -> String? {
        for item in self.query.split(separator: UInt8(ascii: "&")) {
            let end = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
            guard item[..<end].equalsIgnoringCase(name.utf8) else { continue }
            return Self.decode(item[end...].dropFirst())
        }
        return nil
    }

    /// Undoes the encoding of forms and URLs. What is not properly encoded stays as it is.
    static func decode(_ bytes: Substring.UTF8View) -> String {
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(bytes) ?? "" }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
                guard digits.count == 2 else {
                    decoded.append(byte)
                    continue
                }
                decoded.append(UInt8(digits[0] << 4 | digits[1]))
                rest = rest.dropFirst(2)
            default: decoded.append(byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}

extension Sequence<UInt8> {
    /// Whether two texts are equal but for upper and lower case of ASCII letters.
    func equalsIgnoringCase(_ other: some Sequence<UInt8>) -> Bool {
        self.elementsEqual(other) { Self.lowercase($0) == Self.lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
