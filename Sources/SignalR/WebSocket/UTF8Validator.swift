/// Checks that bytes are UTF-8 (RFC 3629), however they are cut.
struct UTF8Validator {
    /// How many bytes the character that has begun still needs.
    private var missing: UInt8 = 0
    /// Where the next of them must lie; only the second byte of some characters is not free.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Whether the text may end here.
    var isComplete: Bool { self.missing == 0 }

    /// Takes the next bytes; `false` if they are not UTF-8.
    mutating func accept(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if self.missing == 0 {
                while index + 8 <= bytes.count,
                    bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
                { index += 8 }
                guard index < bytes.count else { break }
            }
            guard self.accept(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard self.missing == 0 else {
            guard byte >= self.lowest, byte <= self.highest else { return false }
            self.missing -= 1
            (self.lowest, self.highest) = (0x80, 0xBF)
            return true
        }
        switch byte {
        case 0x00...0x7F: break
        case 0xC2...0xDF: self.missing = 1
        case 0xE0: (self.missing, self.lowest) = (2, 0xA0)
        case 0xED: (self.missing, self.highest) = (2, 0x9F)
        case 0xE1...0xEF: self.missing = 2
        case 0xF0: (self.missing, self.lowest) = (3, 0x90)
        case 0xF4: (self.missing, self.highest) = (3, 0x8F)
        case 0xF1...0xF3: self.missing = 3
        default: return false
        }
        return true
    }
}
