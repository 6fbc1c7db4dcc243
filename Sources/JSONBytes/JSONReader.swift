/// Reads JSON (RFC 8259) from bytes, one value at a time, without making a tree.
///
/// The caller asks for what it expects and skips the rest; only what is asked for is copied. Everything that
/// is passed over is still checked, so that a document read to ``finish()`` is valid JSON, nested no deeper
/// than `maximumDepth`. Strings are checked to be UTF-8 when they are read, not when they are skipped.
///
/// The bytes must stay valid while the reader lives; use it inside `withUnsafeReadableBytes` and the like.
public struct JSONReader {
    /// What kind of value comes next.
    public enum Kind: Sendable, Equatable {
        case object, array, string, number, bool, null
    }

    @usableFromInline let bytes: UnsafeRawBufferPointer
    @usableFromInline var index: Int
    @usableFromInline var depth: Int
    @usableFromInline let maximumDepth: Int

    /// A reader at the start of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: One JSON text in UTF-8, white space around it allowed.
    ///   - maximumDepth: How many objects and arrays may stand inside each other.
    public init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int = 64) {
        self.bytes = bytes
        self.index = 0
        self.depth = 0
        self.maximumDepth = maximumDepth
    }

    /// How many bytes have been read so far.
    public var offset: Int { self.index }

    /// The kind of the next value, which stays unread.
    public mutating func peek() throws(JSONError) -> Kind {
        self.skipWhitespace()
        switch try self.current() {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw JSONError(.unexpectedByte, at: self.index)
        }
    }

    /// Reads an object, calling `member` for each name; `member` must read or skip exactly one value.
    public mutating func readObject(
        _ member: (inout JSONReader, JSONName) throws(JSONError) -> Void
    ) throws(JSONError) {
        try self.open(UInt8(ascii: "{"))
        self.skipWhitespace()
        if try self.current() == UInt8(ascii: "}") {
            self.close()
            return
        }
        while true {
            self.skipWhitespace()
            guard try self.current() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: self.index) }
            let name = try self.readStringSlice()
            self.skipWhitespace()
            try self.expect(UInt8(ascii: ":"))
            try member(&self, JSONName(slice: name))
            self.skipWhitespace()
            switch try self.current() {
            case UInt8(ascii: ","): self.index += 1
            case UInt8(ascii: "}"):
                self.close()
                return
            default: throw JSONError(.unexpectedByte, at: self.index)
            }
        }
    }

    /// Reads an array, calling `element` before each element; `element` must read or skip exactly one value.
    public mutating func readArray(_ element: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        try self.open(UInt8(ascii: "["))
        self.skipWhitespace()
        if try self.current() == UInt8(ascii: "]") {
            self.close()
            return
        }
        while true {
            try element(&self)
            self.skipWhitespace()
            switch try self.current() {
            case UInt8(ascii: ","): self.index += 1
            case UInt8(ascii: "]"):
                self.close()
                return
            default: throw JSONError(.unexpectedByte, at: self.index)
            }
        }
    }

    /// Reads a string, with its escapes resolved.
    public mutating func readString() throws(JSONError) -> String {
        self.skipWhitespace()
        let start = self.index
        let slice = try self.readStringSlice()
        guard let string = slice.string else {
            // Escapes are ASCII, so bytes that are UTF-8 as they stand can only have failed for a surrogate.
            let isText = String(validating: slice.bytes, as: UTF8.self) != nil
            throw JSONError(isText ? .invalidEscape : .invalidUTF8, at: start)
        }
        return string
    }

    /// Reads a string, or `null` as `nil`.
    public mutating func readStringOrNull() throws(JSONError) -> String? {
        if try self.readNullIfPresent() { return nil }
        return try self.readString()
    }

    /// Reads a string without copying it: a view of the bytes between the quotes.
    public mutating func readStringSlice() throws(JSONError) -> JSONStringSlice {
        self.skipWhitespace()
        guard try self.current() == UInt8(ascii: "\"") else { throw try self.mismatch() }
        self.index += 1
        let start = self.index
        var hasEscapes = false
        while self.index < self.bytes.count {
            let byte = self.bytes[self.index]
            if byte == UInt8(ascii: "\"") {
                let slice = JSONStringSlice(
                    bytes: UnsafeRawBufferPointer(rebasing: self.bytes[start..<self.index]),
                    hasEscapes: hasEscapes
                )
                self.index += 1
                return slice
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                try self.skipEscape()
            } else if byte < 0x20 {
                throw JSONError(.unexpectedByte, at: self.index)
            } else {
                self.index += 1
            }
        }
        throw JSONError(.unexpectedEnd, at: self.index)
    }

    /// Reads a number that is written as an integer and fits in 64 bits; anything else is
    /// ``JSONError/Code/wrongType`` and stays unread.
    public mutating func readInt64() throws(JSONError) -> Int64 {
        guard try self.peek() == .number else { throw JSONError(.wrongType, at: self.index) }
        let range = try self.skipNumber()
        guard let value = self.integer(in: range) else {
            self.index = range.lowerBound
            throw JSONError(.wrongType, at: range.lowerBound)
        }
        return value
    }

    private func integer(in range: Range<Int>) -> Int64? {
        var value: Int64 = 0
        var position = range.lowerBound
        let isNegative = self.bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        while position < range.upperBound {
            let byte = self.bytes[position]
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            value = sum
            position += 1
        }
        return value
    }

    /// Reads `true` or `false`.
    public mutating func readBool() throws(JSONError) -> Bool {
        self.skipWhitespace()
        switch try self.current() {
        case UInt8(ascii: "t"):
            try self.literal("true")
            return true
        case UInt8(ascii: "f"):
            try self.literal("false")
            return false
        default: throw try self.mismatch()
        }
    }

    /// Reads `null` if it comes next, and says whether it did.
    public mutating func readNullIfPresent() throws(JSONError) -> Bool {
        self.skipWhitespace()
        guard try self.current() == UInt8(ascii: "n") else { return false }
        try self.literal("null")
        return true
    }

    /// Passes over one value of any kind and says which bytes it took, without white space around it.
    @discardableResult
    public mutating func skip() throws(JSONError) -> Range<Int> {
        self.skipWhitespace()
        let start = self.index
        switch try self.peek() {
        case .object: try self.readObject { reader, _ throws(JSONError) in try reader.skip() }
        case .array: try self.readArray { reader throws(JSONError) in try reader.skip() }
        case .string: _ = try self.readStringSlice()
        case .number: _ = try self.skipNumber()
        case .bool: _ = try self.readBool()
        case .null: try self.literal("null")
        }
        return start..<self.index
    }

    /// Makes sure that nothing but white space is left.
    public mutating func finish() throws(JSONError) {
        self.skipWhitespace()
        guard self.index == self.bytes.count else { throw JSONError(.trailingBytes, at: self.index) }
    }

    // MARK: - Pieces

    @inline(__always)
    private func current() throws(JSONError) -> UInt8 {
        guard self.index < self.bytes.count else { throw JSONError(.unexpectedEnd, at: self.index) }
        return self.bytes[self.index]
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while self.index < self.bytes.count {
            switch self.bytes[self.index] {
            case 0x20, 0x0A, 0x0D, 0x09: self.index += 1
            default: return
            }
        }
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try self.current() == byte else { throw JSONError(.unexpectedByte, at: self.index) }
        self.index += 1
    }

    private mutating func open(_ byte: UInt8) throws(JSONError) {
        self.skipWhitespace()
        guard try self.current() == byte else { throw try self.mismatch() }
        guard self.depth < self.maximumDepth else { throw JSONError(.tooDeep, at: self.index) }
        self.depth += 1
        self.index += 1
    }

    /// What to throw where a value of another type stands; throws itself where no value stands at all.
    private mutating func mismatch() throws(JSONError) -> JSONError {
        _ = try self.peek()
        return JSONError(.wrongType, at: self.index)
    }

    private mutating func close() {
        self.depth -= 1
        self.index += 1
    }

    private mutating func literal(_ text: StaticString) throws(JSONError) {
        for offset in 0..<text.utf8CodeUnitCount {
            guard self.index < self.bytes.count else { throw JSONError(.unexpectedEnd, at: self.index) }
            guard self.bytes[self.index] == text.utf8Start[offset] else {
                throw JSONError(.unexpectedByte, at: self.index)
            }
            self.index += 1
        }
    }

    private mutating func skipEscape() throws(JSONError) {
        let start = self.index
        self.index += 1
        switch try self.current() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            self.index += 1
        case UInt8(ascii: "u"):
            guard self.index + 4 < self.bytes.count else { throw JSONError(.unexpectedEnd, at: self.index) }
            for position in (self.index + 1)...(self.index + 4) where self.bytes[position].hexValue == nil {
                throw JSONError(.invalidEscape, at: start)
            }
            self.index += 5
        default: throw JSONError(.invalidEscape, at: start)
        }
    }

    private mutating func skipNumber() throws(JSONError) -> Range<Int> {
        let start = self.index
        if self.bytes[self.index] == UInt8(ascii: "-") { self.index += 1 }
        // RFC 8259 section 6: no leading zeros.
        if self.index < self.bytes.count, self.bytes[self.index] == UInt8(ascii: "0") {
            self.index += 1
        } else {
            try self.skipDigits(from: start)
        }
        if self.index < self.bytes.count, self.bytes[self.index] == UInt8(ascii: ".") {
            self.index += 1
            try self.skipDigits(from: start)
        }
        if self.index < self.bytes.count, self.bytes[self.index] | 0x20 == UInt8(ascii: "e") {
            self.index += 1
            if self.index < self.bytes.count,
                self.bytes[self.index] == UInt8(ascii: "+") || self.bytes[self.index] == UInt8(ascii: "-")
            {
                self.index += 1
            }
            try self.skipDigits(from: start)
        }
        if self.index < self.bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = self.bytes[self.index] {
            throw JSONError(.invalidNumber, at: start)
        }
        return start..<self.index
    }

    private mutating func skipDigits(from start: Int) throws(JSONError) {
        let first = self.index
        while self.index < self.bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = self.bytes[self.index] {
            self.index += 1
        }
        guard self.index > first || self.index < self.bytes.count else {
            throw JSONError(.unexpectedEnd, at: self.index)
        }
        guard self.index > first else { throw JSONError(.invalidNumber, at: start) }
    }
}

extension UInt8 {
    /// The value of an ASCII hexadecimal digit.
    var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
