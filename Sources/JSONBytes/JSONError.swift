/// Why bytes are not the JSON that was expected.
///
/// It never carries the text itself: what failed to parse may be secret.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Sendable, Equatable {
        enum Kind: String, Sendable {
            case unexpectedEnd = "the text ends too early"
            case unexpectedByte = "unexpected character"
            case invalidEscape = "invalid escape in a string"
            case invalidUTF8 = "invalid UTF-8"
            case invalidNumber = "invalid number"
            case tooDeep = "nested too deeply"
            case trailingBytes = "text after the value"
            case wrongType = "value of another type"
        }
        let kind: Kind

        /// The bytes end inside a value.
        public static let unexpectedEnd = Code(kind: .unexpectedEnd)
        /// A byte that the grammar of RFC 8259 does not allow there.
        public static let unexpectedByte = Code(kind: .unexpectedByte)
        /// A backslash sequence that RFC 8259 section 7 does not know, or half a surrogate pair.
        public static let invalidEscape = Code(kind: .invalidEscape)
        /// A string that is not UTF-8.
        public static let invalidUTF8 = Code(kind: .invalidUTF8)
        /// A number that RFC 8259 section 6 does not allow.
        public static let invalidNumber = Code(kind: .invalidNumber)
        /// More objects and arrays inside each other than the reader accepts.
        public static let tooDeep = Code(kind: .tooDeep)
        /// Something other than white space follows the value.
        public static let trailingBytes = Code(kind: .trailingBytes)
        /// Valid JSON, but not the type that was asked for.
        public static let wrongType = Code(kind: .wrongType)
    }

    /// The kind of failure.
    public let code: Code
    /// Where it was noticed: an offset in bytes from the start.
    public let offset: Int

    /// An error of this kind at this offset.
    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    public var description: String { "Invalid JSON at byte \(self.offset): \(self.code.kind.rawValue)." }
}
