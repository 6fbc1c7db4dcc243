import NIOCore

/// A MessagePack value, and a second codec of it, straight from the format's table, which shares nothing with ours.
indirect enum MessagePackValue: Equatable, Sendable {
    struct Member: Equatable, Sendable {
        var key: MessagePackValue
        var value: MessagePackValue

        init(_ key: MessagePackValue, _ value: MessagePackValue) {
            self.key = key
            self.value = value
        }

        init(_ key: String, _ value: MessagePackValue) { self.init(.string(key), value) }
    }

    case null
    case bool(Bool)
    case integer(Int64)
    /// Only what does not fit in an `integer`.
    case unsigned(UInt64)
    case float(Float)
    case double(Double)
    case string(String)
    case binary([UInt8])
    case array([MessagePackValue])
    case map([Member])
    case ext(Int8, [UInt8])
}

// MARK: - Writing

extension MessagePackValue {
    /// The shortest form.
    var bytes: [UInt8] { self.encoded { $0.first! } }

    /// One of the forms that are long enough, whichever comes.
    func bytes(_ generator: inout SeededGenerator) -> [UInt8] {
        var copy = generator
        defer { generator = copy }
        return self.encoded { $0.randomElement(using: &copy)! }
    }

    private func encoded(_ choose: ([[UInt8]]) -> [UInt8]) -> [UInt8] {
        switch self {
        case .null: return [0xC0]
        case .bool(let value): return [value ? 0xC3 : 0xC2]
        case .integer(let value): return choose(Self.forms(of: value))
        case .unsigned(let value): return [0xCF] + Self.bigEndian(value, 8)
        case .float(let value): return [0xCA] + Self.bigEndian(UInt64(value.bitPattern), 4)
        case .double(let value): return [0xCB] + Self.bigEndian(value.bitPattern, 8)
        case .string(let value):
            let utf8 = Array(value.utf8)
            return choose(Self.heads(utf8.count, fixed: 0xA0, below: 32, formats: [(0xD9, 1), (0xDA, 2), (0xDB, 4)])) + utf8
        case .binary(let value):
            return choose(Self.heads(value.count, fixed: 0, below: 0, formats: [(0xC4, 1), (0xC5, 2), (0xC6, 4)])) + value
        case .array(let values):
            return choose(Self.heads(values.count, fixed: 0x90, below: 16, formats: [(0xDC, 2), (0xDD, 4)]))
                + values.flatMap { $0.encoded(choose) }
        case .map(let members):
            return choose(Self.heads(members.count, fixed: 0x80, below: 16, formats: [(0xDE, 2), (0xDF, 4)]))
                + members.flatMap { $0.key.encoded(choose) + $0.value.encoded(choose) }
        case .ext(let type, let value):
            var heads = Self.heads(value.count, fixed: 0, below: 0, formats: [(0xC7, 1), (0xC8, 2), (0xC9, 4)])
            let fixed: [Int: UInt8] = [1: 0xD4, 2: 0xD5, 4: 0xD6, 8: 0xD7, 16: 0xD8]
            if let format = fixed[value.count] { heads.insert([format], at: 0) }
            return choose(heads) + [UInt8(bitPattern: type)] + value
        }
    }

    /// All forms of an integer, the shortest first.
    private static func forms(of value: Int64) -> [[UInt8]] {
        var forms: [[UInt8]] = []
        let bits = UInt64(bitPattern: value)
        if (-32...127).contains(value) { forms.append([UInt8(truncatingIfNeeded: bits)]) }
        let formats: [(Int, UInt8, UInt8)] = [(1, 0xD0, 0xCC), (2, 0xD1, 0xCD), (4, 0xD2, 0xCE), (8, 0xD3, 0xCF)]
        for (size, signed, unsigned) in formats {
            if value >= 0, size == 8 || bits >> (8 * size) == 0 { forms.append([unsigned] + Self.bigEndian(bits, size)) }
            let half = Int64(1) << (8 * min(size, 7) - 1)
            if size == 8 || (-half..<half).contains(value) { forms.append([signed] + Self.bigEndian(bits, size)) }
        }
        return forms
    }

