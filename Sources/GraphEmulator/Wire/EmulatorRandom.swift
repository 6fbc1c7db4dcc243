/// Random numbers, and the ids made of them: the system's, or with a seed (SplitMix64) the same each time.
struct EmulatorRandom: RandomNumberGenerator, Sendable, Equatable, Codable {
    private var state: UInt64?
    /// What it began with.
    private let seed: UInt64?

    init(seed: UInt64? = nil) {
        self.state = seed
        self.seed = seed
    }

    mutating func next() -> UInt64 {
        guard let state else {
            var system = SystemRandomNumberGenerator()
            return system.next()
        }
        let advanced = state &+ 0x9E37_79B9_7F4A_7C15
        self.state = advanced
        var value = advanced
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Random numbers of their own for `purpose` and `number`: with a seed the same each time, whatever was drawn before.
    func derived(_ purpose: UInt64, _ number: Int) -> EmulatorRandom {
        guard let seed else { return self }
        var mixed = EmulatorRandom(seed: seed ^ purpose &* 0xD6E8_FEB8_6659_FD93)
        return EmulatorRandom(seed: mixed.next() ^ UInt64(bitPattern: Int64(number)))
    }

    /// Goes on where another with the same seed stopped.
    mutating func resume(_ other: EmulatorRandom) {
        if self.seed != nil, other.seed == self.seed { self = other }
    }

    /// So many random bytes.
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: self.next() >> 56) } }

    /// A GUID (version 4) in lower case.
    mutating func guid() -> String {
        let high = self.next() & ~0xF000 | 0x4000
        let low = self.next() & ~(0b11 << 62) | 0b10 << 62
        let hex = Self.hex(high) + Self.hex(low)
        var guid = ""
        for (index, digit) in hex.enumerated() {
            if [8, 12, 16, 20].contains(index) { guid.append("-") }
            guid.append(digit)
        }
        return guid
    }

    /// Characters of the URL-safe base64 alphabet, six bits each.
    mutating func text(_ count: Int) -> String {
        var text = ""
        for _ in 0..<count {
            text.unicodeScalars.append(Unicode.Scalar(Self.alphabet[Int(self.next() >> 58)]))
        }
        return text
    }

    /// Digits and capital letters as in the ids of files, five bits each.
    mutating func base32(_ count: Int) -> String {
        var text = ""
        for _ in 0..<count { text.unicodeScalars.append(Unicode.Scalar(Self.base32[Int(self.next() >> 59)])) }
        return text
    }

    /// Hexadecimal digits, in small letters.
    mutating func hex(_ count: Int) -> String {
        var text = ""
        while text.count < count { text += Self.hex(self.next()) }
        return String(text.prefix(count))
    }

    private static let base32 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
