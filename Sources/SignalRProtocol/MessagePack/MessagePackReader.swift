import NIOCore

/// Reads MessagePack from bytes, one value at a time, without making a tree.
///
/// The caller asks for what it expects and skips the rest; only what is asked for is copied. Every length is checked against
/// the bytes that are left before anything is done with it. What is of another type, or incomplete, stays unread. Strings are
/// checked to be UTF-8 when they are read, not when they are skipped. Source: the MessagePack specification, "Formats".
///
/// The bytes must stay valid while the reader lives; use it inside `withUnsafeReadableBytes` and the like.
public struct MessagePackReader {
    /// What kind of value comes next.
    public enum Kind: Sendable, Equatable {
        case null, bool, integer, float, string, binary, array, map, `extension`
    }

    /// The bytes in front of a value's own: its format, its length, an extension's type.
    private struct Head {
        let kind: Kind
        /// How many bytes the head takes.
        let size: Int
        /// How many bytes follow the head; for arrays and maps, how many elements and pairs.
        let length: Int

        init(_ kind: Kind, size: Int = 1, length: Int = 0) {
            self.kind = kind
            self.size = size
            self.length = length
        }

        /// How many bytes head and content take together, unless it is an array or a map.
        var end: Int { self.size + self.length }
    }

    private let bytes: UnsafeRawBufferPointer
    private var index: Int
    private let maximumDepth: Int

    /// A reader of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: One MessagePack value, or several in a row.
    ///   - offset: Where the first value to read begins.
    ///   - maximumDepth: How many arrays and maps may stand inside each other in a value that is passed over.
    public init(_ bytes: UnsafeRawBufferPointer, startingAt offset: Int = 0, maximumDepth: Int = 64) {
        self.bytes = bytes
        self.index = offset
        self.maximumDepth = maximumDepth
    }

    /// How many bytes have been read so far, those before the start included.
    public var offset: Int { self.index }

    /// The kind of the next value, which stays unread.
    public func peek() throws(MessagePackError) -> Kind { try self.head().kind }

    /// Reads `nil` if it comes next, and says whether it did.
    public mutating func readNilIfPresent() throws(MessagePackError) -> Bool {
        guard try self.head().kind == .null else { return false }
        self.index += 1
        return true
    }

    /// Reads `true` or `false`.
    public mutating func readBool() throws(MessagePackError) -> Bool {
        _ = try self.head(of: .bool)
        defer { self.index += 1 }
        return self.bytes[self.index] == 0xC3
    }

    /// Reads an integer of any width that fits in 64 bits with a sign; a larger one is ``MessagePackError/Code/wrongType``.
    public mutating func readInt64() throws(MessagePackError) -> Int64 {
        let (bits, isNegative, end) = try self.integer()
        let value = Int64(bitPattern: bits)
        guard isNegative || value >= 0 else { throw MessagePackError(.wrongType, at: self.index) }
        self.index = end
        return value
    }

    /// Reads an integer of any width that is not negative; a negative one is ``MessagePackError/Code/wrongType``.
    public mutating func readUInt64() throws(MessagePackError) -> UInt64 {
        let (bits, isNegative, end) = try self.integer()
        guard !isNegative else { throw MessagePackError(.wrongType, at: self.index) }
        self.index = end
        return bits
    }