    /// All heads that hold the length, the shortest first.
    private static func heads(_ count: Int, fixed: UInt8, below limit: Int, formats: [(UInt8, Int)]) -> [[UInt8]] {
        var heads: [[UInt8]] = count < limit ? [[fixed | UInt8(count)]] : []
        for (format, size) in formats where count >> (8 * size) == 0 {
            heads.append([format] + Self.bigEndian(UInt64(count), size))
        }
        return heads
    }

    private static func bigEndian(_ bits: UInt64, _ size: Int) -> [UInt8] {
        (0..<size).reversed().map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }
    }
}

// MARK: - Reading

extension MessagePackValue {
    /// Reads bytes that hold one value and nothing else; `nil` if they do not.
    init?(_ bytes: some Sequence<UInt8>) {
        var rest = Array(bytes)[...]
        guard let value = Self.read(&rest), rest.isEmpty else { return nil }
        self = value
    }

    /// Takes one value off the front.
    static func read(_ bytes: inout ArraySlice<UInt8>) -> MessagePackValue? {
        guard let format = bytes.popFirst() else { return nil }
        switch format {
        case 0x00...0x7F, 0xE0...0xFF: return .integer(Int64(Int8(bitPattern: format)))
        case 0x80...0x8F: return Self.members(Int(format & 15), &bytes)
        case 0x90...0x9F: return Self.elements(Int(format & 15), &bytes)
        case 0xA0...0xBF: return Self.text(Int(format & 31), &bytes)
        case 0xC0: return .null
        case 0xC2: return .bool(false)
        case 0xC3: return .bool(true)
        case 0xC4: return Self.number(1, &bytes).flatMap { Self.take(Int($0), &bytes) }.map { .binary($0) }
        case 0xC5: return Self.number(2, &bytes).flatMap { Self.take(Int($0), &bytes) }.map { .binary($0) }
        case 0xC6: return Self.number(4, &bytes).flatMap { Self.take(Int($0), &bytes) }.map { .binary($0) }
        case 0xC7: return Self.number(1, &bytes).flatMap { Self.ext(Int($0), &bytes) }
        case 0xC8: return Self.number(2, &bytes).flatMap { Self.ext(Int($0), &bytes) }
        case 0xC9: return Self.number(4, &bytes).flatMap { Self.ext(Int($0), &bytes) }
        case 0xCA: return Self.number(4, &bytes).map { .float(Float(bitPattern: UInt32($0))) }
        case 0xCB: return Self.number(8, &bytes).map { .double(Double(bitPattern: $0)) }
        case 0xCC: return Self.number(1, &bytes).map { .integer(Int64($0)) }
        case 0xCD: return Self.number(2, &bytes).map { .integer(Int64($0)) }
        case 0xCE: return Self.number(4, &bytes).map { .integer(Int64($0)) }
        case 0xCF: return Self.number(8, &bytes).map { bits in Int64(exactly: bits).map { .integer($0) } ?? .unsigned(bits) }
        case 0xD0: return Self.number(1, &bytes).map { .integer(Int64(Int8(truncatingIfNeeded: $0))) }
        case 0xD1: return Self.number(2, &bytes).map { .integer(Int64(Int16(truncatingIfNeeded: $0))) }
        case 0xD2: return Self.number(4, &bytes).map { .integer(Int64(Int32(truncatingIfNeeded: $0))) }
        case 0xD3: return Self.number(8, &bytes).map { .integer(Int64(truncatingIfNeeded: $0)) }
        case 0xD4: return Self.ext(1, &bytes)
        case 0xD5: return Self.ext(2, &bytes)
        case 0xD6: return Self.ext(4, &bytes)
        case 0xD7: return Self.ext(8, &bytes)
        case 0xD8: return Self.ext(16, &bytes)
        case 0xD9: return Self.number(1, &bytes).flatMap { Self.text(Int($0), &bytes) }
        case 0xDA: return Self.number(2, &bytes).flatMap { Self.text(Int($0), &bytes) }
        case 0xDB: return Self.number(4, &bytes).flatMap { Self.text(Int($0), &bytes) }
        case 0xDC: return Self.number(2, &bytes).flatMap { Self.elements(Int($0), &bytes) }
        case 0xDD: return Self.number(4, &bytes).flatMap { Self.elements(Int($0), &bytes) }
        case 0xDE: return Self.number(2, &bytes).flatMap { Self.members(Int($0), &bytes) }
        case 0xDF: return Self.number(4, &bytes).flatMap { Self.members(Int($0), &bytes) }
        default: return nil
        }
    }

