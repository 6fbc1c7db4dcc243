/// Why bytes are not the MessagePack that was expected.
///
/// It never carries the bytes themselves: what failed to parse may be secret.
public struct MessagePackError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Sendable, Equatable {
        enum Kind: String, Sendable {
            case unexpectedEnd = "the bytes end too early"
            case unexpectedByte = "a byte that begins no value"
            case invalidUTF8 = "invalid UTF-8"
            case tooDeep = "nested too deeply"
            case trailingBytes = "bytes after the value"
            case wrongType = "value of another type"
        }
        let kind: Kind

        /// A value is longer than what is left, or has more elements than can be left.
        public static let unexpectedEnd = Code(kind: .unexpectedEnd)
        /// The byte 0xC1, which no value begins with.
        public static let unexpectedByte = Code(kind: .unexpectedByte)
        /// A string that is not UTF-8.
        public static let invalidUTF8 = Code(kind: .invalidUTF8)
        /// More arrays and maps inside each other than the reader accepts.
        public static let tooDeep = Code(kind: .tooDeep)
        /// Something follows the value.
        public static let trailingBytes = Code(kind: .trailingBytes)
        /// Valid MessagePack, but not the type that was asked for.
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

    public var description: String { "Invalid MessagePack at byte \(self.offset): \(self.code.kind.rawValue)." }
}