    /// Reads a floating-point number of either width.
    public mutating func readDouble() throws(MessagePackError) -> Double {
        let head = try self.head(of: .float)
        defer { self.index += head.end }
        let bits = self.bigEndian(at: self.index + 1, count: head.length)
        return head.length == 4 ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))) : Double(bitPattern: bits)
    }

    /// Reads a string.
    public mutating func readString() throws(MessagePackError) -> String {
        let start = self.index
        let utf8 = try self.readStringBytes()
        guard let string = String(validating: utf8, as: UTF8.self) else {
            self.index = start
            throw MessagePackError(.invalidUTF8, at: start)
        }
        return string
    }

    /// Reads a string without copying it or checking that it is UTF-8.
    public mutating func readStringBytes() throws(MessagePackError) -> UnsafeRawBufferPointer {
        self.content(of: try self.head(of: .string))
    }

    /// Reads binary data without copying it.
    public mutating func readBinary() throws(MessagePackError) -> UnsafeRawBufferPointer {
        self.content(of: try self.head(of: .binary))
    }

    /// Reads the beginning of an array: how many values follow. There are at least as many bytes left.
    public mutating func readArrayHeader() throws(MessagePackError) -> Int {
        let head = try self.head(of: .array)
        self.index += head.size
        return head.length
    }

    /// Reads the beginning of a map: how many keys follow, each with its value. There are at least twice as many bytes left.
    public mutating func readMapHeader() throws(MessagePackError) -> Int {
        let head = try self.head(of: .map)
        self.index += head.size
        return head.length
    }

    /// Reads a value of an application's own type, without copying it.
    public mutating func readExtension() throws(MessagePackError) -> (type: Int8, bytes: UnsafeRawBufferPointer) {
        let head = try self.head(of: .extension)
        let type = Int8(bitPattern: self.bytes[self.index + head.size - 1])
        return (type, self.content(of: head))
    }

    /// Reads a moment: extension type -1 in any of its three widths.
    public mutating func readTimestamp() throws(MessagePackError) -> MessagePackTimestamp {
        var copy = self
        let (type, bytes) = try copy.readExtension()
        guard type == MessagePackTimestamp.extensionType, let timestamp = MessagePackTimestamp(bytes) else {
            throw MessagePackError(.wrongType, at: self.index)
        }
        self = copy
        return timestamp
    }

    /// Passes over one value of any kind and says which bytes it took.
    @discardableResult
    public mutating func skip() throws(MessagePackError) -> Range<Int> {
        let start = self.index
        do throws(MessagePackError) {
            try self.skip(depth: 0)
        } catch {
            self.index = start
            throw error
        }
        return start..<self.index
    }

    private mutating func skip(depth: Int) throws(MessagePackError) {
        let head = try self.head()
        guard head.kind == .array || head.kind == .map else {
            self.index += head.end
            return
        }
        guard depth < self.maximumDepth else { throw MessagePackError(.tooDeep, at: self.index) }
        self.index += head.size
        for _ in 0..<(head.kind == .map ? head.length * 2 : head.length) { try self.skip(depth: depth + 1) }
    }

    /// Makes sure that nothing is left.
    public func finish() throws(MessagePackError) {
        guard self.index == self.bytes.count else { throw MessagePackError(.trailingBytes, at: self.index) }
    }

    // MARK: - Pieces

    private func head(of kind: Kind) throws(MessagePackError) -> Head {
        let head = try self.head()
        guard head.kind == kind else { throw MessagePackError(.wrongType, at: self.index) }
        return head
    }

    /// The head of the next value, whose content is known to be there: of arrays and maps, as far as one byte a value goes.
    private func head() throws(MessagePackError) -> Head {
        guard self.index < self.bytes.count else { throw MessagePackError(.unexpectedEnd, at: self.index) }
        let format = self.bytes[self.index]
        let head: Head
        switch format {
        case 0x00...0x7F, 0xE0...0xFF: return Head(.integer)
        case 0x80...0x8F: head = Head(.map, length: Int(format & 0x0F))
        case 0x90...0x9F: head = Head(.array, length: Int(format & 0x0F))
        case 0xA0...0xBF: head = Head(.string, length: Int(format & 0x1F))
        case 0xC0: return Head(.null)
        case 0xC1: throw MessagePackError(.unexpectedByte, at: self.index)
        case 0xC2, 0xC3: return Head(.bool)
        case 0xC4...0xC6: head = try self.head(.binary, lengthSize: 1 << (format - 0xC4))
        case 0xC7...0xC9: head = try self.head(.extension, lengthSize: 1 << (format - 0xC7))
        case 0xCA, 0xCB: head = Head(.float, length: 4 << (format - 0xCA))
        case 0xCC...0xCF: head = Head(.integer, length: 1 << (format - 0xCC))
        case 0xD0...0xD3: head = Head(.integer, length: 1 << (format - 0xD0))
        case 0xD4...0xD8: head = Head(.extension, size: 2, length: 1 << (format - 0xD4))
        case 0xD9...0xDB: head = try self.head(.string, lengthSize: 1 << (format - 0xD9))
        case 0xDC, 0xDD: head = try self.head(.array, lengthSize: 2 << (format - 0xDC))
        case 0xDE, 0xDF: head = try self.head(.map, lengthSize: 2 << (format - 0xDE))
        default: throw MessagePackError(.unexpectedByte, at: self.index)
        }
        let needed = head.kind == .map ? head.length * 2 : head.length
        guard needed <= self.bytes.count - self.index - head.size else {
            throw MessagePackError(.unexpectedEnd, at: self.index)
        }
        return head
    }

    /// A head with a length of `lengthSize` bytes, and an extension's type behind it.
    private func head(_ kind: Kind, lengthSize: Int) throws(MessagePackError) -> Head {
        let size = 1 + lengthSize + (kind == .extension ? 1 : 0)
        guard size <= self.bytes.count - self.index else { throw MessagePackError(.unexpectedEnd, at: self.index) }
        return Head(kind, size: size, length: Int(self.bigEndian(at: self.index + 1, count: lengthSize)))
    }

    /// The bits of the next integer, extended to 64; whether it is below zero; where it ends. It stays unread.
    private func integer() throws(MessagePackError) -> (bits: UInt64, isNegative: Bool, end: Int) {
        let head = try self.head(of: .integer)
        let format = self.bytes[self.index]
        let end = self.index + head.end
        guard head.length > 0 else {
            return (UInt64(bitPattern: Int64(Int8(bitPattern: format))), format >= 0x80, end)
        }
        let bits = self.bigEndian(at: self.index + 1, count: head.length)
        guard format >= 0xD0 else { return (bits, false, end) }
        let unused = 64 - 8 * head.length
        let value = Int64(bitPattern: bits << unused) >> unused
        return (UInt64(bitPattern: value), value < 0, end)
    }

    private func bigEndian(at start: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for position in start..<(start + count) { value = value << 8 | UInt64(self.bytes[position]) }
        return value
    }

    /// The bytes behind `head`, which are read by this.
    private mutating func content(of head: Head) -> UnsafeRawBufferPointer {
        let start = self.index + head.size
        self.index += head.end
        return UnsafeRawBufferPointer(rebasing: self.bytes[start..<(start + head.length)])
    }
}