    private static func take(_ count: Int, _ bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard bytes.count >= count else { return nil }
        defer { bytes.removeFirst(count) }
        return Array(bytes.prefix(count))
    }

    private static func number(_ size: Int, _ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        Self.take(size, &bytes)?.reduce(0) { $0 * 256 + UInt64($1) }
    }

    private static func text(_ count: Int, _ bytes: inout ArraySlice<UInt8>) -> MessagePackValue? {
        Self.take(count, &bytes).flatMap { String(validating: $0, as: UTF8.self) }.map { .string($0) }
    }

    private static func ext(_ count: Int, _ bytes: inout ArraySlice<UInt8>) -> MessagePackValue? {
        guard let type = bytes.popFirst(), let content = Self.take(count, &bytes) else { return nil }
        return .ext(Int8(bitPattern: type), content)
    }

    private static func elements(_ count: Int, _ bytes: inout ArraySlice<UInt8>) -> MessagePackValue? {
        var values: [MessagePackValue] = []
        for _ in 0..<count {
            guard let value = Self.read(&bytes) else { return nil }
            values.append(value)
        }
        return .array(values)
    }

    private static func members(_ count: Int, _ bytes: inout ArraySlice<UInt8>) -> MessagePackValue? {
        var members: [Member] = []
        for _ in 0..<count {
            guard let key = Self.read(&bytes), let value = Self.read(&bytes) else { return nil }
            members.append(Member(key, value))
        }
        return .map(members)
    }
}

// MARK: - Random

extension MessagePackValue {
    /// A value of any kind, a few levels deep.
    static func random(_ generator: inout SeededGenerator, depth: Int = 0) -> MessagePackValue {
        switch Int.random(in: 0..<(depth < 4 ? 13 : 10), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2, 3:
            let shift = Int64.random(in: 0..<64, using: &generator)
            return .integer(Int64.random(in: .min ... .max, using: &generator) >> shift)
        case 4: return .unsigned(UInt64.random(in: (1 << 63)...(.max), using: &generator))
        case 5: return .float(Float.random(in: -1e6...1e6, using: &generator))
        case 6: return .double(Double.random(in: -1e12...1e12, using: &generator))
        case 7:
            let text = JSONValue.randomString(&generator)
            return .string(Int.random(in: 0..<4, using: &generator) == 0 ? String(repeating: text, count: 30) : text)
        case 8: return .binary((0..<Int.random(in: 0..<40, using: &generator)).map { UInt8(truncatingIfNeeded: $0) })
        case 9:
            let count = [0, 1, 2, 3, 4, 8, 12, 16, 17].randomElement(using: &generator)!
            return .ext(Int8.random(in: .min ... .max, using: &generator), Array(repeating: 7, count: count))
        case 10, 11:
            let count = Int.random(in: 0..<(depth == 0 ? 20 : 4), using: &generator)
            return .array((0..<count).map { _ in Self.random(&generator, depth: depth + 1) })
        default:
            let count = Int.random(in: 0..<(depth == 0 ? 20 : 4), using: &generator)
            return .map(
                (0..<count).map { _ in
                    Member(Self.random(&generator, depth: 4), Self.random(&generator, depth: depth + 1))
                }
            )
        }
    }
}

extension ByteBuffer {
    init(hex: String) { self.init(bytes: [UInt8](hex: hex)) }
}

extension [UInt8] {
    /// Bytes as hexadecimal digits, with spaces where they please.
    init(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }
}
